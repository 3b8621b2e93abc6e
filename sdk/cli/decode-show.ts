/** How `ibake decode` shows a tree: lines for people, an object for machines. */
import { faults } from "../base/fault.ts"
import { hex } from "../base/bytes.ts"
import type { Decoded } from "./decode-message.ts"
import { count, type Field } from "./decode-walk.ts"

/** Octets that a line shows of a leaf; JSON has them all. */
const SHOWN = 12

/** A message as lines: offset, octets, field with value and meaning, section. */
export function lines(from: string, m: Decoded): string {
  return [`${from}: ${m.name}, ${count(m.octets.length)}`, ...tree(m.fields, 0, undefined), ...verdict(m)].join("\n")
}

/** A message as one JSON object. */
export function object(from: string, m: Decoded): Record<string, unknown> {
  const strict = m.strict === "accepted" ? m.strict : { ...m.strict, what: faults[m.strict.fault] }
  return { event: "message", from, name: m.name, length: m.octets.length, octets: hex(m.octets), strict, troubles: m.troubles, fields: m.fields }
}

function verdict(m: Decoded): string[] {
  const wrong = m.troubles.map((t) => `wrong at ${offset(t.at)}, ${t.field}: ${t.wrong}`)
  if (m.strict === "accepted") return [...wrong, "strict parser: accepted"]
  const at = m.strict.offset === undefined ? "" : ` (${offset(m.strict.offset)})`
  return [...wrong, `strict parser: ${m.strict.fault} at ${m.strict.at}${at}: ${faults[m.strict.fault]}`]
}

function tree(fields: readonly Field[], depth: number, section: string | undefined): string[] {
  return fields.flatMap((f) => [line(f, depth, section), ...tree(f.fields ?? [], depth + 1, f.section), ...opened(f, depth + 1)])
}

function line(f: Field, depth: number, section: string | undefined): string {
  const pad = "  ".repeat(depth)
  const octets = f.fields === undefined ? shown(f) : ""
  const value = f.value === undefined ? "" : ` = ${f.value}`
  const meaning = f.meaning === undefined ? "" : ` (${f.meaning})`
  const where = f.section === undefined || f.section === "" || f.section === section ? "" : `  [${f.section}]`
  const wrong = f.wrong === undefined ? "" : `  <-- ${f.wrong}`
  return `${offset(f.at)} ${`${f.length}`.padStart(5)}  ${octets.padEnd(2 * SHOWN + 1)} ${pad}${f.field}${value}${meaning}${where}${wrong}`
}

function opened(f: Field, depth: number): string[] {
  if (f.opened === undefined) return []
  return [`${" ".repeat(15 + 2 * SHOWN)} ${"  ".repeat(depth)}${f.opened.by}`, ...tree(f.opened.fields, depth, f.section)]
}

function shown(f: Field): string {
  if (f.octets === undefined) return ""
  return f.octets.length <= 2 * SHOWN ? f.octets : `${f.octets.slice(0, 2 * SHOWN)}+`
}

function offset(at: number): string {
  return `0x${at.toString(16).padStart(4, "0")}`
}
