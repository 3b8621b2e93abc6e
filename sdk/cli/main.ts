#!/usr/bin/env node
/** The `ibake` command. Exit codes: 0 all is well, 1 a fault or trouble, 2 wrong usage. A subcommand is loaded only when it is the one that was named. */
import { createRequire } from "node:module"
import { Command, CommanderError } from "commander"

interface Entry {
  readonly summary: string
  load(): Promise<Command>
}

const commands: Readonly<Record<string, Entry>> = {
  build: { summary: "the script of a board, within its budget", load: async () => (await import("./build.ts")).buildCommand() },
  decode: { summary: "MIKEY messages as annotated trees; captures for Wireshark", load: async () => (await import("./decode.ts")).decodeCommand() },
  demo: { summary: "two radios, one KMS, one narrow channel, in one go", load: async () => (await import("./demo.ts")).demoCommand() },
  flash: { summary: "a script onto a board, verified", load: async () => (await import("./flash.ts")).flashCommand() },
  kms: { summary: "run a key management service", load: async () => (await import("./kms.ts")).kmsCommand() },
  radio: { summary: "a radio as a process: fetch keys, call, answer", load: async () => (await import("./radio.ts")).radioCommand() },
  rig: { summary: "cases and calls on every device of a hardware map", load: async () => (await import("./rig.ts")).rigCommand() },
  session: { summary: "one end of an exchange, driven by JSON lines", load: async () => (await import("./session.ts")).sessionCommand() },
}

const examples = `
Examples:
  ibake demo                                  all of it, on this machine, in seconds
  ibake radio fetch alice.fill.json           keys from the KMS
  ibake session --help                        what a line and a FILE are
  ibake session initiator --help              a FILE to begin with
  echo {} | ibake session initiator a.json    I_MESSAGE_1 in hex

Exit codes: 0 all is well; 1 a fault or trouble, in one line on stderr; 2 wrong usage. ibake flash has more.`

async function program(named: string | undefined): Promise<Command> {
  const { version } = createRequire(import.meta.url)("ibake/package.json") as { version: string }
  const ibake = new Command("ibake").description("IBAKE (RFC 6539, RFC 6267): SRTP keys that nobody but two radios knows").version(version).addHelpText("after", examples)
  for (const [name, entry] of Object.entries(commands)) {
    ibake.addCommand(name === named ? await entry.load() : new Command(name).description(entry.summary))
  }
  return strict(ibake)
}

/** Wrong usage is thrown, not exited with, all the way down. */
function strict(command: Command): Command {
  command.exitOverride().showHelpAfterError(`(see ${pathOf(command)} --help)`)
  command.commands.forEach(strict)
  return command
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

async function main(words: readonly string[]): Promise<number> {
  const named = words.filter((word) => !word.startsWith("-") && word !== "help")[0]
  try {
    await (await program(named)).parseAsync(words, { from: "user" })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // commander's own exit code for wrong usage is 1, and for a help that nobody asked for too
    return error.exitCode === 0 || !error.code.startsWith("commander.") ? error.exitCode : 2
  }
}

// whoever reads our output may stop reading
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1))

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`ibake: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
