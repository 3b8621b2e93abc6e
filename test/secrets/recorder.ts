/**
 * Finds secrets that were left in memory: wraps what a profile lends, and keeps every typed array that a secret passed through. What a hash, a cipher or a
 * point gives out for a secret is a secret too, unless it went on the air. At the end each must be zero.
 */
import { bls12381 } from "../../sdk/group/bls12381-noble.ts"
import type { PairingGroup } from "../../sdk/group/group.ts"
import { map } from "../../sdk/base/job.ts"
import { p256 } from "../../sdk/group/p256-noble.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import type { IbeMaster } from "../../sdk/ibe/ibe.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import type { Draw } from "../../sdk/ibake/session.ts"
import { prf256 } from "../../sdk/mikey/prf.ts"
import type { Box, DhGroup, Ibe, Prf, Profile, Sym } from "../../sdk/suite.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { realKit, type Kit } from "../fixture.ts"

/** An array with the octets that it held when it was seen. */
interface Seen {
  readonly what: string
  readonly was: Buffer
  readonly array: Uint8Array
}

/** What happened: a secret was made, or octets went through a hash or cipher. */
type Event = { readonly kind: "secret"; readonly seen: Seen } | { readonly kind: "call"; readonly inputs: readonly Seen[]; readonly output: Seen }

/** Shorter octet strings say nothing. */
const SHORTEST = 16

function seen(what: string, array: Uint8Array): Seen {
  return { what, was: Buffer.from(array), array }
}

/** Everything that was seen, in order. */
export class Recorder {
  private readonly events: Event[] = []

  /** Notes an array that holds a secret now. */
  keep(what: string, array: Uint8Array | undefined): void {
    if (array !== undefined) this.events.push({ kind: "secret", seen: seen(what, array) })
  }

  /** Notes a call that makes a secret of a secret. */
  call(what: string, inputs: readonly Uint8Array[], output: Uint8Array): Uint8Array {
    this.events.push({ kind: "call", inputs: inputs.map((input) => seen(`input of ${what}`, input)), output: seen(`output of ${what}`, output) })
    return output
  }

  /** All that held a secret: what was made as one, and what was computed of one, less what is on the air. */
  secrets(air: readonly Uint8Array[]): Seen[] {
    const all = Buffer.concat(air)
    const found: Seen[] = []
    const add = (one: Seen): void => {
      if (one.was.length >= SHORTEST && one.was.some((o) => o !== 0) && !all.includes(one.was)) found.push(one)
    }
    const holds = (one: Seen): boolean => found.some(({ was }) => one.was.includes(was) || (one.was.length >= SHORTEST && was.includes(one.was)))
    for (const event of this.events) {
      if (event.kind === "secret") add(event.seen)
      else {
        const secret = event.inputs.filter(holds)
        for (const input of secret) add(input)
        if (secret.length > 0) add(event.output)
      }
    }
    return found
  }

  /** What is left of them; an array whose octets are on the air by now has become public. */
  left(air: readonly Uint8Array[]): string[] {
    const all = Buffer.concat(air)
    const found = this.secrets(air).filter(({ array }) => array.some((o) => o !== 0) && !all.includes(Buffer.from(array)))
    return found.map(({ what, array }) => `${what}, ${array.length} octets`)
  }

  /** Which secrets a text tells: in hexadecimal, base64, as a list of numbers or as JSON of a typed array. */
  told(text: string, air: readonly Uint8Array[]): string[] {
    const plain = text.replace(/"\d+":/g, "")
    const texts = [plain, plain.toLowerCase()]
    const forms = (was: Buffer): string[] => [was.toString("hex"), was.toString("base64").slice(0, -4), was.toString("base64url").slice(0, -4), [...was].join(",")]
    return this.secrets(air).filter(({ was }) => forms(was).some((form) => texts.some((one) => one.includes(form)))).map(({ what }) => what)
  }
}

function recordedSym(r: Recorder, sym: Sym): Sym {
  return {
    sha256: (data) => r.call("sha256", [data], sym.sha256(data)),
    hmacSha256: (key, data) => r.call("hmac", [key, data], sym.hmacSha256(key, data)),
    aesCtr(key, counter, data): Uint8Array {
      r.keep("key of aesCtr", key)
      r.keep("data of aesCtr", data)
      return r.call("aesCtr", [key, counter, data], sym.aesCtr(key, counter, data))
    },
  }
}

function recordedPrf(r: Recorder, prf: Prf): Prf {
  return {
    func: prf.func,
    derive(inkey, label, octets): Uint8Array {
      r.keep("inkey", inkey)
      const out = prf.derive(inkey, label, octets)
      r.keep(`key of label ${Buffer.from(label.subarray(0, 4)).toString("hex")}`, out)
      return out
    },
  }
}

function recordedGroup(r: Recorder, group: DhGroup): DhGroup {
  return {
    ...group,
    keygen(seed) {
      r.keep("seed of x or y", seed)
      return map(group.keygen(seed), (pair) => (r.keep("x or y", pair.secret), pair))
    },
    agree(secret, point) {
      r.keep("x or y in agree", secret)
      return map(group.agree(secret, point), (shared) => (r.keep("K_SESSION", shared), shared))
    },
  }
}

function recordedPairing<G1, G2, GT>(r: Recorder, group: PairingGroup<G1, G2, GT>): PairingGroup<G1, G2, GT> {
  const kept = (what: string, octets: Uint8Array): Uint8Array => (r.keep(what, octets), octets)
  return {
    ...group,
    reduce: (wide) => (r.keep("wide l", wide), kept("l", group.reduce(wide))),
    encodeGT: (x) => kept("GT", group.encodeGT(x)),
    mulG1: (scalar) => group.mulG1(kept("l of mulG1", scalar)),
    powGT: (x, scalar) => group.powGT(x, kept("l of powGT", scalar)),
  }
}

function recordedIbe(r: Recorder, ibe: Ibe): Ibe {
  return {
    ...ibe,
    privateKey(octets, par) {
      r.keep("octets of a private key", octets)
      return map(ibe.privateKey(octets, par), (key) => (r.keep("private key", key?.octets), key))
    },
    encapsulate(uid, par, seed) {
      r.keep("rho", seed)
      return map(ibe.encapsulate(uid, par, seed), (made) => (r.keep("secret of encapsulate", made.secret), made))
    },
    decapsulate: (enc, key, uid, par) => map(ibe.decapsulate(enc, key, uid, par), (secret) => (r.keep("secret of decapsulate", secret), secret)),
  }
}

function recordedBox(r: Recorder, box: Box): Box {
  const keys = <K extends { ke: Uint8Array; ka: Uint8Array; kc: Uint8Array } | undefined>(made: K): K => {
    for (const name of ["ke", "ka", "kc"] as const) r.keep(name, made?.[name])
    return made
  }
  return {
    ...box,
    encapsulate: (uid, par, seed) => map(box.encapsulate(uid, par, seed), keys),
    decapsulate: (data, key, uid, par) => map(box.decapsulate(data, key, uid, par), keys),
    seal(made, aad, plain): Uint8Array {
      r.keep("plaintext of a box", plain)
      return box.seal(made, aad, plain)
    },
    open(made, aad, data): Uint8Array | undefined {
      const plain = box.open(made, aad, data)
      r.keep("plaintext of an opened box", plain)
      return plain
    },
  }
}

function recordedMaster(r: Recorder, master: IbeMaster): IbeMaster {
  return { ...master, extract: (s, uid) => map(master.extract(s, uid), (key) => (r.keep("issued key", key), key)) }
}

/** The noble profile and its master side, put together anew from parts that are watched; `weaken` takes a box that wipes otherwise. */
export function recorded(r: Recorder, weaken: (box: Box) => Box = (box) => box): Kit {
  return recordedOn(r, bls12381, p256, weaken)
}

/** The same on other groups. */
export function recordedOn<G1, G2, GT>(r: Recorder, pairing: PairingGroup<G1, G2, GT>, group: DhGroup, weaken: (box: Box) => Box = (box) => box): Kit {
  const sym = recordedSym(r, nobleSym)
  const ibe = recordedIbe(r, bf(recordedPairing(r, pairing), sym))
  const box = recordedBox(r, weaken(seal(ibe, sym)))
  const profile: Profile = { ...realKit().profile, sym, prf: recordedPrf(r, prf256(sym)), groups: [recordedGroup(r, group)], suites: [{ id: ibe.suiteId, ibe, box }] }
  return { profile, master: recordedMaster(r, bfMaster(bls12381, nobleSym)) }
}

/** Draws whose seeds are watched; those of 4 and 16 octets go on the air. */
export function recordedDraw(r: Recorder, draw: Draw): Draw {
  return (octets) => {
    const out = draw(octets)
    if (octets > SHORTEST) r.keep(`draw of ${octets}`, out)
    return out
  }
}
