/** `ibake session`: the sans-IO machines behind lines of JSON, for test harnesses in any language. */
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { Command, CommanderError } from "commander"
import { unhex } from "../base/bytes.ts"
import { profileOption, type ProfileName } from "./profiles.ts"
import { roleHelp, sessionHelp } from "./session-help.ts"
import { machines, type Answer, type Machine } from "./session-machine.ts"

type Role = keyof typeof machines

/** The command with its roles; a FILE that is wrong ends it with exit code 2. */
export function sessionCommand(): Command {
  const session = new Command("session").description("one end of an exchange, driven by JSON lines").addHelpText("after", sessionHelp)
  for (const role of ["initiator", "responder", "deferred", "request", "issue"] as const) {
    const one = new Command(role).description(roleHelp[role].summary).argument("<FILE>", "JSON, as below").addHelpText("after", roleHelp[role].text)
    // a KMS has no choice
    if (role !== "issue") one.addOption(profileOption())
    session.addCommand(one.action((path: string, o: { profile?: ProfileName }) => drive(opened(role, path, o.profile), process.stdin, (line) => process.stdout.write(line + "\n"))))
  }
  return session
}

function opened(role: Role, path: string, profile: ProfileName | undefined): Machine {
  try {
    return machines[role](JSON.parse(readFileSync(path, "utf8")), profile)
  } catch (error) {
    const what = error instanceof SyntaxError ? "this is not JSON" : words(error)
    process.stderr.write(`ibake session ${role}: ${path}: ${what}. See ibake session ${role} --help.\n`)
    throw new CommanderError(2, "ibake.file", what)
  }
}

/** Answers each line of `input` before it reads the next; ends with the input. */
export async function drive(machine: Machine, input: NodeJS.ReadableStream, print: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    for (const answer of answered(machine, line)) print(JSON.stringify(answer))
  }
}

function answered(machine: Machine, line: string): Answer[] {
  try {
    const input = parsed(line)
    return input === undefined ? machine.start() : machine.receive(input)
  } catch (error) {
    return [{ error: words(error) }]
  }
}

/** The octets of `{"recv":hex}`, or undefined for `{}`. */
function parsed(line: string): Uint8Array | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Error(`this line is not JSON; expected {} or {"recv":hex}`)
  }
  const object = typeof value === "object" && value !== null && !Array.isArray(value)
  const names = object ? Object.keys(value as object) : []
  if (!object || names.some((name) => name !== "recv")) throw new Error(`expected {} or {"recv":hex}`)
  if (names.length === 0) return undefined
  const recv = (value as { recv: unknown }).recv
  const octets = typeof recv === "string" ? unhex(recv) : undefined
  if (octets === undefined) throw new Error("recv: expected octets in hex")
  return octets
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
