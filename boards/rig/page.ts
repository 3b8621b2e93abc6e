/** Results as one HTML file for people: no script, no network, readable on a telephone. */
import { bars, type Bar } from "./bars.ts"
import { escaped } from "./junit.ts"
import { before, callName, checks, counts, mostHeap, msOf, type CaseResult, type DeviceResult, type GroupResult, type RigResult } from "./result.ts"

/** The page; `last` is the run before, whose times stand beside. */
export function page(result: RigResult, last: RigResult | undefined): string {
  const { passed, failed, left } = counts(checks(result))
  return [
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>ibake rig</title>',
    `<style>${style}</style></head><body>`,
    `<h1>Rig</h1><p><b class="${failed === 0 ? "good" : "bad"}">${passed} passed, ${failed} failed</b>, ${left} left out. ${result.devices.length} devices.</p>`,
    matrix(result),
    calls(result, last),
    ...result.devices.map((device) => section(device, before(last, device))),
    "</body></html>\n",
  ].join("\n")
}

const style = `
:root { color-scheme: light dark; --line: #8886; --good: #2a7f3b; --bad: #c62828; --old: #8889 }
body { font: 15px/1.4 system-ui, sans-serif; max-width: 60em; margin: 0 auto; padding: .6em; overflow-wrap: anywhere }
h1, h2 { font-size: 1.2em; margin: 1em 0 .3em } .wide { overflow-x: auto }
table { border-collapse: collapse; font-size: .85em } td, th { border: 1px solid var(--line); padding: .15em .35em; text-align: right; font-weight: normal }
th:first-child, td:first-child { text-align: left } .matrix td { text-align: center; min-width: 1.3em }
.matrix thead th { writing-mode: vertical-rl; text-align: left; max-height: 9em; white-space: nowrap } .matrix thead th:first-child { writing-mode: horizontal-tb }
.good { color: var(--good) } .bad { color: var(--bad) } .left { opacity: .6 } .words { font-family: monospace; font-size: .9em; text-align: left }
svg { width: 100%; height: auto; max-width: 40em } svg text { font: 11px system-ui, sans-serif; fill: currentColor } svg .now { fill: #3572b0 } svg .old { fill: var(--old) } svg .over { fill: var(--bad) } svg .budget { stroke: var(--bad); stroke-width: 1.5 }
summary { cursor: pointer; padding: .3em 0 }`

/** Groups down, devices across: a tick, a number of failures, a dash for what was left out, a dagger where the device was lost. */
function matrix({ devices }: RigResult): string {
  const groups = [...new Set(devices.flatMap((device) => device.groups.map(({ group }) => group)))]
  const head = ["", ...devices.map(({ name }) => name)].map((name) => `<th scope="col">${escaped(name)}</th>`).join("")
  const rows = groups.map((name) => `<tr><th scope="row">${escaped(name)}</th>${devices.map((device) => cell(device, device.groups.find(({ group }) => group === name))).join("")}</tr>`)
  return `<h2>Cases</h2><div class="wide"><table class="matrix"><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div><p class="left">\u2713 all passed, a number of failures, \u2013 left out, \u2020 the device was lost.</p>`
}

function cell(device: DeviceResult, of: GroupResult | undefined): string {
  const failed = of?.cases.filter(({ problem }) => problem !== undefined).length ?? 0
  const lost = device.lost !== undefined && (of === undefined || of.cases.length < of.of)
  if (failed > 0) return `<td class="bad" title="${failed} failed">${failed}</td>`
  if (lost) return `<td class="bad" title="${escaped(device.lost!)}">\u2020</td>`
  return of === undefined || of.left !== undefined ? `<td class="left" title="${escaped(of?.left ?? "not asked")}">\u2013</td>` : `<td class="good" title="${of.of} passed">\u2713</td>`
}

function calls({ calls: all }: RigResult, last: RigResult | undefined): string {
  if (all.length === 0) return ""
  const rows = all.map((call) => {
    const { problem, left, ms } = call
    const old = last?.calls.find((each) => callName(each) === callName(call) && each.problem === undefined && each.left === undefined)
    const outcome = problem !== undefined ? `<td class="bad words">${escaped(problem)}</td>` : left !== undefined ? `<td class="left">${escaped(left)}</td>` : '<td class="good">\u2713</td>'
    const [now, then] = [problem === undefined && left === undefined ? ms.initiator + ms.responder : undefined, old === undefined ? undefined : old.ms.initiator + old.ms.responder]
    return `<tr><td>${escaped(callName(call))}</td>${outcome}<td>${whole(now)}</td><td>${whole(then)}</td></tr>`
  })
  return `<h2>Calls</h2><div class="wide"><table><thead><tr><th>call</th><th></th><th>ms</th><th>last run</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`
}

function section(device: DeviceResult, old: DeviceResult | undefined): string {
  const { name, title, board, by, profile, lost, over, noise, groups, budgets } = device
  const asked = groups.filter(({ cases }) => cases.length > 0)
  const then = (group: string): GroupResult | undefined => old?.groups.find((each) => each.group === group)
  const heap = mostHeap(device)
  const heapBars: Bar[] = heap === undefined ? [] : [{ name: "heap, kB", now: heap / 1024, old: kb(old === undefined ? undefined : mostHeap(old)), budget: budgets.heapKb }]
  return [
    `<h2>${escaped(name)}</h2><p>${escaped(title)} (${escaped(board)}), profile ${escaped(profile ?? "unknown")}, ${escaped(by)}.${noise > 0 ? ` ${noise} lines were no answers.` : ""}</p>`,
    ...[lost, ...over].flatMap((words) => (words === undefined ? [] : [`<p class="bad words">${escaped(words)}</p>`])),
    ...groups.filter(({ left }) => left !== undefined).map(({ group, left }) => `<p class="left">${escaped(group)}: left out: ${escaped(left!)}</p>`),
    heapBars.length > 0 ? bars("heap of its budget", heapBars) : "",
    asked.length > 0 ? bars("milliseconds a group", asked.map((group) => ({ name: group.group, now: msOf(group), old: then(group.group)?.cases.length === group.cases.length ? msOf(then(group.group)!) : undefined }))) : "",
    ...asked.map((group) => table(group, then(group.group), budgets.heapKb)),
  ].join("\n")
}

/** Every case of a group, folded away; failures stand open. */
function table({ group, of, cases }: GroupResult, old: GroupResult | undefined, heapKb: number): string {
  const earlier = new Map(old?.cases.map((one) => [one.name, one]))
  const bad = cases.some(({ problem }) => problem !== undefined)
  const head = ["case", "ms", "last run", "heap kB", `of ${heapKb} kB`, "last run"].map((text) => `<th>${text}</th>`).join("")
  return `<details${bad ? " open" : ""}><summary>${escaped(group)}: ${cases.length} of ${of}</summary><div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${cases.map((one) => row(one, earlier.get(one.name), heapKb)).join("\n")}</tbody></table></div></details>`
}

function row({ name, problem, ms, heap }: CaseResult, old: CaseResult | undefined, heapKb: number): string {
  const words = problem === undefined ? "" : ` <span class="bad words">${escaped(problem)}</span>`
  const share = heap === undefined ? "" : `${((100 * heap) / (heapKb * 1024)).toFixed(0)} %`
  return `<tr><td>${escaped(name)}${words}</td><td>${tenths(ms)}</td><td>${tenths(old?.ms)}</td><td>${whole(kb(heap))}</td><td>${share}</td><td>${whole(kb(old?.heap))}</td></tr>`
}

function kb(octets: number | undefined): number | undefined {
  return octets === undefined ? undefined : octets / 1024
}

function whole(value: number | undefined): string {
  return value === undefined ? "" : String(Math.round(value))
}

function tenths(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(1)
}
