/** Where each character of a script comes from: back through the minifier, shrink.ts, TypeScript and esbuild. What its files weigh, and its source map. */
import { SourceMap, type SourceMapPayload } from "node:module"
import type { Shrunk } from "./shrink.ts"

/** What is known of a script's characters. */
export interface Origins {
  /** Octets by source file; `(frame)` is what belongs to none. */
  readonly sizes: ReadonlyMap<string, number>
  /** A source map, version 3, as JSON. */
  readonly map: string
}

/** Maps of the minifier, of TypeScript and of esbuild. */
export type Maps = readonly [SourceMapPayload, SourceMapPayload, SourceMapPayload]

interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

const frame: Place = { file: "(frame)", line: 0, column: 0 }

/** The origins of the last text, ASCII, that was made of what the minifier made of `shrunk`, which was made of `low`. */
export function origins(script: Shrunk, shrunk: Shrunk, low: string, maps: Maps): Origins {
  const [minified, lowering, bundling] = maps.map((each) => new SourceMap(each)) as [SourceMap, SourceMap, SourceMap]
  const { text } = script
  // what the minifier made is one line
  const starts = [lineStarts(shrunk.text), lineStarts(low)] as const
  const sizes = new Map<string, number>()
  const writer = mapWriter(maps[2])
  let last = frame
  for (let at = 0; at < text.length; at++) {
    const inShrunk = back(minified, script.before(at), starts[0])
    const inLow = inShrunk < 0 ? -1 : shrunk.before(inShrunk)
    const line = lineOf(starts[1], inLow)
    const inBundle = lowering.findEntry(line, inLow - starts[1][line]!)
    const place = inLow >= 0 && "originalLine" in inBundle ? source(bundling.findEntry(inBundle.originalLine, inBundle.originalColumn)) : frame
    sizes.set(place.file, (sizes.get(place.file) ?? 0) + 1)
    if (at === 0 || place.file !== last.file || place.line !== last.line || place.column !== last.column) writer.add(at, place)
    last = place
  }
  return { sizes, map: writer.json() }
}

function source(entry: object): Place {
  if (!("originalSource" in entry)) return frame
  const of = entry as { originalSource: string; originalLine: number; originalColumn: number }
  return { file: of.originalSource, line: of.originalLine, column: of.originalColumn }
}

/** Writes the mappings of one line as they come; sources are those of `of`. */
function mapWriter(of: SourceMapPayload): { add(column: number, place: Place): void; json(): string } {
  const before = { column: 0, source: 0, line: 0, place: 0 }
  let mappings = ""
  return {
    add(column, place): void {
      mappings += (mappings === "" ? "" : ",") + vlq(column - before.column)
      before.column = column
      const index = of.sources.indexOf(place.file)
      if (index < 0) return
      mappings += vlq(index - before.source) + vlq(place.line - before.line) + vlq(place.column - before.place)
      before.source = index
      before.line = place.line
      before.place = place.column
    },
    json: () => JSON.stringify({ version: 3, sources: of.sources, sourcesContent: of.sourcesContent, names: [], mappings }),
  }
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/** A number as source maps write it: sign in the lowest bit, five bits a digit, low ones first. */
function vlq(value: number): string {
  let left = value < 0 ? (-value << 1) | 1 : value << 1
  let out = ""
  do {
    const digit = left & 31
    left >>>= 5
    out += DIGITS.charAt(left > 0 ? digit | 32 : digit)
  } while (left > 0)
  return out
}

/** The offset in the text before the minifier of an offset in its line; -1 for what it put in. */
function back(map: SourceMap, at: number, before: readonly number[]): number {
  if (at < 0) return -1
  const entry = map.findEntry(0, at)
  return "originalLine" in entry ? before[entry.originalLine]! + entry.originalColumn : -1
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1)
  return starts
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  for (let high = starts.length; high - low > 1; ) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle
  }
  return low
}
