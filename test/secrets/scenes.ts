/**
 * Calls of two radios that end well and that end badly at each step, the same in a process whose memory is searched and in ours, which learns the secrets.
 * Draws are made by plain arithmetic: nothing but the SDK's own arrays ever holds their octets.
 */
import { isFault } from "../../sdk/base/fault.ts"
import { map, type Job } from "../../sdk/base/job.ts"
import type { Initiator } from "../../sdk/ibake/initiator.ts"
import type { Responder } from "../../sdk/ibake/responder.ts"
import type { Agreement, Draw, Outcome } from "../../sdk/ibake/session.ts"
import { contexts, wipeContexts } from "../../sdk/srtp/contexts.ts"
import { blank, wipe } from "../../sdk/base/bytes.ts"
import type { DhGroup, Profile } from "../../sdk/suite.ts"
import { answerer, caller, converse, NOW, type Radio } from "../fixture.ts"

/** Octets that a name determines, by Marsaglia's xorshift over 32 bits. */
export function plainDraw(name: string): Draw {
  let state = 0x9e3779b9
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 24
  }
  for (let i = 0; i < name.length; i++) {
    state ^= name.charCodeAt(i) << 8
    next()
  }
  for (let i = 0; i < 20; i++) next()
  return (octets) => {
    const out = blank(octets)
    for (let i = 0; i < octets; i++) out[i] = next()
    return out
  }
}

/** Two radios that hold their keys, and their part in one scene. */
export class Cast {
  readonly alice: Radio
  readonly bob: Radio
  readonly name: string
  readonly watch: (draw: Draw) => Draw
  constructor(alice: Radio, bob: Radio, name: string, watch: (draw: Draw) => Draw = (draw) => draw) {
    this.alice = alice
    this.bob = bob
    this.name = name
    this.watch = watch
  }
  initiator(profile: Profile = this.alice.profile): Initiator {
    return caller(this.alice, this.bob.me, {}, { profile, draw: this.watch(plainDraw(`${this.name} of alice`)) })
  }
  responder(profile: Profile = this.bob.profile): Responder {
    return answerer(this.bob, { profile, draw: this.watch(plainDraw(`${this.name} of bob`)) })
  }
  /** Derives the contexts of an agreement, and wipes them and the TGK, as their holder does. */
  srtp(a: Agreement): void {
    const list = contexts({ prf: this.alice.profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi })
    wipe(a.TGK)
    if (!isFault(list)) wipeContexts(list)
  }
}

/** A scene as the searched process plays it; ours plays the whole call each time. */
export interface Scene {
  readonly name: string
  play(cast: Cast): void
}

/** What is done with the Job that takes a message, or makes the first. */
type Treatment = (job: Job<Outcome>) => Outcome | undefined

const whole: Treatment = (job) => {
  for (;;) {
    const out = job.step()
    if (out !== undefined) return out.value
  }
}

/** Steps, and then it is dropped. */
function steps(count: number): Treatment {
  return (job) => {
    for (let i = 0; i < count; i++) {
      const out = job.step()
      if (out !== undefined) return out.value
    }
    job.drop()
    return undefined
  }
}

/** Plays the call up to step `at` (0 to 4: making I_MESSAGE_1, taking each message), treats that step otherwise, and ends both sides. */
function until(at: number, treat: Treatment, change: (octets: Uint8Array) => Uint8Array = (octets) => octets) {
  return (cast: Cast): void => {
    const I = cast.initiator()
    const R = cast.responder()
    let octets: Uint8Array | undefined
    for (let i = 0; i <= at; i++) {
      const given = octets === undefined ? undefined : i === at ? change(octets) : octets
      const job = given === undefined ? I.start(NOW) : (i % 2 === 1 ? R : I).receive(given, NOW, "")
      const out = (i === at ? treat : whole)(job)
      octets = out === undefined || out.kind === "ignored" ? undefined : out.octets
      if (out !== undefined && out.kind === "established") cast.srtp(out.agreement)
      if (octets === undefined) break
    }
    I.end()
    R.end()
  }
}

function flipped(octets: Uint8Array): Uint8Array {
  return octets.map((octet, i) => (i === octets.length - 1 ? octet ^ 1 : octet))
}

/** The profile with points that lie on no curve. */
function crooked(profile: Profile): Profile {
  const bent = (group: DhGroup): DhGroup => ({ ...group, keygen: (seed) => map(group.keygen(seed), (pair) => ({ secret: pair.secret, point: flipped(pair.point) })) })
  return { ...profile, groups: profile.groups.map(bent) }
}

const MESSAGES = ["I_MESSAGE_1 is made", "I_MESSAGE_1 is taken", "R_MESSAGE_1 is taken", "I_MESSAGE_2 is taken", "R_MESSAGE_2 is taken"]

/** All of them. */
export const scenes: readonly Scene[] = [
  {
    name: "a whole call",
    play(cast): void {
      const { initiator, responder } = converse(cast.initiator(), cast.responder())
      cast.srtp(initiator)
      cast.srtp(responder)
    },
  },
  ...[0, 1, 2, 3].map((at): Scene => ({ name: `a call that both end when ${MESSAGES[at]!}`, play: until(at, whole) })),
  ...[1, 2, 3, 4].map((at): Scene => ({ name: `a call whose message is damaged when ${MESSAGES[at]!}`, play: until(at, whole, flipped) })),
  ...[0, 1, 2, 3].flatMap((at) => [1, 5, 40].map((count): Scene => ({ name: `a call that is dropped ${count} steps after ${MESSAGES[at]!} begins`, play: until(at, steps(count)) }))),
  { name: "a call from no curve", play: (cast) => refused(cast.initiator(crooked(cast.alice.profile)), cast.responder()) },
  { name: "a call answered from no curve", play: (cast) => refused(cast.initiator(), cast.responder(crooked(cast.bob.profile))) },
]

/** A call in which one end's point is refused. */
function refused(I: Initiator, R: Responder): void {
  const first = whole(I.start(NOW))
  const answer = first?.kind === "send" ? whole(R.receive(first.octets, NOW, "")) : undefined
  if (answer?.kind === "send") whole(I.receive(answer.octets, NOW, ""))
  I.end()
  R.end()
}
