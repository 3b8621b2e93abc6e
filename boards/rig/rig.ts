/** A run of a rig: every device at once, each asked what its board provides for; then calls. A device that is lost is told, and the others go on. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { NamedBoard } from "../find.ts"
import { called, host, links, ring, type Link, type Party } from "./calls.ts"
import type { Group } from "./case-files.ts"
import { connected, reached, type Bench, type Connected, type DeviceSpec } from "./device.ts"
import { lacking, wrong } from "./judge.ts"
import { mostHeap, type CallResult, type CaseResult, type DeviceResult, type GroupResult, type RigResult } from "./result.ts"

/** What is to be run. */
export interface RigPlan {
  readonly devices: readonly DeviceSpec[]
  /** What is asked of devices. */
  readonly groups: readonly Group[]
  /** The group whose cases are the two sides of a call, where calls are wanted. */
  readonly call?: Group
  /** Whether the host and each device call each other over bad links too. */
  readonly faults: boolean
}

/** What is heard while a rig runs. */
export type RigEvent =
  | { readonly event: "connected"; readonly device: string; readonly profile: string; readonly pid?: number }
  | { readonly event: "group"; readonly device: string; readonly group: string; readonly passed: number; readonly failed: number; readonly left?: string }
  | { readonly event: "lost"; readonly device: string; readonly line: string }
  | ({ readonly event: "call" } & CallResult)

type Hear = (event: RigEvent) => void

/** A device in a run. */
interface Course {
  readonly spec: DeviceSpec
  readonly result: DeviceResult
  device?: Connected
}

/** Runs a plan to its end. What can go wrong with devices is in the result; only our own mistakes reject. */
export async function runRig(plan: RigPlan, hear: Hear): Promise<RigResult> {
  const home = mkdtempSync(join(tmpdir(), "ibake-rig-"))
  const bench = { home, script: scripts() }
  const courses = plan.devices.map((spec): Course => ({ spec, result: empty(spec) }))
  const calls: CallResult[] = []
  try {
    await Promise.all(courses.map((course) => cased(course, plan.groups, bench, hear)))
    if (plan.call !== undefined) calls.push(...(await allCalls(courses, plan.call, plan.faults ? ["good", "spoils", "cuts"] : ["good"], hear)))
    for (const course of courses) weigh(course, calls)
  } finally {
    await Promise.all(courses.map(({ device }) => device?.lines.end()))
    rmSync(home, { recursive: true, force: true })
  }
  return { format: 1, devices: courses.map(({ result }) => result), calls }
}

function empty(spec: DeviceSpec): DeviceResult {
  const { title, budgets: { heapKb, callSetupS } } = spec.board.manifest
  return { name: spec.name, board: spec.board.name, title, by: reached(spec), budgets: { heapKb, callSetupS }, lost: undefined, over: [], noise: 0, groups: [] }
}

/** Scripts with the agent, each made once. Compilers are loaded only when a device wants one. */
function scripts(): Bench["script"] {
  const made = new Map<string, Promise<string>>()
  return ({ manifest }: NamedBoard) => {
    const key = `${manifest.engine} ${manifest.profile} ${manifest.language}`
    const script = made.get(key) ?? import("./script.ts").then(({ agentScript }) => agentScript(manifest)).then(({ text }) => text)
    made.set(key, script)
    return script
  }
}

async function cased(course: Course, groups: readonly Group[], bench: Bench, hear: Hear): Promise<void> {
  const { spec, result } = course
  const lose = (error: unknown): void => {
    if (result.lost !== undefined) return
    result.lost = (error as Error).message.trim().replaceAll("\n", " ")
    hear({ event: "lost", device: spec.name, line: result.lost })
  }
  try {
    const device = await connected(spec, bench)
    const ask: Connected["ask"] = (line) => device.ask(line).catch((error: unknown) => (lose(error), Promise.reject(error as Error)))
    course.device = { ...device, ask }
    Object.assign(result, { profile: device.provided.name })
    hear({ event: "connected", device: spec.name, profile: device.provided.name, pid: device.lines.pid })
  } catch (error) {
    lose(error)
  }
  for (const group of groups) {
    const of = await grouped(course, group)
    result.groups.push(of)
    const failed = of.cases.filter((one) => one.problem !== undefined).length
    hear({ event: "group", device: spec.name, group: group.name, passed: of.cases.length - failed, failed, left: of.left })
  }
}

/** A group's cases, one after another; where the device is lost, those that were answered. */
async function grouped({ device, result }: Course, { name: group, cases: all, ...needs }: Group): Promise<GroupResult> {
  const cases: CaseResult[] = []
  const made = { group, of: all.length, cases }
  const left = device === undefined ? undefined : lacking({ name: group, cases: all, ...needs }, device.provided)
  if (left !== undefined) return { ...made, left }
  for (const one of all) {
    const answer = device === undefined || result.lost !== undefined ? undefined : await device.ask(one).catch(() => undefined)
    if (answer === undefined) return { ...made, left: "the device was lost" }
    const problem = wrong(one, answer)
    cases.push({ name: `${one.op}, ${one.why}`, ms: answer.ms, heap: answer.heap, ...(problem === undefined ? {} : { problem }) })
  }
  return made
}

/** The host with every device at once, then devices among each other. */
async function allCalls(courses: readonly Course[], group: Group, over: readonly Link[], hear: Hear): Promise<CallResult[]> {
  const there = (name: string): boolean => courses.every(({ spec, result }) => spec.name !== name || result.lost === undefined)
  const call = async (I: Party, R: Party, link: Link): Promise<CallResult> => {
    const gone = [I, R].find(({ name }) => !there(name))
    const of = gone === undefined ? await called(I, R, group, link) : { initiator: I.name, responder: R.name, ...(link === "good" ? {} : { link: links[link] }), left: `${gone.name} was lost`, ms: { initiator: 0, responder: 0 } }
    hear({ event: "call", ...of })
    return of
  }
  const parties = courses.flatMap(({ spec: { name }, device }): Party[] => (device === undefined || !there(name) ? [] : [{ name, device }]))
  const out: CallResult[] = []
  const both = async (each: Party): Promise<void> => {
    for (const link of over) out.push(await call(host(), each, link), await call(each, host(), link))
  }
  await Promise.all(parties.map(both))
  for (const [I, R] of ring(parties.filter(({ device }) => lacking(group, device.provided) === undefined))) out.push(await call(I, R, "good"))
  return out
}

/** Whether it is still there; heap against its budget; and work for a call, where it is the board's own: a simulator's time is this machine's. */
function weigh({ spec, result, device }: Course, calls: readonly CallResult[]): void {
  result.noise = device?.lines.noise ?? 0
  result.lost ??= device?.lines.trouble
  const { heapKb, callSetupS } = result.budgets
  const heap = mostHeap(result)
  if (heap !== undefined && heap > heapKb * 1024) result.over.push(`heap: ${Math.ceil(heap / 1024)} kB, budget ${heapKb} kB`)
  if (spec.reach.kind !== "port") return
  for (const { initiator, responder, ms } of calls.filter(({ link }) => link === undefined))
    for (const [name, own] of [[initiator, ms.initiator], [responder, ms.responder]] as const)
      if (name === spec.name && own > callSetupS * 1000) result.over.push(`${initiator} calls ${responder}: ${Math.round(own)} ms, budget ${callSetupS * 1000} ms`)
}
