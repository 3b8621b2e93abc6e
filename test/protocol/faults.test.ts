import assert from "node:assert/strict"
import { createWorld, type VirtualBoard } from "../../boards/virtual/port.ts"
import { ascii, concat, u32 } from "../../sdk/base/bytes.ts"
import { faults, isFault, type Fault, type FaultCode } from "../../sdk/base/fault.ts"
import { run, type Job } from "../../sdk/base/job.ts"
import { Device } from "../../sdk/device.ts"
import { encodeInner } from "../../sdk/ibake/exchange.ts"
import { identity, ntp } from "../../sdk/ibake/identity.ts"
import { certified } from "../../sdk/ibake/certified.ts"
import type { KeyRequest, RequestFields } from "../../sdk/ibake/keyrequest.ts"
import { Gate, type Outcome } from "../../sdk/ibake/session.ts"
import { Keyring } from "../../sdk/keys/keyring.ts"
import { decodeFrame } from "../../sdk/keys/frames.ts"
import { judgePath, readCertificate } from "../../sdk/kms/path.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { srtpRules } from "../../sdk/srtp/policy.ts"
import { answerer, caller, changed, converse, decide, enrolled, fastKit, keyRequest, MemoryStore, named, NOW, radio, readAnswer, sent, testKms, UTC, wholeRun, type RadioOptions } from "../fixture.ts"
import { hasOpenssl, house, type House, type Issued } from "../certificates.ts"
import { tool } from "../tools.ts"
import { clearOf, sealByHand, team } from "./by-hand.ts"

const kit = fastKit()
const kms = testKms(kit)
const alice = radio(kms, "sip:alice@police.example")
const bob = radio(kms, "sip:bob@police.example", { identities: [team] })
const call = wholeRun(kit)
const good = call.I_MESSAGE_1

/** The Fault of an outcome, a response, or a value that is one. */
function of(value: unknown): Fault | undefined {
  if (isFault(value)) return value
  const held = (value as { fault?: unknown } | undefined)?.fault
  return isFault(held) ? held : undefined
}

const ignored = (job: Job<Outcome>): Fault | undefined => of(run(job))

/** A good message with an octet changed. */
function edited(octets: Uint8Array, at: number, value: number): Uint8Array {
  return octets.map((o, i) => (i === at ? value : o))
}

function refusedByKms(change: Partial<KeyRequest>): Fault | undefined {
  const request = keyRequest(alice, change)
  return of(readAnswer(alice, request, decide(alice, request).answer))
}

/** A call from Alice, with boxes and guards of Bob's as they are. */
const I_MESSAGE_1 = (now = NOW): Uint8Array => sent(caller(alice, bob.me).start(now))

function sealedToBob(ECCPTi: Uint8Array): Uint8Array {
  const m = parse(I_MESSAGE_1(), 65535)
  assert(!isFault(m))
  return sealByHand(alice, { type: dataType.I_MESSAGE_1, clear: clearOf(m, m.RAND!), to: bob.me, plain: encodeInner(alice.me, ECCPTi, bob.me, undefined) }).octets
}

/** A device on a virtual board with Alice's keys, and what it is told when it does something and nothing answers. */
function device(act: (device: Device, done: (result: object) => void, board: VirtualBoard) => void): Fault | undefined {
  const world = createWorld({ seed: 1, utc: UTC })
  const board = world.board("alice", { utcError: 0, sealed: true })
  for (const [name, value] of alice.store.values) board.store.put(name, value)
  let told: Fault | undefined
  board.do(() => {
    const { identities, pskId, psk } = alice.subscriber
    const own = new Device(board, kit.profile, { identities, pskId, psk, kmsName: "police", set: kms.state.own, vouched: [] }, {})
    own.open()
    act(own, (result) => (told = of(result)), board)
  })
  // the world of a device goes on for ever: two hours are longer than every limit
  world.run({ until: 7200000, stop: () => told !== undefined })
  return told
}

function aliceWith(options: RadioOptions): ReturnType<typeof enrolled> {
  return enrolled(kms, "sip:alice@police.example", options)
}

function install(store: MemoryStore, shift: number): Fault | undefined {
  const mine = aliceWith({ store })
  const request = keyRequest(mine)
  const read = readAnswer(mine, request, decide(mine, request).answer)
  assert(!isFault(read) && read.kind === "keys")
  return run(mine.ring.install(read.keys.map((key) => ({ ...key, period: key.period + shift })), []))
}

let made: House | undefined

function pki(): House {
  return (made ??= house())
}

/** What a KMS that trusts the root says of a chain, so many seconds from now. */
function pathFault(chain: readonly Issued[], seconds: number): Fault | undefined {
  return of(judgePath(chain.map((c) => c.der), [readCertificate(pki().root.der)!], Date.now() / 1000 + seconds, "REQUEST_KEY_PKE.CERT"))
}

const requestFields: RequestFields = { identities: [alice.me], kmsUri: kms.state.own.kmsUri, T: { type: 0, value: ntp(UTC) }, csbId: 1, RAND: new Uint8Array(16) }

/** A case for each code: what gives it. */
const provoked: { readonly [code in FaultCode]: () => Fault | undefined } = {
  "wire/short": () => of(parse(good.subarray(0, 40), 2048)),
  "wire/trailing": () => of(parse(concat([good, u32(0)]), 2048)),
  "wire/size": () => of(parse(good, good.length - 1)),
  "wire/type": () => of(parse(edited(good, 1, 99), 2048)),
  "wire/chain": () => of(parse(edited(good, 2, 14), 2048)),
  "wire/value": () => of(parse(edited(good, 9, 1), 2048)),
  "identity/form": () => of(identity("", 1)),
  "identity/unknown": () => ignored(caller(alice, named("sip:x@elsewhere.example")).start(NOW)),
  "identity/mismatch": () => ignored(caller(alice, alice.me).start(NOW)),
  "identity/refused"() {
    const I = caller(alice, named("sip:carol@police.example"))
    const m = parse(sent(I.start(NOW)), 65535)
    assert(!isFault(m))
    const plain = encodeInner(alice.me, undefined, bob.me, undefined)
    return ignored(I.receive(sealByHand(bob, { type: dataType.R_MESSAGE_1, clear: { ...clearOf(m, m.RAND!), IDRr: bob.me }, to: alice.me, plain }).octets, NOW, ""))
  },
  "parameters/invalid": () => of(run(bob.ring.parameters.take({ ...kms.state.own, kmsUri: ascii("kms.third.example"), hosts: [ascii("third.example")], publicParameter: new Uint8Array(32) }))),
  "parameters/refused": () => of(run(bob.ring.parameters.take({ ...kms.state.own, periodLength: 1 }))),
  "time/none": () => ignored(caller(alice, bob.me).start({ utc: undefined, ticks: 0 })),
  "time/skew": () => ignored(answerer(bob).receive(I_MESSAGE_1(), { utc: UTC + 1000, ticks: 0 }, "")),
  "key/none": () => ignored(caller(aliceWith({}), bob.me).start(NOW)),
  "key/invalid": () => install(new MemoryStore(), 1),
  "auth/failed": () => ignored(answerer(bob).receive(edited(good, good.length - 1, good[good.length - 1]! ^ 1), NOW, "")),
  "cert/untrusted": () => pathFault([pki().device], 0),
  "cert/time": () => pathFault(pki().chain, -86400),
  "cert/usage": () => pathFault([pki().middle], 0),
  "cert/key": () => of(certified(new Uint8Array(1), { ...pki().signer, sign: () => undefined }).request(kit.profile, alice.draw, requestFields)),
  "suite/refused": () => of(run(bob.ring.parameters.take({ ...kms.state.own, kmsUri: ascii("kms.third.example"), hosts: [ascii("third.example")], suite: 3 }))),
  "curve/refused": () => ignored(answerer(bob).receive(sealedToBob(concat([Uint8Array.of(8, 4), new Uint8Array(69)])), NOW, "")),
  "policy/none": () => ignored(answerer(bob, { profile: changed(kit, () => ({ srtp: srtpRules(["AES_CM_128_HMAC_SHA1_80"]) })).profile }).receive(I_MESSAGE_1(), NOW, "")),
  "session/state": () => ignored(answerer(bob).receive(call.I_MESSAGE_2, NOW, "")),
  "session/timeout": () => device((own, done) => own.call("sip:bob@police.example", done)),
  "session/ended": () => device((own, done) => own.call("sip:bob@police.example", done).end()),
  "replay/seen"() {
    const R = answerer(bob)
    const octets = converse(caller(alice, bob.me), R).I_MESSAGE_1
    return ignored(R.receive(octets, NOW, ""))
  },
  "rate/limited": () => ignored(answerer(bob, { gate: new Gate(0) }).receive(I_MESSAGE_1(), NOW, "")),
  "kms/time": () => refusedByKms({ T: { type: 0, value: ntp(UTC + 1000) } }),
  "kms/identity": () => refusedByKms({ identities: [named("sip:mallory@police.example")] }),
  "kms/refused": () => refusedByKms({ periods: { first: 1, count: 1 } }),
  "entropy/none": () => ignored(caller(alice, bob.me, {}, { draw: () => undefined }).start(NOW)),
  "store/refused"() {
    const store = new MemoryStore()
    store.refuses = () => true
    return install(store, 0)
  },
  "store/broken"() {
    const store = new MemoryStore()
    store.put("sets", Uint8Array.of(1, 2, 3))
    return run(new Keyring(kit.profile, store).load(kms.state.own, []))
  },
  "link/closed": () => device((own, done, board) => (board.outage(1e9), own.fetchKeys(undefined, done))),
  "channel/frame": () => of(decodeFrame(new Uint8Array(3))),
  "channel/gave-up": () => device((own, done) => own.fetchKeys(undefined, done)),
}

describe("every Fault of the closed list", () => {
  before(tool("openssl", hasOpenssl))
  after(() => made?.pki.end())

  for (const code of Object.keys(faults) as FaultCode[])
    it(`${code} is provoked by a case, and says what to do next`, () => {
      assert.equal(provoked[code]()?.fault, code)
      assert.match(faults[code], /^[A-Z].*\.$/)
    })

  it("is a value: its place tells no octets, and no case throws", () => {
    for (const code of Object.keys(faults) as FaultCode[]) {
      const fault = provoked[code]()!
      assert.deepEqual(Object.keys(fault), ["fault", "at"])
      assert.match(fault.at, /^[A-Za-z0-9_#. -]+$/)
    }
  })
})
