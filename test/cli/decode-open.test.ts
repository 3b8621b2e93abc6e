/** What keys open for `ibake decode`, and what it keeps to itself. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileStore, realDisk } from "../../boards/node/files.ts"
import { nobleAll } from "../../boards/profiles/noble-all.ts"
import { ascii, concat, hex, unhex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { decodeMessage, type Decoded } from "../../sdk/cli/decode-message.ts"
import { openKeys, type Keys } from "../../sdk/cli/decode-open.ts"
import { lines, object } from "../../sdk/cli/decode-show.ts"
import { leaves, type Field } from "../../sdk/cli/decode-walk.ts"
import { uid } from "../../sdk/ibake/identity.ts"
import { Keyring } from "../../sdk/keys/keyring.ts"
import { parseKeyFill, type KeyFill } from "../../sdk/kms/keyfill.ts"
import { build, buildChain, parse, type Message } from "../../sdk/mikey/message.ts"
import { eskPayload, ibakePayload, idrPayload, part, randPayload, spPayload, timestampPayload } from "../../sdk/mikey/payload.ts"
import { skPayload } from "../../sdk/mikey/subpayload.ts"
import { recorded } from "./recorded.ts"

type Name = "alice" | "bob"

const octets = (name: string): Uint8Array => unhex(recorded.messages[name]!)!
const call = ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"]
const requestOf = { alice: ["REQUEST_KEY_INIT", "REQUEST_KEY_RESP"], bob: ["bob's REQUEST_KEY_INIT", "bob's REQUEST_KEY_RESP"] } as const

function fillOf(name: Name): KeyFill {
  const fill = parseKeyFill(recorded.fill(name))
  assert(typeof fill !== "string", String(fill))
  return fill
}

function keysOf(fill: KeyFill, folder?: string): Keys {
  const keys = openKeys(fill, folder)
  assert(!isFault(keys))
  return keys
}

/** Looks at messages with the keys of a fill. */
function looked(fill: KeyFill, shown: readonly Uint8Array[], folder?: string, others: readonly Uint8Array[] = []): Decoded[] {
  const keys = keysOf(fill, folder)
  try {
    return keys.look(shown.map(decodeMessage), others)
  } finally {
    keys.close()
  }
}

const all = (fields: readonly Field[]): Field[] => fields.flatMap((f) => [f, ...all(f.fields ?? [])])
const field = (m: Decoded, name: string): Field => all(m.fields).find((f) => f.field === name && (name !== "Encr data" || f.fields !== undefined || m.name === "REQUEST_KEY_RESP"))!
/** The opened plaintext, from its leaves. */
const plaintext = (m: Decoded): string => leaves(field(m, "Encr data").opened!.fields).map((f) => f.octets).join("")
const why = (m: Decoded): string => field(m, "Encr data").opened!.by

describe("ibake decode with a key fill", () => {
  it("opens the boxes that are sealed to its identity, octet for octet, with keys of the response beside them", () => {
    for (const [name, opens] of [["alice", [1]], ["bob", [0, 2]]] as const) {
      const found = looked(fillOf(name), [...requestOf[name], ...call].map(octets))
      const boxes = [recorded.call.I_MESSAGE_1_box, recorded.call.R_MESSAGE_1_box, recorded.call.I_MESSAGE_2_box]
      for (const [i, m] of found.slice(2, 5).entries()) {
        if ((opens as readonly number[]).includes(i)) {
          assert.equal(plaintext(m), boxes[i]!.plaintext)
          assert.equal(why(m), `opened with the private key of ${recorded.requests[name].identity} for period 46342`)
        } else assert.match(why(m), /^not opened: it is sealed to sip:unit-[12]00[12]@fire\.example\.org, which this fill is not of$/)
        assert.deepEqual(m.troubles, [])
      }
      assert.equal(field(found[5]!, "Ver data").meaning, "not verified: only the two radios hold MPK")
    }
  })

  it("shows the fields of a box in the order of RFC 6267", () => {
    const [, , , R1] = looked(fillOf("alice"), [...requestOf.alice, "I_MESSAGE_1", "R_MESSAGE_1"].map(octets))
    const box = field(R1!, "Encr data").opened!
    assert.deepEqual(box.fields.map((f) => f.field), ["IDRi", "ECCPT", "IDRr", "ECCPT"])
    assert.deepEqual(box.fields[1]!.fields!.map((f) => [f.field, f.length]), [["Next payload", 1], ["ECC Curve", 1], ["ECC Point", 65], ["padding", 1], ["Auth alg", 1], ["TGK len", 2], ["Reserved, KV", 1]])
    assert.match(lines("x", R1!), /opened with the private key of .* for period 46342\n.*IDRi {2}\[RFC 6043 6\.6\]/)
  })

  it("verifies V and opens KEMAC under its PSK, and shows no private key", () => {
    for (const name of ["alice", "bob"] as const) {
      const [request, response] = looked(fillOf(name), requestOf[name].map(octets))
      for (const m of [request!, response!]) assert.equal(field(m, "Ver data").meaning, "verifies under the fill's PSK")
      const opened = field(response!, "Encr data").opened!
      assert.equal(leaves(opened.fields).reduce((sum, f) => sum + f.length, 0), recorded.requests[name].KEMAC_plaintext.length / 2)
      const keys = leaves(opened.fields).filter((f) => f.field === "Key data")
      assert.deepEqual(keys.map((f) => [f.length, f.octets, f.value]), recorded.requests[name].keys.map(() => [96, undefined, "(secret)"]))
      const said = JSON.stringify(object("x", response!)) + lines("x", response!)
      for (const { S_id } of recorded.requests[name].keys) assert(!said.includes(S_id.slice(0, 16)))
      assert(!said.includes(recorded.requests[name].psk.slice(0, 16)))
      // the search would find what is shown
      assert(said.includes(Buffer.from(recorded.requests[name].identity).toString("hex")))
    }
  })

  it("opens a response whose request is given beside it, and says that it needs it", () => {
    const [init, response] = requestOf.alice.map(octets)
    const [alone] = looked(fillOf("alice"), [response!])
    assert.match(field(alone!, "Ver data").meaning!, /this needs the request/)
    assert.equal(field(alone!, "Encr data").opened, undefined)
    const [beside] = looked(fillOf("alice"), [response!], undefined, [init!])
    assert.match(field(beside!, "Encr data").opened!.by, /^opened/)
  })

  it("says of a stranger's request that the PSK is another", () => {
    const [request] = looked(fillOf("bob"), [octets("REQUEST_KEY_INIT")])
    assert.equal(field(request!, "Ver data").meaning, "not verified: the PSK is not this fill's")
  })

  it("says of a changed message that it does not verify or open", () => {
    const spoiled = (name: string): Uint8Array => {
      const out = octets(name)
      out[out.length - 1]! ^= 1
      return out
    }
    const [, response] = looked(fillOf("alice"), [octets("REQUEST_KEY_INIT"), spoiled("REQUEST_KEY_RESP")])
    assert.deepEqual(response!.troubles.map((t) => t.wrong), ["expected a MAC under the fill's PSK, another came"])
    assert.equal(field(response!, "Encr data").opened, undefined)
    const [, , I1, , I2] = looked(fillOf("bob"), [...requestOf.bob.map(octets), octets("I_MESSAGE_1"), spoiled("R_MESSAGE_1"), octets("I_MESSAGE_2")])
    assert.match(why(I1!), /^opened/)
    // its AAD holds the hash of R_MESSAGE_1
    assert.match(why(I2!), /^not opened: it does not open with the key of sip:unit-2002@fire\.example\.org for period 46342/)
  })

  it("says which messages and keys a box needs", () => {
    const [, , I2] = looked(fillOf("bob"), [...requestOf.bob, "I_MESSAGE_2"].map(octets))
    assert.equal(why(I2!), "not opened: this needs the messages before it, I_MESSAGE_1 and R_MESSAGE_1")
    const [I1] = looked(fillOf("bob"), [octets("I_MESSAGE_1")])
    assert.equal(why(I1!), "not opened: no private key of sip:unit-2002@fire.example.org for period 46342 is held")
  })

  it("opens an ESK, and shows no SK", () => {
    const secret = unhex("5e".repeat(32))!
    const I2 = withEsk(secret)
    const [, , , m] = looked(fillOf("bob"), [...requestOf.bob.map(octets), octets("I_MESSAGE_1"), I2])
    const esk = all(m!.fields).filter((f) => f.field === "Encr data").at(-1)!.opened!
    assert.match(esk.by, /^opened with the private key of sip:unit-2002/)
    assert.deepEqual(esk.fields.map((f) => f.field), ["IDRi", "SK"])
    assert(!JSON.stringify(m).includes("5e5e5e5e"))
  })
})

/** The recorded I_MESSAGE_2 with an ESK that is sealed as PROTOCOL section 3 says, and a box that is none. */
function withEsk(secret: Uint8Array): Uint8Array {
  const profile = nobleAll()
  const { box, ibe } = profile.suites[0]!
  const { own } = fillOf("bob").kms
  const par = run(ibe.parameters(own.publicParameter))!
  const m = parse(octets("I_MESSAGE_2"), 2048) as Message
  const keys = run(box.encapsulate(uid(profile.sym, m.IDRr!, own, 46342), par, new Uint8Array(32).fill(7)))
  const plain = buildChain([part(idrPayload, m.IDRi!), part(skPayload, secret)])
  const parts = [part(timestampPayload, m.T), part(randPayload, m.RAND!), part(idrPayload, m.IDRi!), part(idrPayload, m.IDRr!), ...m.SP.map((sp) => part(spPayload, sp))]
  const built = build(m.header, [...parts, part(ibakePayload, { encrData: m.IBAKE! }), part(eskPayload, { encrData: new Uint8Array(box.octets(keys, plain.length)) })])
  built.octets.set(box.seal(keys, concat([ascii("ESK"), built.octets.subarray(0, built.ibakeAt)]), plain), built.eskAt + 3)
  return built.octets
}

describe("ibake decode with a radio's store", () => {
  const folder = mkdtempSync(join(tmpdir(), "ibake-decode-store-"))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it("opens with the keys that lie there, and changes nothing there, not even what another process is writing", () => {
    const fill = fillOf("bob")
    const { S_id, period } = recorded.requests.bob.keys[0]!
    const keyring = new Keyring({ ...nobleAll(), keysInTheOpen: true }, fileStore(folder, false, realDisk))
    assert.equal(run(keyring.load(fill.kms.own, [])), undefined)
    assert.equal(run(keyring.install([{ identity: fill.identities[0]!, period, key: unhex(S_id)! }], [])), undefined)
    keyring.wipe()
    writeFileSync(join(folder, "v-half.bin~"), "half")
    const before = readdirSync(folder).map((name) => [name, hex(readFileSync(join(folder, name)))])
    const [I1] = looked(fillOf("bob"), [octets("I_MESSAGE_1")], folder)
    assert.equal(plaintext(I1!), recorded.call.I_MESSAGE_1_box.plaintext)
    assert.deepEqual(readdirSync(folder).map((name) => [name, hex(readFileSync(join(folder, name)))]), before)
    assert.equal(before.length, 3)
  })

  it("names a store that is broken", () => {
    writeFileSync(join(folder, "v-keys.bin"), "broken")
    assert.deepEqual(openKeys(fillOf("bob"), folder), { fault: "store/broken", at: "keys" })
  })

  it("takes a folder that is not there for an empty one, and does not make it", () => {
    const [I1] = looked(fillOf("bob"), [octets("I_MESSAGE_1")], join(folder, "none"))
    assert.match(why(I1!), /no private key/)
    assert(!readdirSync(folder).includes("none"))
  })
})
