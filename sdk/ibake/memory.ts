/** What a Responder remembers, capped: half-open exchanges, and messages against replay (RFC 3830 section 5.4). */
import { equal, wipe } from "../base/bytes.ts"
import type { CsMap } from "../mikey/csmap.ts"
import type { Clear } from "./exchange.ts"
import type { Identity, Kms } from "./identity.ts"

/** An exchange between R_MESSAGE_1 and I_MESSAGE_2; it holds a secret, which is wiped when the exchange goes. */
export interface Exchange {
  /** H(I_MESSAGE_1). */
  readonly hash: Uint8Array
  readonly I_MESSAGE_1: Uint8Array
  readonly R_MESSAGE_1: Uint8Array
  readonly clear: Clear
  readonly offered: CsMap
  readonly own: Kms
  readonly theirs: Kms
  readonly peerUid: Uint8Array
  readonly ECCPTr: Uint8Array
  /** K_SESSION, or y where I_MESSAGE_1 was not read and ECCPTi is still to come. */
  readonly secret: Uint8Array
  /** The KV SPI of ECCPTi, or empty. */
  readonly spi: Uint8Array
  /** Whom I_MESSAGE_1 was for, where that is somebody else and it was not read. */
  readonly unread: Identity | undefined
  /** Ticks of the making of R_MESSAGE_1. */
  readonly since: number
}

/** Half-open exchanges: so many at once, each for a time; the oldest goes. */
export class HalfOpen {
  private readonly most: number
  private readonly life: number
  private readonly list: Exchange[]
  constructor(most: number, milliseconds: number) {
    this.most = most
    this.life = milliseconds
    this.list = []
  }
  count(): number {
    return this.list.length
  }
  add(exchange: Exchange): void {
    this.list.push(exchange)
    if (this.list.length > this.most) this.drop(0)
  }
  byHash(hash: Uint8Array): Exchange | undefined {
    for (let i = 0; i < this.list.length; i++) if (equal(this.list[i]!.hash, hash)) return this.list[i]
    return undefined
  }
  /** Exchanges of a CSB ID and T: two callers may have drawn the same. */
  matching(csbId: number, T: Uint8Array): Exchange[] {
    const out: Exchange[] = []
    for (let i = 0; i < this.list.length; i++) {
      const clear = this.list[i]!.clear
      if (clear.csbId === csbId && equal(clear.T, T)) out.push(this.list[i]!)
    }
    return out
  }
  remove(exchange: Exchange): void {
    const at = this.list.indexOf(exchange)
    if (at >= 0) this.drop(at)
  }
  expire(ticks: number): void {
    while (this.list.length > 0 && ticks - this.list[0]!.since >= this.life) this.drop(0)
  }
  expiresAt(): number | undefined {
    return this.list.length === 0 ? undefined : this.list[0]!.since + this.life
  }
  wipe(): void {
    while (this.list.length > 0) this.drop(0)
  }
  private drop(at: number): void {
    wipe(this.list[at]!.secret)
    this.list.splice(at, 1)
  }
}

interface Memory {
  readonly hash: Uint8Array
  readonly until: number
  readonly answer: Uint8Array
}

/** Hashes of messages with what answered them, each until a UTC time. A full memory takes no more, for forgetting early would let a replay in. */
export class Remembered {
  private readonly most: number
  private list: Memory[]
  constructor(most: number) {
    this.most = most
    this.list = []
  }
  full(): boolean {
    return this.list.length >= this.most
  }
  add(hash: Uint8Array, until: number, answer: Uint8Array): void {
    if (!this.full()) this.list.push({ hash, until, answer })
  }
  get(hash: Uint8Array): Uint8Array | undefined {
    for (let i = 0; i < this.list.length; i++) if (equal(this.list[i]!.hash, hash)) return this.list[i]!.answer
    return undefined
  }
  expire(utc: number): void {
    const kept: Memory[] = []
    for (let i = 0; i < this.list.length; i++) if (this.list[i]!.until >= utc) kept.push(this.list[i]!)
    this.list = kept
  }
}
