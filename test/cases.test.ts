/** Cases that are data, on Node: each file, and the one whole run with every value between, which a script computes a second time without our code. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { noble } from "../boards/profiles/noble.ts"
import { ascii, concat, hex, u32, unhex } from "../sdk/base/bytes.ts"
import { run } from "../sdk/base/job.ts"
import { bls12381 } from "../sdk/group/bls12381-noble.ts"
import { p256 } from "../sdk/group/p256-noble.ts"
import { exchangeKeys, kemacCipher, requestKeys, verification } from "../sdk/ibake/keys.ts"
import { uid, type ParameterSet } from "../sdk/ibake/identity.ts"
import { identityPoint } from "../sdk/ibe/bf.ts"
import { bfMaster } from "../sdk/ibe/bf-master.ts"
import { expandMessageXmd } from "../sdk/ibe/xmd.ts"
import { eccptPayload } from "../sdk/mikey/subpayload.ts"
import { parse, type Message } from "../sdk/mikey/message.ts"
import { prfConstant } from "../sdk/mikey/numbers.ts"
import { prfLabel } from "../sdk/mikey/prf.ts"
import { examples } from "../sdk/cli/session-help.ts"
import { machines } from "../sdk/cli/session-machine.ts"
import { groups } from "../boards/rig/case-files.ts"
import { judge, operations, type Case, type CaseFile } from "../boards/rig/agent/cases.ts"
import { caseFiles } from "./cases/make-cases.ts"
import { runText } from "./cases/make-ibake-run.ts"

const profile = noble()
const suite = profile.suites[0]!
const sym = profile.sym
const master = bfMaster(bls12381, sym)

function committed(name: string): string {
  return readFileSync(new URL(`cases/${name}`, import.meta.url), "utf8")
}

function octets(text: string): Uint8Array {
  const out = unhex(text)
  assert(out !== undefined, `not hex: ${text}`)
  return out
}

const anything = ["sha256", "hmacSha256", "aesCtr", "prf", "xmd", "srtp.kdf", "initiator", "responder"]

describe("a case", () => {
  for (const name of ["ibe-01.json", "uid.json"]) {
    const file = JSON.parse(committed(name)) as CaseFile
    describe(`of ${name}`, () => {
      for (const one of file.cases) it(`${one.op} ${one.fault === undefined ? "takes" : "refuses"}: ${one.why}`, () => assert.equal(judge(one, profile), undefined))
    })
  }

  it("of each operation has good input and bad", () => {
    const cases = groups().flatMap((each) => each.cases)
    for (const op of Object.keys(operations)) {
      assert(cases.some((one) => one.op === op && one.fault === undefined), `${op}: no good input`)
      // these take every input of their form, or leave what is ignored to tests of their own
      if (!["uid", "covers", "ibe.encapsulate", "box.seal", ...anything].includes(op)) assert(cases.some((one) => one.op === op && one.fault !== undefined), `${op}: no bad input`)
    }
  })

  it("of TS 33.180 is a UID with its own first parameter", () => {
    const { cases } = JSON.parse(committed("ts33180_uid.json")) as { cases: { uri: string; kms_uri: string; key_period: number; key_period_offset: number; key_period_no: number; uid: string }[] }
    assert(cases.length >= 5)
    for (const c of cases) {
      const input = { first: "MIKEY-SAKKE-UID", identity: c.uri, kms: c.kms_uri, length: c.key_period, offset: c.key_period_offset, period: c.key_period_no }
      assert.equal(judge({ op: "uid", why: "TS 33.180", in: input, out: c.uid }, profile), undefined)
    }
  })

  it("that expects another value, another fault or an unknown operation does not pass", () => {
    const good = (JSON.parse(committed("ibe-01.json")) as CaseFile).cases.filter((one) => one.op === "ibe.decapsulate")
    const taken = good.find((one) => one.fault === undefined)!
    const refused = good.find((one) => one.fault !== undefined)!
    const spoilt: Case[] = [
      { ...taken, out: `00${(taken.out as string).slice(2)}` },
      { ...taken, out: undefined, fault: "auth/failed" },
      { ...refused, fault: "key/invalid" },
      { ...refused, fault: undefined, out: "" },
      { ...taken, op: "ibe.guess" },
      { ...taken, suite: 2 },
    ]
    for (const one of spoilt) assert.notEqual(judge(one, profile), undefined)
  })

  it("file is what its script makes anew", () => {
    for (const [name, text] of Object.entries(caseFiles())) assert.equal(committed(name), text, `${name}: run npx tsx test/cases/make-cases.ts`)
  })
})

interface Box {
  readonly [name: string]: string
}

interface Request {
  readonly identity: string
  readonly psk: string
  readonly csbId: string
  readonly RAND: string
  readonly keys: readonly { readonly period: number; readonly uid: string; readonly Q_id: string; readonly S_id: string }[]
  readonly [name: string]: unknown
}

interface Run {
  readonly T: string
  readonly masterSecret: string
  readonly parameters: { readonly suite: number; readonly version: number; readonly periodLength: number; readonly periodOffset: number; readonly uri: string; readonly hosts: readonly string[]; readonly publicParameter: string }
  readonly draws: { readonly [role: string]: readonly { readonly label: string; readonly octets: string }[] }
  readonly requests: { readonly alice: Request; readonly bob: Request }
  readonly call: Record<"csbId" | "RAND" | "x" | "y" | "xP" | "yP" | "ECCPTi" | "ECCPTr" | "K_SESSION" | "MPK" | "TGK" | "auth_key" | "MAC" | "transcript_sha256", string> &
    Record<"I_MESSAGE_1" | "R_MESSAGE_1" | "I_MESSAGE_2" | "R_MESSAGE_2", string> &
    Record<"I_MESSAGE_1_box" | "R_MESSAGE_1_box" | "I_MESSAGE_2_box", Box> & { readonly contexts: readonly { readonly csId: number; readonly TEK: string; readonly salt: string }[] }
}

describe("the run of ibake-run.json, computed without our code", () => {
  const { parameters, masterSecret, requests, call, draws, T } = JSON.parse(committed("ibake-run.json")) as Run
  const set: ParameterSet = { ...parameters, kmsUri: ascii(parameters.uri), hosts: parameters.hosts.map(ascii), publicParameter: octets(parameters.publicParameter) }
  const par = run(suite.ibe.parameters(set.publicParameter))!
  const RAND = octets(call.RAND)
  const csbId = parseInt(call.csbId, 16)
  const message = (name: "I_MESSAGE_1" | "R_MESSAGE_1" | "I_MESSAGE_2" | "R_MESSAGE_2"): Message => {
    const m = parse(octets(call[name]), 2048)
    assert(!("fault" in m), JSON.stringify(m))
    return m
  }

  it("is what its script makes anew", () => assert.equal(committed("ibake-run.json"), runText(), "run npx tsx test/cases/make-ibake-run.ts"))

  it("has our P_pub, UIDs, Q_id and S_id", () => {
    assert.equal(hex(run(master.publicParameter(octets(masterSecret)))!), parameters.publicParameter)
    for (const request of [requests.alice, requests.bob])
      for (const key of request.keys) {
        const id = uid(sym, { type: 1, data: ascii(request.identity) }, set, key.period)
        assert.equal(hex(id), key.uid)
        assert.equal(hex(bls12381.encodeG2(run(identityPoint(bls12381, sym, id)))), key.Q_id)
        assert.equal(hex(run(master.extract(octets(masterSecret), id))), key.S_id)
      }
  })

  for (const [name, before] of [["I_MESSAGE_1", []], ["R_MESSAGE_1", ["I_MESSAGE_1"]], ["I_MESSAGE_2", ["I_MESSAGE_1", "R_MESSAGE_1"]]] as const)
    it(`has our box in ${name}, from rho to tag`, () => {
      const box = call[`${name}_box`]
      const id = octets(box["uid"]!)
      const l = bls12381.reduce(expandMessageXmd(sym, concat([octets(box["rho"]!), id]), ascii("IBAKE-V01-L"), 48))
      const gid = run(bls12381.pair(run(bls12381.decodeG1(set.publicParameter))!, run(identityPoint(bls12381, sym, id))))
      const gt = bls12381.encodeGT(run(bls12381.powGT(gid, l)))
      const made = run(suite.ibe.encapsulate(id, par, octets(box["rho"]!)))
      const keys = run(suite.box.encapsulate(id, par, octets(box["rho"]!)))
      const m = message(name)
      const hashed = before.length === 0 ? new Uint8Array(0) : sym.sha256(concat(before.map((one) => octets(call[one]))))
      const aad = concat([hashed, m.octets.subarray(0, m.ibakeAt)])
      const ours = {
        Q_id: hex(bls12381.encodeG2(run(identityPoint(bls12381, sym, id)))),
        l: hex(l), U: hex(bls12381.encodeG1(run(bls12381.mulG1(l)))), GT_sha256: hex(sym.sha256(gt)), mask: hex(sym.sha256(concat([ascii("IBAKE-V01-V"), gt]))),
        enc: hex(made.enc), V: hex(made.enc.subarray(48)), secret: hex(made.secret), ke: hex(keys.ke), ka: hex(keys.ka), kc: hex(keys.kc),
        aad_sha256: hex(sym.sha256(aad)), encrData: hex(suite.box.seal(keys, aad, octets(box["plaintext"]!))),
      }
      for (const [value, octetsOfIt] of Object.entries(ours)) assert.equal(octetsOfIt, box[value], `${name}.${value}`)
      assert.equal(hex(m.IBAKE!), box["encrData"])
      assert.equal(box["encrData"], `01${box["enc"]}${box["ciphertext"]}${box["tag"]}`)
      assert.equal(hex(suite.box.open(keys, aad, m.IBAKE!)!), box["plaintext"])
    })

  it("has our ephemeral pairs, ECCPT and K_SESSION", () => {
    const seed = (role: string, label: string): Uint8Array => octets(draws[role]!.find((one) => one.label === label)!.octets)
    const x = run(p256.keygen(seed("initiator", "call/x")))
    const y = run(p256.keygen(seed("responder", "call/y")))
    assert.deepEqual([x.secret, x.point, y.secret, y.point].map(hex), [call.x, call.xP, call.y, call.yP])
    assert.deepEqual([x, y].map((of) => hex(eccptPayload.encode({ curve: 8, point: of.point }))), [call.ECCPTi, call.ECCPTr])
    assert.equal(hex(run(p256.agree(x.secret, y.point))!), call.K_SESSION)
    assert.equal(hex(run(p256.agree(y.secret, x.point))!), call.K_SESSION)
  })

  it("has our keys from K_SESSION to the TEKs, and our MAC", () => {
    const kc = octets(call.I_MESSAGE_2_box["kc"]!)
    const transcript = { csbId, RAND, I_MESSAGE_1: octets(call.I_MESSAGE_1), R_MESSAGE_1: octets(call.R_MESSAGE_1), I_MESSAGE_2: octets(call.I_MESSAGE_2), kc }
    const hash = sym.sha256(concat([transcript.I_MESSAGE_1, transcript.R_MESSAGE_1, transcript.I_MESSAGE_2]))
    const keys = exchangeKeys(profile.prf, sym, octets(call.K_SESSION), transcript)
    const MPK = profile.prf.derive(octets(call.K_SESSION), prfLabel(prfConstant.MPK, 0xff, 0xffffffff, concat([RAND, hash, kc])), 32)
    assert.deepEqual([hash, MPK, keys.TGK, keys.authKey].map(hex), [call.transcript_sha256, call.MPK, call.TGK, call.auth_key])
    const last = message("R_MESSAGE_2")
    assert.equal(hex(verification(sym, keys.authKey, last.octets.subarray(0, last.macAt), last.IDRi!.data, last.IDRr!.data)), call.MAC)
    for (const of of call.contexts) {
      assert.equal(hex(profile.prf.derive(keys.TGK, prfLabel(prfConstant.TEK, of.csId, csbId, RAND), 16)), of.TEK)
      assert.equal(hex(profile.prf.derive(keys.TGK, prfLabel(prfConstant.salt, of.csId, csbId, RAND), 12)), of.salt)
    }
  })

  for (const who of ["alice", "bob"] as const)
    it(`has our keys of ${who}'s key request, and our KEMAC`, () => {
      const r = requests[who]
      const keys = requestKeys(profile.prf, octets(r.psk), parseInt(r.csbId, 16), octets(r.RAND))
      assert.deepEqual([keys.authKey, keys.encrKey, keys.salt].map(hex), [r["auth_key"], r["encr_key"], r["salt"]])
      const opened = kemacCipher(sym, keys, parseInt(r.csbId, 16), octets(T), octets(r["KEMAC_encrData"] as string))
      assert.equal(hex(opened), r["KEMAC_plaintext"])
      const iv = concat([octets("0000"), u32(parseInt(r.csbId, 16)), octets(T)]).map((octet, i) => octet ^ keys.salt[i]!)
      assert.equal(`${hex(iv)}0000`, r["IV"])
    })

  it("comes out of our Initiator and Responder, given its draws", () => {
    const I = machines.initiator(examples.initiator)
    const R = machines.responder(examples.responder)
    assert.deepEqual(I.start(), [{ send: call.I_MESSAGE_1 }])
    assert.deepEqual(R.receive(octets(call.I_MESSAGE_1)), [{ send: call.R_MESSAGE_1 }])
    assert.deepEqual(I.receive(octets(call.R_MESSAGE_1)), [{ send: call.I_MESSAGE_2 }])
    const [last, responder] = R.receive(octets(call.I_MESSAGE_2))
    assert.deepEqual(last, { send: call.R_MESSAGE_2 })
    const ends = [I.receive(octets(call.R_MESSAGE_2))[0], responder] as { done: { TGK: string; contexts: { masterKey: string; masterSalt: string }[] } }[]
    for (const end of ends) {
      assert.equal(end.done.TGK, call.TGK)
      assert.deepEqual(end.done.contexts.map((c) => [c.masterKey, c.masterSalt]), call.contexts.map((c) => [c.TEK, c.salt]))
    }
  })

  it("comes out of our key request and our KMS, given its draws", () => {
    const device = machines.request(examples.request)
    const kms = machines.issue(examples.issue)
    const { REQUEST_KEY_INIT, REQUEST_KEY_RESP, keys } = requests.alice as Request & Record<"REQUEST_KEY_INIT" | "REQUEST_KEY_RESP", string>
    assert.deepEqual(device.start(), [{ send: REQUEST_KEY_INIT }])
    assert.deepEqual(kms.receive(octets(REQUEST_KEY_INIT)), [{ send: REQUEST_KEY_RESP }])
    const [end] = device.receive(octets(REQUEST_KEY_RESP)) as { done: { keys: { key: string }[] } }[]
    assert.deepEqual(end!.done.keys.map((of) => of.key), keys.map((of) => of.S_id))
  })

  it("has messages of the sizes that PROTOCOL gives for 30-octet identities: each call message under 480", () => {
    assert.equal(ascii(requests.alice.identity).length, 30)
    assert.deepEqual((["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const).map((name) => octets(call[name]).length), [399, 457, 403, 154])
  })
})
