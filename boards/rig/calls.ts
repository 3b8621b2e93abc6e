/** Whole calls between two ends of a rig. Keys are those of the cases; draws are new for every call, so that no answer is a remembered one. */
import { randomBytes } from "node:crypto"
import { noble } from "../profiles/noble.ts"
import { agent, provided, type Answer, type Instruments } from "./agent/agent.ts"
import type { Input } from "./agent/cases.ts"
import type { Heard } from "./agent/live.ts"
import type { Group } from "./case-files.ts"
import type { Connected } from "./device.ts"
import { lacking } from "./judge.ts"
import type { CallResult } from "./result.ts"

/** An end of calls by its name. */
export interface Party {
  readonly name: string
  readonly device: Pick<Connected, "ask" | "provided">
}

/** Milliseconds of each end's own work. */
type Spent = { initiator: number; responder: number }

/** More octets than either end draws. */
const DRAWS = 512

/** This machine, with the audited profile. */
export function host(): Party {
  const own: Instruments = { ticks: () => performance.now(), heap: () => -1 }
  const profile = noble()
  const answer = agent(profile, own)
  return { name: "host", device: { provided: provided(profile), ask: (line) => Promise.resolve(JSON.parse(answer(JSON.stringify(line))) as Answer) } }
}

/** Each device calls the next one, the last the first. */
export function ring(devices: readonly Party[]): (readonly [Party, Party])[] {
  return devices.length < 2 ? [] : devices.map((each, i) => [each, devices[(i + 1) % devices.length]!] as const)
}

/** What the link between two ends does to the four messages. */
export const links = {
  good: "",
  /** Each message comes spoilt, then whole, then again: the spoilt one is refused, the repeat gets the same answer. */
  spoils: "over a link that spoils and doubles",
  /** Calls that end after one, two and three messages, and then one that is whole. */
  cuts: "after calls that were cut",
} as const

export type Link = keyof typeof links

/** One call over a link; what a lost device says is its problem. */
export async function called(I: Party, R: Party, group: Group, link: Link): Promise<CallResult> {
  const ms: Spent = { initiator: 0, responder: 0 }
  const ends = { initiator: I.name, responder: R.name, ms, ...(link === "good" ? {} : { link: links[link] }) }
  const left = lacking(group, I.device.provided) ?? lacking(group, R.device.provided)
  if (left !== undefined) return { ...ends, left }
  try {
    const sides = (): readonly [Step, Step] => [step(I, "initiator", ms, group), step(R, "responder", ms, group)]
    if (link === "cuts") for (const messages of [1, 2, 3]) await exchanged(...sides(), took, messages)
    const problem = await exchanged(...sides(), link === "spoils" ? spoiling : took, 4)
    return problem === undefined ? ends : { ...ends, problem }
  } catch (error) {
    return { ...ends, problem: (error as Error).message }
  }
}

/** One end's next step, given what the other end said. */
interface Step {
  readonly who: string
  hear(message: string | undefined): Promise<Answer>
}

/** How a message comes to an end: what that end says to it, or a rejection in words. */
type Delivery = (end: Step, message: string | undefined) => Promise<Heard>

function step({ name, device }: Party, role: "initiator" | "responder", ms: Spent, group: Group): Step {
  const of = group.cases.find((one) => one.op === role)!
  const input: Input = { ...of.in, role, draws: randomBytes(DRAWS).toString("hex") }
  const who = `${name}, ${role}`
  return {
    who,
    async hear(message) {
      const answer = await device.ask(message === undefined ? { op: "call.begin", suite: of.suite, in: input } : { op: "call.hear", in: { message } }).catch((error: Error) => {
        throw new Error(`${who}: ${error.message}`)
      })
      ms[role] += answer.ms ?? 0
      return answer
    },
  }
}

async function took({ who, hear }: Step, message: string | undefined): Promise<Heard> {
  const answer = await hear(message)
  if ("out" in answer && typeof answer.out === "object" && answer.out !== null) return answer.out as Heard
  throw new Error(`${who}: ${JSON.stringify(answer).slice(0, 200)}`)
}

/** The last octet of each message is of a tag or of V. */
async function spoiling(end: Step, message: string | undefined): Promise<Heard> {
  if (message === undefined || message === "") return took(end, message)
  const spoilt = message.slice(0, -1) + (parseInt(message.slice(-1), 16) ^ 1).toString(16)
  const refused = await end.hear(spoilt)
  if (!("fault" in refused)) throw new Error(`${end.who} took a spoilt message`)
  const heard = await took(end, message)
  // who has keys and owes nothing may do as it likes with a repeat
  if (heard.message !== undefined && (await took(end, message)).message !== heard.message) throw new Error(`${end.who} gave a repeat another answer`)
  return heard
}

/** So many of the four messages; what is wrong with how they ended, in words. Keys of a test's call stay out of the words all the same. */
async function exchanged(I: Step, R: Step, deliver: Delivery, messages: number): Promise<string | undefined> {
  await deliver(R, undefined)
  let message = (await deliver(I, undefined)).message
  let responder: Heard = {}
  let initiator: Heard = {}
  for (let i = 0; i < messages; i++) {
    if (i % 2 === 0) message = (responder = await deliver(R, message ?? "")).message
    else message = (initiator = await deliver(I, message ?? "")).message
  }
  if (messages < 4) return undefined
  if (initiator.TGK === undefined || initiator.TGK !== responder.TGK) return "the ends have different keys"
  return JSON.stringify(initiator.contexts) === JSON.stringify(responder.contexts) ? undefined : "the ends have different SRTP contexts"
}
