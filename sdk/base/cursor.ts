/** A reader over strangers' octets. The first shortfall sticks: what is read after it is empty or zero, and `fault` says where it was. */
import { number32 } from "./bytes.ts"
import { refuse, type Fault, type FaultCode } from "./fault.ts"

export class Reader {
  readonly octets: Uint8Array
  at: number
  fault: Fault | undefined
  constructor(octets: Uint8Array) {
    this.octets = octets
    this.at = 0
    this.fault = undefined
  }
  /** Octets not read yet. */
  left(): number {
    return this.fault === undefined ? this.octets.length - this.at : 0
  }
  /** A view of the next `n` octets. */
  take(n: number, place: string): Uint8Array {
    if (this.fault === undefined && this.octets.length - this.at < n) this.fail("wire/short", place)
    if (this.fault !== undefined) return new Uint8Array(0)
    this.at += n
    return this.octets.subarray(this.at - n, this.at)
  }
  u8(place: string): number {
    const o = this.take(1, place)
    return o.length === 1 ? o[0]! : 0
  }
  u16(place: string): number {
    const o = this.take(2, place)
    return o.length === 2 ? o[0]! * 256 + o[1]! : 0
  }
  u32(place: string): number {
    const o = this.take(4, place)
    return o.length === 4 ? number32(o) : 0
  }
  /** Notes what is wrong at `place`; the first note stays. */
  fail(code: FaultCode, place: string): void {
    if (this.fault === undefined) this.fault = refuse(code, place)
  }
}
