/**
 * The steps of flashing a board. What starts the old script is removed before a first octet of the new one is sent, and what starts the new one is stored when its
 * hash has been read back: a board that is reset, unplugged or left in between boots to its console and never runs a part of a script.
 */
import type { FlashEvent, FlashJob } from "./flash.ts"
import { eraseQuestion, freeQuestion, hashQuestion, holdsQuestion, parseSeen, SCRIPT_FILE, seenQuestion, starter, startFiles, storeOctets, tidyQuestion, verify, writeQuestion, type Seen } from "./flash-questions.ts"
import { openConsole, printable, type BoardConsole } from "./flash-tools.ts"
import { flashTrouble, isFlashTrouble } from "./flash-trouble.ts"

/** Octets of a packet, and of a line of a board without packets. */
const PACKET = 1024
const PIECE = 384
/** How often a script is sent, from its first octet, before it is given up. */
const ATTEMPTS = 2
/** Seconds for tidying up a large flash; for hashing 64 kB on a slow one. */
const TIDY_S = 120
const HASH_S = 30
/** What a reset and a start may take, milliseconds. */
const RESET_MS = 600
const START_MS = 1500

type Tell = (event: FlashEvent) => void

/** Does a job; rejects with a FlashTrouble. */
export async function putScript(job: FlashJob, tell: Tell): Promise<void> {
  const board = await openConsole(job.port, job.baud, job.patience)
  try {
    const seen = await look(job, board, tell)
    if (job.dry) return tell({ event: "plan", steps: plan(job, seen) })
    await board.say("\x10reset();\n", RESET_MS)
    await replace(job, board, seen, tell)
    await start(board, tell)
  } finally {
    board.close()
  }
}

/** From its first step to its last the board starts nothing. */
async function replace(job: FlashJob, board: BoardConsole, seen: Seen, tell: Tell): Promise<void> {
  tell({ event: "emptying" })
  try {
    await clear(job, board, seen)
    await send(job, board, seen, tell)
    await check(job, board, tell)
    await store(job, board)
  } catch (error) {
    if (!isFlashTrouble(error)) throw error
    throw flashTrouble(error.code, `${error.message}. The board holds no script that starts now: flash it again`)
  }
}

/** Files of the board that a job replaces. */
function replaced(job: FlashJob): string[] {
  return [...startFiles(job.board), SCRIPT_FILE]
}

async function look(job: FlashJob, board: BoardConsole, tell: Tell): Promise<Seen> {
  const seen = parseSeen(await board.ask(seenQuestion(replaced(job)), job.patience))
  if (seen === undefined) throw flashTrouble("board/noise", `${job.port} answers, but not as Espruino does: has a script changed process.env or Storage?`)
  tell({ event: "board", board: seen.board, version: seen.version, free: seen.free })
  if (seen.board !== job.board) throw flashTrouble("board/wrong", `The board at ${job.port} is ${seen.board}, the script is for ${job.board}: choose another --board or --port`)
  const version = /^(\d+)v(\d+)/.exec(seen.version)
  if (version === null || Number(version[1]) < 2) throw flashTrouble("board/firmware", `Firmware ${seen.version} is too old, 2v00 is the first that will do: update it first (https://www.espruino.com/Download)`)
  if (!job.versions.includes(seen.version)) tell({ event: "warning", words: `firmware ${seen.version} is not among those that the manifest knows (${job.versions.join(", ") || "none"}): it may work, test it before it goes to the field` })
  const needed = storeOctets(job.script.length)
  const room = seen.free + seen.trash + seen.replaced
  if (needed > room) throw flashTrouble("store/full", `The script takes ${needed} octets of Storage, the board has room for ${room}: remove files from it, or build a smaller script`)
  // boards that say over what they talk control the flow there (EspruinoTools' own rule)
  if (["USB", "Bluetooth", "Telnet"].includes(seen.console) || job.port.startsWith("tcp://")) board.fast()
  return seen
}

function plan(job: FlashJob, seen: Seen): string[] {
  const files = seen.files.length === 0 ? "remove nothing, for none of its files is there" : `remove ${seen.files.join(", ")} (${seen.replaced} octets)`
  const [first] = startFiles(job.board)
  return [files, `store ${job.script.length} octets as ${SCRIPT_FILE}`, "read back their hash", `store ${first}, which starts it at boot`, "start it"]
}

/** Makes room. */
async function clear(job: FlashJob, board: BoardConsole, seen: Seen): Promise<void> {
  if ((await board.ask(eraseQuestion(replaced(job)), TIDY_S)) !== true) throw flashTrouble("store/full", "The board could not remove its old script: erase its Storage")
  const needed = storeOctets(job.script.length)
  if (needed <= seen.free) return
  await board.ask(tidyQuestion, TIDY_S)
  const free = await board.ask(freeQuestion, job.patience)
  if (typeof free !== "number" || free < needed) throw flashTrouble("store/full", `The script takes ${needed} octets of Storage, the board has ${printable(String(free))} free after tidying up: remove files from it`)
}

/** Sends the script, a second time from its beginning when the board refuses a part, stalls or was reset. */
async function send(job: FlashJob, board: BoardConsole, seen: Seen, tell: Tell): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await (packets(seen.version) ? sendPackets(job, board, tell) : sendLines(job, board, tell))
    } catch (error) {
      const again = isFlashTrouble(error) && (error.code === "transfer/refused" || error.code === "transfer/stalled" || error.code === "board/silent")
      if (!again || attempt === ATTEMPTS) throw error
      tell({ event: "warning", words: `${error.message}; sending it again from its first octet` })
      await board.ask(eraseQuestion([SCRIPT_FILE]), TIDY_S)
    }
  }
}

/** Packets came with 2v25. */
function packets(version: string): boolean {
  const [major, minor] = version.split("v")
  return Number(major) > 2 || parseInt(minor!, 10) >= 25
}

async function sendPackets({ script }: FlashJob, board: BoardConsole, tell: Tell): Promise<void> {
  await board.packet("FILE_SEND", JSON.stringify({ fn: SCRIPT_FILE, s: script.length }))
  for (let at = 0; at < script.length; at += PACKET) {
    tell({ event: "progress", sent: at, octets: script.length })
    await board.packet("DATA", script.slice(at, at + PACKET))
  }
  tell({ event: "progress", sent: script.length, octets: script.length })
}

async function sendLines({ script, patience }: FlashJob, board: BoardConsole, tell: Tell): Promise<void> {
  for (let at = 0; at < script.length; at += PIECE) {
    tell({ event: "progress", sent: at, octets: script.length })
    const stored = await board.ask(writeQuestion(SCRIPT_FILE, script.slice(at, at + PIECE), at, script.length), patience)
    if (stored !== true) throw flashTrouble("transfer/refused", "The board did not store a part of the script")
  }
  tell({ event: "progress", sent: script.length, octets: script.length })
}

async function check(job: FlashJob, board: BoardConsole, tell: Tell): Promise<void> {
  const verified = verify(await board.ask(hashQuestion(SCRIPT_FILE), HASH_S), job.script)
  if (verified === undefined) throw flashTrouble("verify/differs", "What the board holds is not what was sent. Try a shorter or a slower line")
  tell({ event: "verified", ...verified })
}

/** Stores what starts the script. */
async function store(job: FlashJob, board: BoardConsole): Promise<void> {
  const [file] = startFiles(job.board)
  const stored = (await board.ask(writeQuestion(file!, starter, 0, starter.length), job.patience)) === true && (await board.ask(holdsQuestion(file!, starter), job.patience)) === true
  if (!stored) throw flashTrouble("verify/differs", `${file}, which starts the script, could not be stored`)
}

/** Starts the script. What it does then is its own: it may take the console. */
async function start(board: BoardConsole, tell: Tell): Promise<void> {
  board.heard()
  const seen = await board.say("\x10load()\n", START_MS).then(() => "seen", () => "not seen")
  if (seen === "not seen") return tell({ event: "warning", words: "the board left while it started the script: whether that runs was not seen" })
  const uncaught = /Uncaught [^\r\n]{0,200}/.exec(board.heard())
  if (uncaught !== null) tell({ event: "warning", words: `the script started and failed: ${printable(uncaught[0])}` })
}
