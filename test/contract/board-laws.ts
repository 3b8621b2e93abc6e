/** The laws of sdk/port.ts, for any board that runs JavaScript of ours: each is a check that a faulty board fails. */
import assert from "node:assert/strict"
import type { Board, LinkEvents } from "../../sdk/port.ts"

/** A board under test and what it talks to. */
export interface Rig {
  /** Its link is closed. */
  readonly board: Board
  /** Another board at the same broker; its link is closed. */
  readonly peer: Board
  /** Lets the world go on until this is so. */
  until(done: () => boolean): Promise<void>
  close(): Promise<void>
}

/** One law. */
export interface Law {
  readonly title: string
  check(rig: Rig): Promise<void>
}

/** What a link has told so far. */
interface Heard extends LinkEvents {
  ready: number
  writable: number
  closed: number
  readonly messages: { topic: string; payload: Uint8Array }[]
}

const TOPIC = "ibake/1/contract"

const octets = (length: number, first: number): Uint8Array => new Uint8Array(length).map((_, i) => first + i)

function listen(): Heard {
  const heard: Heard = {
    ready: 0, writable: 0, closed: 0, messages: [],
    onReady: () => void heard.ready++,
    onWritable: () => void heard.writable++,
    onClosed: () => void heard.closed++,
    onMessage: (topic, payload) => void heard.messages.push({ topic, payload }),
  }
  return heard
}

/** Opens a link, waits until it is ready, and subscribes. */
async function opened(rig: Rig, board: Board, filter?: string): Promise<Heard> {
  const heard = listen()
  board.link.open(heard)
  assert.equal(heard.ready, 0, "open called back before it had returned")
  await rig.until(() => heard.ready > 0)
  if (filter !== undefined) assert.equal(board.link.subscribe(filter), true)
  return heard
}

/** Publishes again and again until it was heard, for a subscription takes its time; answers what was heard of that topic and length. */
async function heardBy(rig: Rig, from: Board, to: Heard, topic: string, payload: Uint8Array): Promise<{ topic: string; payload: Uint8Array }> {
  const clock = from.clock
  const find = (): { topic: string; payload: Uint8Array } | undefined => to.messages.find((message) => message.topic === topic && message.payload.length === payload.length)
  let next = clock.ticks()
  await rig.until(() => {
    if (find() !== undefined) return true
    if (clock.ticks() < next) return false
    next = clock.ticks() + 50
    from.link.publish(topic, payload)
    clock.after(50, () => undefined)
    return false
  })
  return find()!
}

const clockLaws: readonly Law[] = [
  {
    title: "ticks never go backwards, and `after` wakes once, no sooner than asked and not before it has returned",
    async check({ board: { clock }, until }): Promise<void> {
      const from = clock.ticks()
      const woken: number[] = []
      for (const ms of [0, 1, 20]) {
        const count = woken.length
        clock.after(ms, () => void woken.push(clock.ticks() - from - ms))
        assert.equal(woken.length, count, "after called back before it had returned")
      }
      let last = from
      await until(() => {
        const now = clock.ticks()
        assert(now >= last, `ticks went back from ${last} to ${now}`)
        last = now
        return woken.length >= 3
      })
      let later = false
      clock.after(30, () => void (later = true))
      await until(() => later)
      assert.equal(woken.length, 3, "a wake came twice")
      assert(woken.every((late) => late >= 0), `woken too soon: ${woken.join(", ")} ms after the time asked for`)
    },
  },
  {
    title: "utc is seconds since 1970, or undefined",
    async check({ board }): Promise<void> {
      const utc = board.clock.utc()
      assert(utc === undefined || (utc > 1577836800 && utc < 7258118400), `utc is ${utc}: no time of this age in seconds`)
    },
  },
]

const entropyLaws: readonly Law[] = [
  {
    title: "entropy fills all of what it is given, each time otherwise",
    async check({ board: { entropy } }): Promise<void> {
      assert.equal(entropy.fill(new Uint8Array(0)), true)
      for (const length of [32, 70000]) {
        const a = new Uint8Array(length)
        const b = new Uint8Array(length)
        assert.equal(entropy.fill(a) && entropy.fill(b), true)
        assert.notDeepEqual(a, b)
        // 32 octets of one quarter are all zero by chance once in 2^64 runs or more
        for (let part = 0; part < 4; part++) assert(a.subarray((part * length) / 4, ((part + 1) * length) / 4).some((octet) => octet !== 0), "a part was left as it was")
      }
    },
  },
]

const storeLaws: readonly Law[] = [
  {
    title: "a store answers what was put last, of any length, under names up to 28 characters, until it is removed",
    async check({ board: { store } }): Promise<void> {
      for (const name of ["a", ".", "..", "x".repeat(28), "a-b_c.9"]) {
        assert.equal(store.get(name), undefined)
        for (const length of [0, 1, 3000]) {
          assert.equal(store.put(name, octets(length, 7)), true)
          assert.deepEqual(store.get(name), octets(length, 7))
        }
      }
      store.remove("a")
      store.remove("a")
      assert.equal(store.get("a"), undefined)
      assert.deepEqual(store.get("a-b_c.9"), octets(3000, 7), "removing one name removed another")
    },
  },
  {
    title: "a store shares no octets with who puts or gets",
    async check({ board: { store } }): Promise<void> {
      const value = octets(40, 1)
      store.put("shared", value)
      value.fill(0)
      const got = store.get("shared")!
      assert.deepEqual(got, octets(40, 1))
      assert.equal(Object.getPrototypeOf(got), Uint8Array.prototype)
      got.fill(0)
      assert.deepEqual(store.get("shared"), octets(40, 1))
    },
  },
  {
    title: "a store refuses names that are too long, empty or of other characters",
    async check({ board: { store } }): Promise<void> {
      for (const name of ["", "x".repeat(29), "A", "a/b", "../a", "a b", "a\0", "ä", "a~"]) {
        assert.equal(store.put(name, octets(1, 1)), false, `took the name ${JSON.stringify(name)}`)
        assert.equal(store.get(name), undefined)
        store.remove(name)
      }
    },
  },
]

const linkLaws: readonly Law[] = [
  {
    title: "a link takes nothing before it is ready nor after it was closed",
    async check(rig): Promise<void> {
      const { link } = rig.board
      assert(link.mtu >= 32 && link.mtu <= 65535)
      assert.equal(link.publish(TOPIC, octets(1, 1)), false)
      assert.equal(link.subscribe(TOPIC), false)
      await opened(rig, rig.board)
      assert.equal(link.publish(TOPIC, octets(1, 1)), true)
      link.close()
      assert.equal(link.publish(TOPIC, octets(1, 1)), false)
      assert.equal(link.subscribe(TOPIC), false)
      await opened(rig, rig.board)
    },
  },
  {
    title: "a link takes payloads up to its mtu and delivers them whole, and refuses longer ones",
    async check(rig): Promise<void> {
      const heard = await opened(rig, rig.peer, TOPIC)
      await opened(rig, rig.board)
      const { link } = rig.board
      for (const length of [1, link.mtu]) {
        const got = await heardBy(rig, rig.board, heard, TOPIC, octets(length, length))
        assert.deepEqual(got.payload, octets(length, length))
      }
      assert.equal(link.publish(TOPIC, octets(link.mtu + 1, 1)), false)
    },
  },
  {
    title: "a subscription of `+` is one level of any name, and no more",
    async check(rig): Promise<void> {
      const heard = await opened(rig, rig.board, `${TOPIC}/+/up`)
      await opened(rig, rig.peer)
      for (const topic of [`${TOPIC}/a/up`, `${TOPIC}/b-_/up`]) await heardBy(rig, rig.peer, heard, topic, octets(3, 1))
      for (const topic of [`${TOPIC}/a/down`, `${TOPIC}/a/b/up`, `${TOPIC}/up`]) rig.peer.link.publish(topic, octets(3, 1))
      await heardBy(rig, rig.peer, heard, `${TOPIC}/last/up`, octets(3, 9))
      assert(heard.messages.every((message) => /contract\/[a-z-_]+\/up$/.test(message.topic)), heard.messages.map((message) => message.topic).join())
      assert.equal(rig.peer.link.publish(`${TOPIC}/+`, octets(1, 1)), false, "published to a filter")
    },
  },
  {
    title: "a link shares no octets with who publishes or hears, and never delivers before `publish` has returned",
    async check(rig): Promise<void> {
      const heard = await opened(rig, rig.board, TOPIC)
      await heardBy(rig, rig.board, heard, TOPIC, octets(2, 1))
      const before = heard.messages.length
      const payload = octets(20, 50)
      let sent = false
      while (!sent) {
        sent = rig.board.link.publish(TOPIC, payload)
        if (!sent) await rig.until(() => heard.writable > 0)
      }
      assert.equal(heard.messages.length, before, "publish called back before it had returned")
      payload.fill(0)
      await rig.until(() => heard.messages.some((message) => message.payload.length === 20))
      const got = heard.messages.find((message) => message.payload.length === 20)!
      assert.deepEqual(got.payload, octets(20, 50))
      assert.equal(Object.getPrototypeOf(got.payload), Uint8Array.prototype)
    },
  },
  {
    title: "a full link refuses, and says when it is writable again, not before `publish` has returned",
    async check(rig): Promise<void> {
      const heard = await opened(rig, rig.board)
      const payload = octets(32, 1)
      let taken = 0
      while (rig.board.link.publish(TOPIC, payload)) assert(taken++ < 5000, "took 5000 frames in one go")
      assert.equal(heard.writable, 0, "publish called back before it had returned")
      await rig.until(() => heard.writable > 0)
      assert.equal(rig.board.link.publish(TOPIC, payload), true)
    },
  },
]

/** Every law of a board. */
export const boardLaws: readonly Law[] = [...clockLaws, ...entropyLaws, ...storeLaws, ...linkLaws]

/** Declares the laws for one kind of board; `make` makes a fresh rig each time. */
export function boardContract(name: string, make: () => Promise<Rig>): void {
  describe(`the laws of a board: ${name}`, () => {
    for (const law of boardLaws) it(law.title, () => holds(law, make))
  })
}

/** Checks one law on a fresh rig. */
export async function holds(law: Law, make: () => Promise<Rig>): Promise<void> {
  const rig = await make()
  try {
    await law.check(rig)
  } finally {
    await rig.close()
  }
}
