/** What a vendor imports from `ibake`: its values, and that they are those of the house. */
import assert from "node:assert/strict"
import { isFault } from "../sdk/base/fault.ts"
import { Device } from "../sdk/device.ts"
import * as door from "../sdk/index.ts"
import { identity } from "../sdk/ibake/identity.ts"
import { wipeContexts } from "../sdk/srtp/contexts.ts"

describe("the public door", () => {
  it("gives what the examples and the README import", () => {
    assert.equal(door.Device, Device)
    assert.equal(door.wipeContexts, wipeContexts)
    assert.deepEqual([door.isFault, door.identity], [isFault, identity])
  })
  it("names every fault with what to do, octets as hex and identities as text", () => {
    const wrong = door.identity("", 1)
    assert.ok(door.isFault(wrong) && door.faults[wrong.fault].length > 20)
    const id = door.identity("SIP:Anna@Fire.example", 1)
    assert.ok(!door.isFault(id))
    assert.equal(door.text(id.data), "sip:Anna@fire.example")
    assert.equal(door.hex(door.unhex("00FF")!), "00ff")
  })
  it("names no scheme, no curve and no backend", () => {
    for (const name of Object.keys(door)) assert.doesNotMatch(name, /bls|bf|sakke|p256|p384|25519|noble|limbs|wasm/i)
  })
})
