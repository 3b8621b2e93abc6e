/** Bars as inline SVG: what is, over what was, and a mark at the budget. */
import { escaped } from "./junit.ts"

/** A bar; all of a plot have one scale. */
export interface Bar {
  readonly name: string
  readonly now: number
  /** Of the run before. */
  readonly old?: number
  readonly budget?: number
}

const WIDTH = 360
const LABEL = 110
const VALUE = 70
const ROW = 22

/** A plot under its title, 360 units wide. */
export function bars(title: string, all: readonly Bar[]): string {
  const most = Math.max(1e-9, ...all.flatMap(({ now, old, budget }) => [now, old ?? 0, budget ?? 0]))
  const x = (value: number): string => ((value / most) * (WIDTH - LABEL - VALUE)).toFixed(1)
  const rows = all.map((bar, i) => row(bar, i * ROW, x))
  const height = all.length * ROW
  return `<figure style="margin:.5em 0"><figcaption>${escaped(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">${rows.join("")}</svg></figure>`
}

function row({ name, now, old, budget }: Bar, y: number, x: (value: number) => string): string {
  const over = budget !== undefined && now > budget
  return [
    `<text x="0" y="${y + 14}">${escaped(name)}</text>`,
    old === undefined ? "" : `<rect class="old" x="${LABEL}" y="${y + 2}" width="${x(old)}" height="17"/>`,
    `<rect class="${over ? "over" : "now"}" x="${LABEL}" y="${y + 6}" width="${x(now)}" height="9"/>`,
    budget === undefined ? "" : `<line class="budget" x1="${(LABEL + Number(x(budget))).toFixed(1)}" x2="${(LABEL + Number(x(budget))).toFixed(1)}" y1="${y + 1}" y2="${y + 20}"/>`,
    `<text x="${WIDTH}" y="${y + 14}" text-anchor="end">${Math.round(now)}${budget === undefined ? "" : ` of ${budget}`}</text>`,
  ].join("")
}
