/** What the command says: words for people, or with `--json` one object a line for machines. Never a key. */
import { faults, type Fault } from "../base/fault.ts"

/** Where a command speaks. */
export interface Screen {
  /** Something happened: `words` for people, `fields` for machines. */
  say(words: string, fields: Record<string, unknown>): void
  /** Something is under way; people see it in one line that is written over, machines do not. */
  progress(words: string): void
  /** What went wrong and what to do next; to standard error. */
  trouble(words: string, fields: Record<string, unknown>): void
}

/** A screen on this process's standard output and error. */
export function screen(json: boolean): Screen {
  if (json) {
    const line = (fields: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(fields)}\n`)
    return { say: (_words, fields) => line(fields), progress: () => undefined, trouble: (_words, fields) => line(fields) }
  }
  const live = process.stderr.isTTY === true
  const clear = (): void => void (live && process.stderr.write("\r\u001b[K"))
  return {
    say: (words) => (clear(), void process.stdout.write(`${words}\n`)),
    progress: (words) => void (live && process.stderr.write(`\r\u001b[K${words}`)),
    trouble: (words) => (clear(), void process.stderr.write(`${words}\n`)),
  }
}

/** A Fault in words, with what to do next. */
export function faultWords(fault: Fault): string {
  return `${fault.fault} at ${fault.at}: ${faults[fault.fault]}`
}

/** Exit codes of `ibake`: all went well; a fault was named; the command line or a file it names is wrong. */
export const exit = { ok: 0, fault: 1, usage: 2 } as const
