/** Topics of the MQTT mapping, PROTOCOL section 7. */
import assert from "node:assert/strict"
import { ascii } from "../../sdk/base/bytes.ts"
import * as topics from "../../sdk/keys/topics.ts"
import { sym } from "./channel-world.ts"

describe("topics", () => {
  const id = topics.deviceId(sym, ascii("sip:alice@example.org"))

  it("a device id is base64url of the first 9 octets of the hash of its identity", () => {
    assert.match(id, /^[A-Za-z0-9_-]{12}$/)
    assert.equal(id, Buffer.from(sym.sha256(ascii("sip:alice@example.org")).subarray(0, 9)).toString("base64url"))
    assert(topics.isDeviceId(id))
    for (const bad of ["", id.substring(1), id + "a", "+" + id.substring(1), "/" + id.substring(1)]) assert(!topics.isDeviceId(bad))
  })

  it("a device publishes up and hears down under its KMS and part, and a server of the part finds it again", () => {
    assert.equal(topics.upTopic("kms1", id), `ibake/1/kms1/${id.charAt(0)}/${id}/up`)
    assert.equal(topics.downTopic("kms1", id), `ibake/1/kms1/${id.charAt(0)}/${id}/down`)
    assert.equal(topics.partTopics("kms1", "a"), "ibake/1/kms1/a/+/up")
    assert.equal(topics.deviceOf(topics.upTopic("kms1", id), "kms1"), id)
    assert.equal(topics.PARTS.length, 64)
  })

  it("no other topic belongs to a device", () => {
    const up = topics.upTopic("kms1", id)
    for (const bad of [up + "x", up.replace("kms1", "kms2"), topics.downTopic("kms1", id), `ibake/1/kms1/${id.charAt(1)}/${id}/up`, "", "ibake/1/kms1/", up.replace(id, "short")])
      assert.equal(topics.deviceOf(bad, "kms1"), undefined, bad)
  })

  it("a call goes to the called, named after the caller, and is answered with the two exchanged", () => {
    const bob = topics.deviceId(sym, ascii("sip:bob@example.org"))
    assert.equal(topics.callTopic(bob, id), `ibake/1/call/${bob}/${id}`)
    assert.equal(topics.callTopics(id), `ibake/1/call/${id}/+`)
    assert.equal(topics.callerOf(topics.callTopic(bob, id), bob), id)
    for (const bad of [topics.callTopic(id, bob), topics.callTopic(bob, "x"), topics.callTopic(bob, id) + "/x", ""]) assert.equal(topics.callerOf(bad, bob), undefined, bad)
  })

  it("a KMS's name is one segment and not `call`", () => {
    for (const good of ["kms", "kms.example.org", "A_b-9"]) assert(topics.isKmsName(good))
    for (const bad of ["", "call", "a/b", "+", "#", "a b", "x".repeat(65), "ü"]) assert(!topics.isKmsName(bad))
  })
})
