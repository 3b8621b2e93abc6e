/** Fenced code blocks of a Markdown file, for docs.test.ts. */

/** A fenced block: its language word, the line of its opening fence (from 1), and its text. */
export interface Block {
  readonly language: string
  readonly line: number
  readonly text: string
}

/** The fenced blocks of a Markdown text, in order; an open fence at the end is a block too, for it is a mistake worth running into. */
export function blocks(markdown: string): Block[] {
  const found: Block[] = []
  const lines = markdown.split("\n")
  for (let i = 0; i < lines.length; i++) {
    const fence = /^(`{3,}|~{3,})\s*(\S*)/.exec(lines[i]!)
    if (fence === null) continue
    const start = i
    const text: string[] = []
    for (i++; i < lines.length && !lines[i]!.startsWith(fence[1]!); i++) text.push(lines[i]!)
    found.push({ language: fence[2]!, line: start + 1, text: text.join("\n") + "\n" })
  }
  return found
}

/** What of a shell block is run here, and what is only looked at. */
export interface Shell {
  readonly run: string
  /** `npm test` stood in it. */
  readonly tests: boolean
}

/**
 * `npm ci` has been done by whoever runs these tests, and needs a network: it is taken out of a line.
 * `npm test` would run these tests again, without end: it is taken out, and the test looks whether CI runs the very same script.
 */
export function shell(text: string): Shell {
  let tests = false
  const lines = text.split("\n").map((line) => {
    if (line.trimStart().startsWith("#")) return line
    const parts = line.split("&&").map((part) => part.trim())
    tests ||= parts.some(isTest)
    return parts.filter((part) => part !== "npm ci" && !isTest(part)).join(" && ")
  })
  return { run: lines.join("\n"), tests }
}

function isTest(part: string): boolean {
  return /^npm (run )?test( --.*)?$/.test(part)
}
