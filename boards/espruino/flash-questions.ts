/**
 * What a board is asked while it is flashed: expressions in its own language, one line each, whose values come back as JSON. Storage, E and crypto as the
 * reference has them (https://www.espruino.com/Reference); the order of a boot, and which files start, as https://www.espruino.com/Saving.
 */
import { createHash } from "node:crypto"
import { crc32 } from "node:zlib"

/** The name that a script has in a board's Storage. */
export const SCRIPT_FILE = "ibake.js"

/** Octets that a file's header takes, and what alignment may add. */
const FILE_OCTETS = 40

/** Octets hashed in one piece: a string that the stack of the smallest board can hold. */
const PIECE = 512

/**
 * Files that start something at boot, the one that starts our script first. Bangle.js boots through `.bootcde` of its own and runs `.boot1` before it.
 */
export function startFiles(board: string): readonly string[] {
  return board.startsWith("BANGLEJS") ? [".boot1"] : [".bootcde", ".bootrst", ".varimg"]
}

/** What starts the script: evaluated from flash, its functions stay there. It is stored last, so that no half of a script ever runs. */
export const starter: string = `eval(require("Storage").read("${SCRIPT_FILE}"))`

/** Octets of Storage that a script and its starter take. */
export function storeOctets(script: number): number {
  return script + starter.length + 2 * FILE_OCTETS
}

/** What a board says of itself. */
export interface Seen {
  /** process.env.BOARD and VERSION. */
  readonly board: string
  readonly version: string
  /** What its console runs over: `USB`, `Bluetooth`, `Telnet`, or a serial port. */
  readonly console: string
  /** Octets of Storage that are free, those after tidying up, and those that the files to be replaced take. */
  readonly free: number
  readonly trash: number
  readonly replaced: number
  /** Which of the files that would be replaced are there. */
  readonly files: readonly string[]
}

/** Asks for a Seen. */
export function seenQuestion(files: readonly string[]): string {
  return [
    `(function(n){var S=require("Storage"),e=process.env,t=S.getStats?S.getStats():{freeBytes:S.getFree()},o=0,`,
    `f=n.filter(function(a){var r=S.read(a);if(r===undefined)return false;o+=r.length;return true});`,
    `return{board:e.BOARD,version:e.VERSION,console:e.CONSOLE||"",free:t.freeBytes,trash:t.trashBytes||0,replaced:o,files:f}`,
    `})(${JSON.stringify(files)})`,
  ].join("")
}

/** A Seen from an answer, or undefined: what a device says is not believed to be in order. */
export function parseSeen(answer: unknown): Seen | undefined {
  if (typeof answer !== "object" || answer === null) return undefined
  const { board, version, console, free, trash, replaced, files } = answer as Record<string, unknown>
  const word = (value: unknown, empty: "" | "word"): value is string => typeof value === "string" && /^[\w.+-]{0,40}$/.test(value) && (empty === "" || value !== "")
  const count = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0
  const names = (value: unknown): value is string[] => Array.isArray(value) && value.length <= 4 && value.every((each) => word(each, "word"))
  if (!word(board, "word") || !word(version, "word") || !word(console, "") || !count(free) || !count(trash) || !count(replaced) || !names(files)) return undefined
  return { board, version, console, free, trash, replaced, files }
}

/** Removes files; true when none is left. */
export function eraseQuestion(files: readonly string[]): string {
  return `(function(n){var S=require("Storage");n.forEach(function(f){S.erase(f)});return n.every(function(f){return S.read(f)===undefined})})(${JSON.stringify(files)})`
}

/** Gives back the room of removed files; true when it has. On a large external flash this takes a minute. */
export const tidyQuestion: string = `(require("Storage").compact(),true)`

/** Octets free; for after a tidying up. */
export const freeQuestion: string = `require("Storage").getFree()`

/** Stores octets of a file from an offset on, the first with the length of all; true when they are stored. For firmware without packets. */
export function writeQuestion(file: string, octets: string, offset: number, length: number): string {
  return `require("Storage").write(${JSON.stringify(file)},atob("${Buffer.from(octets, "latin1").toString("base64")}"),${offset}${offset === 0 ? `,${length}` : ""})`
}

/** Whether a short file holds exactly this. */
export function holdsQuestion(file: string, text: string): string {
  return `require("Storage").read(${JSON.stringify(file)})===${JSON.stringify(text)}`
}

/**
 * Hashes a file where it lies: `{ n: octets, c: CRC-32, h: hash }`, the hash a chain of SHA-256 over pieces, h = SHA-256(h || piece), in base64, and absent where
 * the firmware has no SHA-256. A device may say what it likes; this finds octets that the way has changed.
 */
export function hashQuestion(file: string): string {
  return [
    `(function(f){var s=require("Storage").read(f);if(s===undefined)return{n:-1};var r={n:s.length,c:E.CRC32(s)};`,
    `try{var c=require("crypto"),h="";for(var i=0;i<s.length;i+=${PIECE}){h=E.toString(c.SHA256(h+s.substr(i,${PIECE})));if(!h)break}if(h)r.h=btoa(h)}catch(e){}`,
    `return r})(${JSON.stringify(file)})`,
  ].join("")
}

/** How a stored script was found to be the one that was sent. */
export interface Verified {
  readonly by: "SHA-256" | "CRC-32"
  /** Hex. */
  readonly hash: string
}

/** What a board's answer to `hashQuestion` proves; undefined when it holds something else. */
export function verify(answer: unknown, octets: string): Verified | undefined {
  if (typeof answer !== "object" || answer === null) return undefined
  const { n, c, h } = answer as Record<string, unknown>
  const own = Buffer.from(octets, "latin1")
  if (n !== own.length || typeof c !== "number" || c >>> 0 !== crc32(own)) return undefined
  if (h === undefined) return { by: "CRC-32", hash: crc32(own).toString(16).padStart(8, "0") }
  const chain = hashChain(own)
  return h === chain.toString("base64") ? { by: "SHA-256", hash: chain.toString("hex") } : undefined
}

function hashChain(octets: Uint8Array): Buffer {
  let h = Buffer.alloc(0)
  for (let at = 0; at < octets.length; at += PIECE) h = createHash("sha256").update(h).update(octets.subarray(at, at + PIECE)).digest()
  return h
}
