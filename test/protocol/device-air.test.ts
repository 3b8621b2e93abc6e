/** A Device on a link that takes one frame and refuses the next until the air is free: nothing is lost, nothing is sent twice for it. */
import assert from "node:assert/strict"
import { isFault } from "../../sdk/base/fault.ts"
import { held, keysOf, sizedKit, Town } from "../world.ts"

const kit = sizedKit()

/** Both radios get their keys and talk over such a link: frames on the air, how often a link refused, and the ends. */
function talked(queue: number): { frames: number; refused: number; keys: readonly string[] } {
  const town = new Town({ seed: 1, kit, mtu: 64, air: { queue, octetsPerSecond: 2000 } })
  const [alice, bob] = [town.radio("alice"), town.radio("bob")]
  let refused = 0
  for (const { board } of [alice, bob]) {
    const publish = board.link.publish.bind(board.link)
    board.link.publish = (topic, payload) => {
      const taken = publish(topic, payload)
      if (!taken) refused++
      return taken
    }
  }
  alice.fetched()
  bob.fetched()
  const call = alice.call(bob.uri)
  town.until(() => call.value !== undefined && bob.secured.length > 0, 61_000, "the call")
  assert.ok(!isFault(call.value))
  return { frames: town.world.total().frames, refused, keys: [keysOf(held(call)), keysOf(bob.secured[0]!)] }
}

describe("a device whose link refuses", () => {
  it("keeps the frame, and sends it when the link is writable again", () => {
    const narrow = talked(1)
    assert.equal(narrow.keys[0], narrow.keys[1])
    assert.ok(narrow.refused > 10, `${narrow.refused} refusals`)
    const wide = talked(100)
    assert.equal(wide.refused, 0)
    assert.ok(narrow.frames <= wide.frames * 1.2, `${narrow.frames} frames on the air, ${wide.frames} where nothing is refused`)
  })
})
