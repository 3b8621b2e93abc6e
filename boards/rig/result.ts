/** What came of a rig: data, as `results.json` keeps it, and what may be read off it. */

/** One case on one device. */
export interface CaseResult {
  readonly name: string
  /** What did not hold, in words. */
  readonly problem?: string
  /** The device's own milliseconds, and octets of heap, where it can tell. */
  readonly ms?: number
  readonly heap?: number
}

/** A group of cases on one device. */
export interface GroupResult {
  readonly group: string
  /** How many cases it has. */
  readonly of: number
  /** Why the device was not asked. */
  readonly left?: string
  /** The cases that were answered. */
  readonly cases: readonly CaseResult[]
}

/** A device of the rig. */
export interface DeviceResult {
  readonly name: string
  readonly board: string
  readonly title: string
  /** How it is reached. */
  readonly by: string
  readonly budgets: { readonly heapKb: number; readonly callSetupS: number }
  readonly profile?: string
  /** Why it did not come to its end, in words. */
  lost: string | undefined
  /** What it took more of than its budget has, in words. */
  readonly over: string[]
  /** Lines that were no answers. */
  noise: number
  readonly groups: GroupResult[]
}

/** A call between two ends; `host` is this machine. */
export interface CallResult {
  readonly initiator: string
  readonly responder: string
  /** What the link did, in words, where it was no good one. */
  readonly link?: string
  /** Why there was none. */
  readonly left?: string
  readonly problem?: string
  /** Milliseconds of each end's own work. */
  readonly ms: { readonly initiator: number; readonly responder: number }
}

/** A whole run. */
export interface RigResult {
  readonly format: 1
  readonly devices: readonly DeviceResult[]
  readonly calls: readonly CallResult[]
}

/** Whether one thing that was tried came out well, under its name: what TAP, JUnit, the page and the exit code count. */
export interface Check {
  /** The device, or `calls`. */
  readonly of: string
  readonly group: string
  readonly name: string
  readonly ms?: number
  readonly outcome: "passed" | "failed" | "left"
  /** Why it failed or was left out. */
  readonly words?: string
}

/** Every check of a run, in order. A device that was lost fails in one check of its own; what it was not asked any more is left out, with the reason. */
export function checks({ devices, calls }: RigResult): Check[] {
  return [...devices.flatMap(deviceChecks), ...calls.map(callCheck)]
}

function deviceChecks(device: DeviceResult): Check[] {
  const { name: of, lost, over } = device
  const ends: Check[] = [{ of, group: "device", name: "is there to the end", ...judged(lost) }]
  if (lost === undefined) ends.push({ of, group: "device", name: "keeps within its budgets", ...judged(over.length === 0 ? undefined : over.join("; ")) })
  return [...device.groups.flatMap((group) => groupChecks(of, group)), ...ends]
}

function groupChecks(of: string, { group, of: all, left, cases }: GroupResult): Check[] {
  const asked = cases.map((one): Check => ({ of, group, name: one.name, ms: one.ms, ...judged(one.problem) }))
  return left === undefined ? asked : [...asked, { of, group, name: `${all - cases.length} cases`, outcome: "left", words: left }]
}

/** A call in words. */
export function callName({ initiator, responder, link }: CallResult): string {
  return `${initiator} calls ${responder}${link === undefined ? "" : ` ${link}`}`
}

function callCheck(call: CallResult): Check {
  const { left, problem, ms } = call
  const check = { of: "calls", group: "call", name: callName(call), ms: ms.initiator + ms.responder }
  return left === undefined ? { ...check, ...judged(problem) } : { ...check, outcome: "left", words: left }
}

function judged(problem: string | undefined): Pick<Check, "outcome" | "words"> {
  return problem === undefined ? { outcome: "passed" } : { outcome: "failed", words: problem }
}

/** How many of each outcome. */
export function counts(all: readonly Check[]): Record<Check["outcome"], number> {
  const of = (outcome: Check["outcome"]): number => all.filter((each) => each.outcome === outcome).length
  return { passed: of("passed"), failed: of("failed"), left: of("left") }
}

/** The device of an earlier run that bears this name and is the same board. */
export function before(last: RigResult | undefined, { name, board }: DeviceResult): DeviceResult | undefined {
  return last?.devices.find((each) => each.name === name && each.board === board)
}

/** Most octets of heap that a device had in use in any case, or undefined where it cannot tell. */
export function mostHeap({ groups }: DeviceResult): number | undefined {
  const all = groups.flatMap((group) => group.cases.flatMap((one) => one.heap ?? []))
  return all.length === 0 ? undefined : Math.max(...all)
}

/** Milliseconds of all cases of a group. */
export function msOf({ cases }: GroupResult): number {
  return cases.reduce((sum, one) => sum + (one.ms ?? 0), 0)
}
