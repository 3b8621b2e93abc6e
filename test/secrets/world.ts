/** What the tests of secrets share: two radios whose every secret is watched. */
import assert from "node:assert/strict"
import { wipe } from "../../sdk/base/bytes.ts"
import type { Job } from "../../sdk/base/job.ts"
import type { Agreement } from "../../sdk/ibake/session.ts"
import { contexts, wipeContexts } from "../../sdk/srtp/contexts.ts"
import type { Box } from "../../sdk/suite.ts"
import { enrolled, fetchKeys, good, seeded, testKms, type Radio, type TestKms } from "../fixture.ts"
import { recorded, recordedDraw, Recorder } from "./recorder.ts"

/** Two radios with keys, every secret of theirs watched; `air` takes what is sent. */
export class World {
  readonly recorder: Recorder = new Recorder()
  readonly air: Uint8Array[] = []
  readonly alice: Radio
  readonly bob: Radio
  private readonly kms: TestKms
  private readonly radios: Radio[] = []
  constructor(weaken?: (box: Box) => Box) {
    this.kms = testKms(recorded(this.recorder, weaken))
    this.alice = this.radio("sip:alice@police.example")
    this.bob = this.radio("sip:bob@police.example")
  }
  /** One radio more that is watched. */
  radio(uri: string): Radio {
    const of = enrolled(this.kms, uri, { draw: recordedDraw(this.recorder, seeded(uri)) })
    this.recorder.keep("PSK", of.subscriber.psk)
    const { request, response } = fetchKeys(of)
    this.air.push(request, response)
    this.radios.push(of)
    return of
  }
  /** The octets of a message, on the air from now on. */
  aired(octets: Uint8Array): Uint8Array {
    this.air.push(octets.slice())
    return octets
  }
  /** What is left when the radios have wiped what is theirs to wipe: PSKs and private keys. */
  left(): string[] {
    for (const of of this.radios) {
      of.ring.wipe()
      wipe(of.subscriber.psk)
    }
    return this.recorder.left(this.air)
  }
}

/** Makes a Job again and again and drops it after 0, 1, 2, ... steps, then runs it to its end. */
export function dropped<T>(make: () => Job<T>): T {
  for (let steps = 0; ; steps++) {
    const job = make()
    for (let i = 0; i < steps; i++) {
      const out = job.step()
      if (out !== undefined) return out.value
    }
    job.drop()
  }
}

/** Fails with what was found. */
export function none(found: readonly string[]): void {
  assert.deepEqual([...new Set(found)], [])
}

/** Derives the contexts of an agreement, and wipes them and the TGK, as their holder does. */
export function srtpOf(world: World, a: Agreement): void {
  const list = good(contexts({ prf: world.alice.profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi }))
  wipe(a.TGK)
  wipe(a.unread?.SK)
  wipeContexts(list)
}
