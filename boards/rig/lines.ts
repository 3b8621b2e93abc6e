/** Lines to a device and back, one answer a line, under caps: a device that floods, stalls or goes is given up, and says why to whoever waits. */
import { StringDecoder } from "node:string_decoder"
import type { Channel } from "./channel.ts"

/** What a device wants said, and says beside. */
export interface Manner {
  /** What it prints after each answer, and is passed over. */
  readonly echo?: string
  /** What it prints before an answer, on the same line. */
  readonly prompt?: string
  /** Tells an answer from noise; without it every line is one. */
  answers?(line: string): boolean
  /** A line of ours as the device takes it. */
  wrap?(line: string): string
}

/** Longest line that a device may say, characters: a signed key response in hex has 20000. */
export const LINE_MOST = 65536
/** Most characters that a device may say without an answer among them. */
export const FLOOD_MOST = 1048576
/** What of stray lines is kept for last words. */
const LOG_MOST = 2000

interface Waiting {
  readonly done: (line: string) => void
  readonly fail: (error: Error) => void
}

/** A device's lines, asked one after another. */
export class Lines {
  /** Lines that were no answers. */
  noise = 0
  private readonly channel: Channel
  private readonly manner: Manner
  private readonly decoder: StringDecoder = new StringDecoder("utf8")
  private readonly waiting: Waiting[] = []
  private text = ""
  private idle = 0
  private log = ""
  private over: string | undefined

  constructor(channel: Channel, manner: Manner = {}) {
    this.channel = channel
    this.manner = manner
    channel.listen({ onData: (octets) => this.hear(this.decoder.write(octets)), onGone: (why) => this.broken(`${why} ${this.log}`.trim()) })
  }

  /** Of the process that it is, if it is one. */
  get pid(): number | undefined {
    return this.channel.pid
  }

  /** Why it answers no more, or undefined. */
  get trouble(): string | undefined {
    return this.over
  }

  /** Sends a line that has no answer. */
  tell(line: string): void {
    this.channel.write(`${line}\n`)
  }

  /** The answer to a line; rejects with the device's last words when it ends instead, or says nothing for so many milliseconds, after which it is given up. */
  ask(line: string, patience?: number): Promise<string> {
    return new Promise((done, fail) => {
      if (this.over !== undefined) return fail(new Error(this.over))
      const watch = patience === undefined ? undefined : setTimeout(() => this.give(`no answer within ${patience / 1000} s${this.idle > 0 ? `, but ${this.idle} characters that are none` : ""}`), patience)
      const quiet = (): void => clearTimeout(watch)
      this.waiting.push({ done: (answer) => (quiet(), done(answer)), fail: (error) => (quiet(), fail(error)) })
      this.tell(this.manner.wrap === undefined ? line : this.manner.wrap(line))
    })
  }

  /** Ends the device's process, or lets go of its port. */
  async end(): Promise<void> {
    this.over ??= "it was ended"
    await this.channel.close()
  }

  private hear(text: string): void {
    if (this.over !== undefined) return
    const lines = (this.text + text).split("\n")
    this.text = lines.pop()!
    if (this.text.length > LINE_MOST || lines.some((line) => line.length > LINE_MOST)) return this.give(`it said a line of more than ${LINE_MOST} characters`)
    this.idle += text.length
    for (const line of lines) this.take(line.endsWith("\r") ? line.slice(0, -1) : line)
    if (this.idle > FLOOD_MOST) this.give(`it said more than ${FLOOD_MOST} characters without an answer: ${this.log.slice(-40)}`)
  }

  private take(said: string): void {
    const { echo, prompt, answers } = this.manner
    let line = said
    while (prompt !== undefined && line.startsWith(prompt)) line = line.slice(prompt.length)
    if (line === echo || this.over !== undefined) return
    const answer = answers === undefined || answers(line)
    const next = answer ? this.waiting.shift() : undefined
    if (next === undefined) {
      this.noise++
      this.log = (this.log + line).slice(-LOG_MOST)
      return
    }
    this.idle = 0
    next.done(line)
  }

  private give(why: string): void {
    this.broken(why)
    void this.channel.close()
  }

  private broken(why: string): void {
    if (this.over !== undefined) return
    this.over = why
    for (const each of this.waiting.splice(0)) each.fail(new Error(why))
  }
}
