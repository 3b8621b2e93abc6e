/** `ibake decode --fill` on the octets of cases/modes.json, which our code has not made: every message is read, and a fill opens what is sealed to its names. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileStore, realDisk } from "../../boards/node/files.ts"
import { nobleAll } from "../../boards/profiles/noble-all.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { decodeMessage, type Decoded } from "../../sdk/cli/decode-message.ts"
import { openKeys } from "../../sdk/cli/decode-open.ts"
import { leaves, type Field, type Opened } from "../../sdk/cli/decode-walk.ts"
import { Keyring } from "../../sdk/keys/keyring.ts"
import type { KeyFill } from "../../sdk/kms/keyfill.ts"
import { setOf as parameterSet } from "../../sdk/kms/sets.ts"
import { named } from "../fixture.ts"
import { keysOf, modes, octets, setOf, type Call } from "../modes.ts"

/** A fill of a radio that answers to these names. */
function fillOf(names: readonly string[], uri: string, psk: { readonly pskId: string; readonly psk: string } = { pskId: "00", psk: "00" }): KeyFill {
  const own = parameterSet(setOf(uri))
  assert(typeof own !== "string")
  const broker = { url: "mqtt://127.0.0.1:1883", protocol: 4 } as const
  return { identities: names.map((name) => named(name)), psk: octets(psk.psk), pskId: octets(psk.pskId), device: "", kms: { name: "kms", own }, vouched: [], broker, mtu: 64, transferOctets: 16384 }
}

function looked(fill: KeyFill, folder: string | undefined, shown: readonly string[], others: readonly string[] = []): Decoded[] {
  const keys = openKeys(fill, folder)
  assert(!isFault(keys))
  const found = keys.look(shown.map((message) => decodeMessage(octets(message))), others.map(octets))
  keys.close()
  return found
}

/** What a key opened or not in a message, in the order of the octets. */
const tried = (fields: readonly Field[]): Opened[] => fields.flatMap((f) => [...(f.opened === undefined ? [] : [f.opened]), ...tried(f.fields ?? [])])
const plaintext = (opened: Opened): string => leaves(opened.fields).map((f) => f.octets ?? "").join("")

describe("ibake decode on modes.json", () => {
  const folder = mkdtempSync(join(tmpdir(), "ibake-decode-modes-"))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const stores = new Map<string, string>()

  /** The store of a radio that answers to these names, made once. */
  function storeOf(names: readonly string[]): string {
    const key = names.join(" ")
    const known = stores.get(key)
    if (known !== undefined) return known
    const path = join(folder, String(stores.size))
    const keys = keysOf(names)
    const ring = new Keyring({ ...nobleAll(), keysInTheOpen: true }, fileStore(path, false, realDisk))
    assert.equal(run(ring.load(fillOf(names, keys[0]!.kms).kms.own, [])), undefined)
    assert.equal(run(ring.install(keys.map((of) => ({ identity: named(of.identity), period: of.period, key: octets(of.key) })), [])), undefined)
    ring.wipe()
    stores.set(key, path)
    return path
  }

  const boxes = ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const
  /** Whom the boxes of a call are sealed to, with their plaintexts; the ESK's comes after I_MESSAGE_2's. */
  function sealedTo(call: Call): { readonly to: string; readonly plaintext: string }[] {
    const called = call.called ?? call.responder
    const to = [called, call.initiator, call.responder, call.initiator]
    return boxes.flatMap((name, i) => {
      const box = call[`${name}_box`]
      const esk = name === "I_MESSAGE_2" && call["ESK_box"] !== undefined ? [{ to: called, plaintext: call["ESK_box"].plaintext }] : []
      return box === undefined ? [] : [{ to: to[i]!, plaintext: box.plaintext }, ...esk]
    })
  }

  for (const call of modes.calls)
    it(`${call.name}: each end opens what is sealed to it, octet for octet, and nothing else`, () => {
      const { initiator, responder, deferred } = { initiator: undefined, deferred: undefined, ...call.files }
      const ends = [initiator ?? { me: call.initiator }, responder, ...(deferred === undefined ? [] : [deferred])]
      for (const file of ends) {
        const names = [file.me, (file as { shared?: readonly string[] }).shared ?? []].flat()
        const found = looked(fillOf(names, keysOf(names)[0]!.kms), storeOf(names), boxes.map((name) => call[name]))
        for (const m of found) assert.deepEqual([m.strict, m.troubles], ["accepted", []], m.name)
        const opened = found.flatMap((m) => tried(m.fields))
        const wanted = sealedTo(call)
        assert.equal(opened.length, wanted.length)
        for (const [i, { to, plaintext: plain }] of wanted.entries()) {
          if (!names.includes(to)) assert.match(opened[i]!.by, /^not opened: it is sealed to /)
          else assert.match(opened[i]!.by, new RegExp(`^opened with the private key of ${to} for period \\d+$`))
          // an SK is a secret, and not shown
          const shown = opened[i]!.fields.some((f) => f.field === "SK") ? plain.slice(0, -64) : plain
          assert.equal(plaintext(opened[i]!), names.includes(to) ? shown : "")
        }
      }
    })

  it("names every map and curve that is in use there", () => {
    const me = modes.calls[3]!.initiator
    const said = JSON.stringify(modes.calls.filter((call) => call.initiator === me).flatMap((call) => looked(fillOf([me], keysOf([me])[0]!.kms), storeOf([me]), boxes.map((name) => call[name]))))
    for (const word of ["SRTP-ID", "GENERIC-ID", "P-256", "P-384", "X25519", "AES-CM", "GCM", "mikey;keyp1"]) assert(said.includes(word), word)
  })

  for (const request of modes.requests)
    it(`key request, ${request.name}: V verifies under the PSK, and KEMAC opens`, () => {
      const answer = request.REQUEST_KEY_RESP ?? request.Error!
      const found = looked(fillOf(request.owned, request.kms, request.file), undefined, [request.REQUEST_KEY_INIT, answer])
      for (const m of found) {
        assert.deepEqual([m.strict, m.troubles], ["accepted", []], m.name)
        assert.equal(leaves(m.fields).find((f) => f.field === "Ver data")!.meaning, "verifies under the fill's PSK")
      }
      const [kemac] = tried(found[1]!.fields)
      assert.equal(kemac?.by, request.keys === undefined ? undefined : "opened with the fill's PSK")
      assert.equal(leaves(kemac?.fields ?? []).filter((f) => f.field === "Key data").length, request.keys?.length ?? 0)
    })
})
