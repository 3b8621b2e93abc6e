/** The calls and key requests of cases/modes.json, computed without our code, come out of ours: from every draw every octet, and back from the octets. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { isFault } from "../sdk/base/fault.ts"
import { machines, type Answer, type Machine } from "../sdk/cli/session-machine.ts"
import { boundProtocols, mikeyIn, mikeyOf, readKeyMgmt, sdpIds, sipSteps } from "../sdk/srtp/sdp.ts"
import { modesText } from "./cases/make-modes.ts"
import { good } from "./fixture.ts"
import { committed, filled, modes, octets, setOf, type Call, type Context, type Request } from "./modes.ts"

/** What a machine must have said last: the contexts of a call. */
function assertContexts(got: unknown, wanted: readonly Context[]): void {
  const fields = (got as (Record<string, unknown> & { ssrc: number })[]).map((c) => [c["csId"], c.ssrc.toString(16).padStart(8, "0"), c["roc"], c["seq"], c["mki"], c["cipher"], c["masterKey"], c["masterSalt"]])
  assert.deepEqual(fields, wanted.map((c) => [c.csId, c.ssrc, c.roc, c.seq, c.mki, c.cipher, c.TEK, c.salt]))
}

function done(answer: Answer | undefined): Record<string, unknown> {
  assert(answer !== undefined && "done" in answer, JSON.stringify(answer))
  return answer.done as Record<string, unknown>
}

function assertAgreed(answer: Answer | undefined, call: Call, role: "initiator" | "responder"): void {
  const end = done(answer)
  const peer = role === "initiator" ? call.responder : call.initiator
  assert.deepEqual([end["role"], end["me"], end["peer"], end["csbId"], end["RAND"], end["TGK"]], [role, call[role], peer, call.csbId, call.RAND, call.TGK])
  assertContexts(end["contexts"], call.contexts)
  assert.deepEqual((end["contexts"] as Context[]).map((c) => c.from), call.contexts.map((c) => c.from))
  const unread = "unread" in call.files.responder
  assert.equal(end["called"], unread ? call.called : undefined)
  assert.equal(end["SK"], role === "initiator" ? call.SK : undefined)
  assert.equal(end["passOn"], role === "responder" && call.SK !== undefined ? call.I_MESSAGE_2 : undefined)
}

const receive = (machine: Machine, message: string): Answer[] => machine.receive(octets(message))

describe("a call of modes.json, computed without our code", () => {
  for (const call of modes.calls)
    describe(`${call.name}: ${call.why}`, () => {
      it("comes out of our Responder, given its draws and what the Initiator sends", () => {
        const R = machines.responder(filled(call, call.files.responder, call.draws.responder))
        assert.deepEqual(receive(R, call.I_MESSAGE_1), [{ send: call.R_MESSAGE_1 }])
        const [last, end] = receive(R, call.I_MESSAGE_2)
        assert.deepEqual(last, { send: call.R_MESSAGE_2 })
        assertAgreed(end, call, "responder")
      })
      const file = call.files.initiator
      if (file !== undefined)
        it("comes out of our Initiator, given its draws and what the Responder sends", () => {
          const I = machines.initiator(filled(call, file, call.draws.initiator))
          assert.deepEqual(I.start(), [{ send: call.I_MESSAGE_1 }])
          assert.deepEqual(receive(I, call.R_MESSAGE_1), [{ send: call.I_MESSAGE_2 }])
          assertAgreed(receive(I, call.R_MESSAGE_2)[0], call, "initiator")
        })
      for (const other of call.others ?? [])
        it(`comes out of ${other.responder} up to R_MESSAGE_1, and the rest is not for it`, () => {
          const R = machines.responder(filled(call, other.file, other.draws))
          assert.deepEqual(receive(R, call.I_MESSAGE_1), [{ send: other.R_MESSAGE_1 }])
          assert.deepEqual(receive(R, call.I_MESSAGE_2), [{ ignored: "auth/failed", at: "I_MESSAGE_2" }])
        })
      const deferred = call.files.deferred
      if (deferred !== undefined)
        it("leaves what the called one opens later: SK and contexts", () => {
          const end = done(receive(machines.deferred(filled(call, deferred, [])), call.I_MESSAGE_2)[0])
          assert.deepEqual([end["from"], end["me"], end["mailbox"], end["T"], end["csbId"], end["RAND"], end["SK"]], [call.initiator, call.called, call.responder, modes.T, call.csbId, call.RAND, call.SK])
          assertContexts(end["contexts"], call.deferred!)
        })
    })

  it("is what its script makes anew", () => assert.equal(committed, modesText(), "run npx tsx test/cases/make-modes.ts")).timeout(120_000)

  it("is made by scripts that import nothing of ours, but for the one that makes a curve", () => {
    const folder = new URL("cases/", import.meta.url)
    const ours = readdirSync(folder).filter((name) => name.endsWith(".ts") && /from "\.\.\/\.\.\/|import\(/.test(readFileSync(new URL(name, folder), "utf8")))
    assert.deepEqual(ours, ["make-rfc5091-curve.ts"])
  })

  it("stands for each mode, suite, map, curve and cipher", () => {
    const files = modes.calls.flatMap((call) => [call.files.initiator ?? {}, call.files.responder] as Record<string, unknown>[])
    for (const option of ["map", "kms", "curves", "protocols", "retarget", "deferred", "rekeys", "shared", "unread", "mailbox", "fill"]) assert(files.some((file) => option in file), option)
    assert.equal(new Set(modes.calls.flatMap((call) => call.contexts.map((c) => c.cipher))).size, 4)
    assert.equal(new Set(modes.calls.map((call) => call.I_MESSAGE_1.length)).size > 10, true)
  })

  it("goes nowhere with one octet of its draws changed: the comparison would see it", () => {
    const call = modes.calls.find((each) => each.name === "P-384")!
    const { files, draws, I_MESSAGE_1 } = call
    const spoilt = draws.initiator.map((draw, i) => (i === 4 ? { octets: draw.octets.replace(/.$/, (last) => (last === "0" ? "1" : "0")) } : draw))
    const [first] = machines.initiator(filled(call, files.initiator!, spoilt)).start()
    assert(first !== undefined && "send" in first && first.send.length === I_MESSAGE_1.length && first.send !== I_MESSAGE_1)
  })
})

describe("the SDP call of modes.json", () => {
  const { sip, ...call } = modes.calls.find((each) => each.sip !== undefined)!
  it("has each message in the body of its step of SIP", () => {
    for (const [i, step] of sipSteps.prack.entries()) {
      assert.deepEqual([sip![i]!.sip, sip![i]!.sdp], [step.sip, step.sdp])
      const name = (["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const)[i]!
      assert.deepEqual(good(mikeyIn(sip![i]!.body, "session", step)), octets(call[name]))
      assert.deepEqual(mikeyOf(good(readKeyMgmt(sip![i]!.body)), 0), octets(call[name]))
    }
  })
  it("binds the protocols of both offers, and not those of an offer that lost one", () => {
    const bound = sdpIds(call.files.initiator!["protocols"] as string)
    for (const body of [sip![0]!.body, sip![2]!.body]) {
      assert.equal(boundProtocols(bound, good(readKeyMgmt(body))), undefined)
      assert(isFault(boundProtocols(bound, good(readKeyMgmt(body.replace(/a=key-mgmt:keyp1 .*\r\n/, ""))))))
    }
  })
  it("tells both ends what was bound", () => {
    const R = machines.responder(filled(call, call.files.responder, call.draws.responder))
    receive(R, call.I_MESSAGE_1)
    assert.deepEqual(done(receive(R, call.I_MESSAGE_2)[1])["protocols"], ["mikey;keyp1", "mikey;keyp1"])
  })
})

describe("a key request of modes.json, computed without our code", () => {
  /** A KMS that has answered what the request comes after. */
  function kmsFor(request: Request): Machine {
    const { masterSecret } = modes.masterSecrets.find((of) => of.uri === request.kms)!
    const { pskId, psk } = request.file
    const kms = machines.issue({ now: modes.utc, master: masterSecret, parameters: [setOf(request.kms)], subscribers: [{ pskId, psk, identities: request.owned }] })
    const before = modes.requests.find((one) => one.name === request.after)
    if (before !== undefined) assert.deepEqual(receive(kms, before.REQUEST_KEY_INIT), [{ send: before.REQUEST_KEY_RESP }])
    return kms
  }

  const faults: Readonly<Record<number, string>> = { 1: "kms/time", 7: "kms/identity", 12: "kms/refused" }
  for (const request of modes.requests)
    it(`${request.name}: ${request.why}`, () => {
      const device = machines.request({ ...request.file, parameters: [setOf(request.kms)], randomness: request.draws.map((draw) => draw.octets) })
      const answer = request.REQUEST_KEY_RESP ?? request.Error!
      assert.deepEqual(device.start(), [{ send: request.REQUEST_KEY_INIT }])
      assert.deepEqual(receive(kmsFor(request), request.REQUEST_KEY_INIT), [{ send: answer }])
      const [end] = receive(device, answer)
      if (request.ERR === undefined) assert.deepEqual(done(end)["keys"], request.keys)
      else assert.deepEqual(end, { ignored: faults[request.ERR], at: "Error.ERR", lastT: request.lastT })
    })

  it("stands for each suite, and for each Error that a KMS sends", () => {
    assert.deepEqual(new Set(modes.requests.map((one) => one.kms)).size, 3)
    assert.deepEqual([...new Set(modes.requests.map((one) => one.ERR))], [undefined, 1, 7, 12])
  })
})
