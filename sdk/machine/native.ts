/**
 * The native machine: position-independent code for Cortex-M4 and up that has the Programs in it (boards/espruino/native) runs their entries, in slices, with
 * where it stands in an area of memory that a Job has to itself. Whoever has the code in his memory lends the calls.
 */
import { blank, wipe } from "../base/bytes.ts"
import type { Done, Job } from "../base/job.ts"
import { refusedInput, startRefusal } from "./course.ts"
import type { Machine } from "./program.ts"

/** What is known of the code: its length, Adler-32 of its octets, and of each entry its slots, elements read and written, digits picked. */
export interface NativeBlob {
  readonly octets: number
  readonly sum: number
  readonly bls12381: NativeEntries
  readonly p256: NativeEntries
}

/** Rows of an entry: slots, reads, writes, picks. */
export type NativeEntries = readonly (readonly number[])[]

/**
 * What an engine lends to native code, which lies at an address that four divides. It keeps no address from one call to the next, so memory may move between
 * them. On Espruino a call is `E.nativeCall(start + door + 1, "int(int,int,int,int)")(a, b, c, d)`.
 */
export interface NativePort {
  /** Calls the function `door` octets after the code's start (Thumb) with four words in r0 to r3, and answers r0, signed or not. */
  call(door: number, a: number, b: number, c: number, d: number): number
  /** So many octets of zeros in one piece, at an address that four divides. */
  memory(octets: number): Uint8Array
  /** Where they are at the moment. */
  address(memory: Uint8Array): number
}

/** Functions of the code, start.s. */
export const door = { BEGIN: 0, STEP: 4, WIPE: 8, SUM: 12 } as const
/** What STEP answers. */
const MORE = 1
const REFUSED = 2
/** Octets of an area before its slots: `state` of machine.h. */
export const NATIVE_STATE = 236
/** Number of a Program within the code, and words of its elements. */
const BLS12381 = 0
const P256 = 1

/** The machines; undefined where the code that the port calls is not what was built. */
export interface NativeMachines {
  readonly bls12381: Machine
  readonly p256: Machine
}

/** A step of a Job is one call: `slice` operations of blocks, or one block if that alone has more. An operation takes at most some 2400 cycles of a Cortex-M4. */
export function nativeMachines(blob: NativeBlob, port: NativePort, slice: number): NativeMachines | undefined {
  if (port.call(door.SUM, blob.octets, 0, 0, 0) >>> 0 !== blob.sum) return undefined
  return { bls12381: machineOf(port, BLS12381, 48, blob.bls12381, slice), p256: machineOf(port, P256, 32, blob.p256, slice) }
}

function machineOf(port: NativePort, program: number, octets: number, entries: NativeEntries, slice: number): Machine {
  return {
    octets,
    run(entry: number, input: Uint8Array, digits: Uint8Array): Job<Uint8Array> {
      const of = entries[entry]
      if (of === undefined || input.length !== of[1]! * octets || digits.length !== of[3]!) throw startRefusal(entry, input, digits)
      return jobOf(port, program, entry, input, digits, of[0]! * octets, of[2]! * octets, slice)
    },
  }
}

/** Input and output begin the stream, for an entry reads all before it writes; the digits come after the longer of the two. */
function jobOf(port: NativePort, program: number, entry: number, input: Uint8Array, digits: Uint8Array, slots: number, output: number, slice: number): Job<Uint8Array> {
  const digitsAt = input.length > output ? input.length : output
  const area = port.memory(NATIVE_STATE + slots)
  const stream = port.memory((digitsAt + digits.length + 3) & ~3)
  stream.set(input)
  stream.set(digits, digitsAt)
  port.call(door.BEGIN, port.address(area), program, entry, digitsAt)
  let open = true
  const close = (): void => {
    if (!open) return
    open = false
    // native code wiped its stack and registers as it returned
    port.call(door.WIPE, port.address(area), area.length, 0, 0)
    wipe(stream)
  }
  return {
    step(): Done<Uint8Array> | undefined {
      const state = port.call(door.STEP, port.address(area), port.address(stream), slice, 0)
      if (state === MORE) return undefined
      const value = blank(output)
      value.set(stream.subarray(0, output))
      close()
      if (state === REFUSED) throw refusedInput()
      return { value }
    },
    drop: close,
  }
}
