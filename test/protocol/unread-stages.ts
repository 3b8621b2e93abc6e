/** The messages of a call that a stand-in answers unread, each with the party that waits for it, as `stages.ts` has those of the plain call. */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { openDeferred, type Deferred } from "../../sdk/ibake/esk.ts"
import { same } from "../../sdk/ibake/identity.ts"
import type { CallOptions, Initiator } from "../../sdk/ibake/initiator.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { agreed, caller, NOW, party, radio, seeded, sent, testKms, type Kit, type Radio } from "../fixture.ts"
import { bounded, confirmed, judged, rest, wide, type Stage } from "./stages.ts"

interface People {
  readonly alice: Radio
  readonly bob: Radio
  readonly mailbox: Radio
}

/** Alice's call to Bob, answered by the mailbox: the same octets each time. */
interface Call {
  readonly I: Initiator
  readonly M: Responder
  readonly all: readonly Uint8Array[]
}

/** The stages of a call that is not read: R_MESSAGE_1, I_MESSAGE_2 with and without an ESK, R_MESSAGE_2, and the opening of what was left. */
export function unreadStages(base: Kit): Stage[] {
  const kms = testKms(wide(base))
  const [alice, bob, mailbox] = ["alice", "bob", "mailbox"].map((name) => radio(kms, `sip:${name}@police.example`)) as [Radio, Radio, Radio]
  const people = { alice, bob, mailbox }
  const retarget: Partial<CallOptions> = { onRetarget: (id) => same(id, mailbox.me) }
  const leaving: Partial<CallOptions> = { ...retarget, onDeferred: () => true }
  return [unreadR_MESSAGE_1(people, leaving), unreadI_MESSAGE_2(people, retarget, "without"), unreadI_MESSAGE_2(people, leaving, "and"), unreadR_MESSAGE_2(people, leaving), eskStage(people, leaving)]
}

/** A call up to some of its messages. */
function begun({ alice, bob, mailbox }: People, options: Partial<CallOptions>, messages: 2 | 3): Call {
  const I = caller(alice, bob.me, options, { draw: seeded("a caller who is not read") })
  const M = new Responder(party(mailbox, { draw: seeded("a mailbox") }), { me: [mailbox.me], onUnread: (called) => same(called, bob.me), mailbox: true })
  const I_MESSAGE_1 = sent(I.start(NOW))
  const R_MESSAGE_1 = sent(M.receive(I_MESSAGE_1, NOW, ""))
  return { I, M, all: messages === 2 ? [I_MESSAGE_1, R_MESSAGE_1] : [I_MESSAGE_1, R_MESSAGE_1, sent(I.receive(R_MESSAGE_1, NOW, ""))] }
}

/** What is alike in all of them. */
function common({ alice, mailbox }: People): Pick<Stage, "alice" | "bob" | "unread"> {
  return { alice, bob: mailbox, unread: true }
}

function unreadR_MESSAGE_1(people: People, options: Partial<CallOptions>): Stage {
  const { M, all } = begun(people, options, 2)
  const waiting = (): Initiator => begun(people, options, 2).I
  let I = waiting()
  return {
    ...common(people),
    name: "an unread R_MESSAGE_1",
    type: dataType.R_MESSAGE_1,
    to: people.alice.me,
    good: all[1]!,
    before: [all[0]!],
    open: true,
    give(octets: Uint8Array): string {
      const came = judged(bounded(I.receive(octets, NOW, "")), [])
      // one that was taken keeps the place until somebody who has read the call comes: the next case is given to a caller who still waits
      if (came === "answered") I = (I.end(), waiting())
      return came
    },
    finish: () => rest(I, M, all[1]!, I),
  }
}

function unreadI_MESSAGE_2(people: People, options: Partial<CallOptions>, ESK: "without" | "and"): Stage {
  const { I, M, all } = begun(people, options, 3)
  return {
    ...common(people),
    name: `an I_MESSAGE_2 with ECCPTi ${ESK} ESK`,
    type: dataType.I_MESSAGE_2,
    to: people.mailbox.me,
    good: all[2]!,
    before: all.slice(0, 2),
    give: (octets) => judged(bounded(M.receive(octets, NOW, "")), all),
    finish: () => rest(I, M, all[2]!, M),
  }
}

function unreadR_MESSAGE_2(people: People, options: Partial<CallOptions>): Stage {
  const { I, M, all } = begun(people, options, 3)
  const established = bounded(M.receive(all[2]!, NOW, ""))
  assert(established.kind === "established")
  return {
    ...common(people),
    name: "an R_MESSAGE_2 with a box",
    type: dataType.R_MESSAGE_2,
    to: people.alice.me,
    good: established.octets!,
    before: all,
    give: (octets) => judged(bounded(I.receive(octets, NOW, "")), all),
    finish: () => confirmed(bounded(I.receive(established.octets!, NOW, "")), established),
  }
}

/** What a mailbox passed on, at the one whom it was left for. */
function eskStage(people: People, options: Partial<CallOptions>): Stage {
  const { bob } = people
  const { I, M, all } = begun(people, options, 3)
  const { SK } = agreed(I.receive(agreed(M.receive(all[2]!, NOW, "")).octets!, NOW, "")).agreement.unread!
  const open = (octets: Uint8Array): string => {
    const left = bounded(openDeferred(party(bob), [bob.me], octets))
    return isFault(left) ? left.fault : told(left)
  }
  const told = (left: Deferred): string => JSON.stringify({ ...left, SK: hex(left.SK) })
  const expected = open(all[2]!)
  return {
    ...common(people),
    bob,
    name: "an I_MESSAGE_2 that is passed on",
    type: dataType.I_MESSAGE_2,
    to: bob.me,
    good: all[2]!,
    before: all.slice(0, 2),
    open: true,
    give(octets: Uint8Array): string {
      const came = open(octets)
      // the box of IBAKE is not his: nothing of it changes what he reads
      if (came === expected) return "the same"
      return came.startsWith("{") ? "answered" : came
    },
    finish: () => assert.equal((JSON.parse(open(all[2]!)) as { SK: string }).SK, hex(SK!)),
  }
}
