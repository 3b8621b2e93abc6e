/**
 * The vault: secrets of a KMS at rest. A passphrase (scrypt, RFC 7914) or a key file gives one vault key; HKDF-SHA-256 (RFC 5869) gives one key a purpose;
 * AES-256-GCM seals with the row's own octets as AAD, so that a sealed value opens in its place only. `nonce(12) || ciphertext || tag(16)`.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from "node:crypto"
import { open as openFile } from "node:fs/promises"
import { concat, hex, unhex, wipe } from "../base/bytes.ts"
import { trouble, words } from "./trouble.ts"

/** What a sealed value is for; each has a key of its own. */
export type Purpose = "master" | "psk" | "parameters"

/** What opens a vault; its owner wipes the octets. */
export type Unlock = { readonly kind: "passphrase"; readonly octets: Uint8Array } | { readonly kind: "key"; readonly octets: Uint8Array }

/** How the vault key is made, stored beside what it seals; nothing in it is secret. `kind` says which Unlock opens it. */
export interface VaultHeader {
  readonly vault: 1
  readonly kind: Unlock["kind"]
  /** 16 random octets in hex. */
  readonly salt: string
  /** scrypt: N = 2^log2N, r = 8, p = 1. */
  readonly log2N: number
}

/** An open vault. */
export interface Vault {
  seal(purpose: Purpose, secret: Uint8Array, aad: Uint8Array): Uint8Array
  /** The secret, which the asker wipes; Trouble vault/closed when the key, the place or any bit is another. */
  open(purpose: Purpose, sealed: Uint8Array, aad: Uint8Array): Uint8Array
  /** Forgets the key; the vault is of no use after. */
  close(): void
}

/** 128 MiB and about half a second: OWASP's first recommendation for scrypt. */
const LOG2_N = 17
const SCRYPT_R = 8
const NONCE = 12
const TAG = 16

/** A header for a new vault. `log2N` is 14 to 20. */
export function newHeader(kind: Unlock["kind"], log2N: number = LOG2_N): VaultHeader {
  return { vault: 1, kind, salt: hex(randomBytes(16)), log2N }
}

/** The header of stored text; Trouble vault/closed when it is none. */
export function parseHeader(text: string): VaultHeader {
  try {
    const h = JSON.parse(text) as VaultHeader
    const cost = Number.isInteger(h.log2N) && h.log2N >= 14 && h.log2N <= 20
    if (h.vault === 1 && (h.kind === "passphrase" || h.kind === "key") && unhex(h.salt)?.length === 16 && cost) return h
  } catch {
    // falls through: one answer for all that is wrong with it
  }
  throw trouble("vault/closed", "The vault's header does not parse")
}

/** The vault of a header; a wrong passphrase shows at the first `open`. */
export async function openVault(header: VaultHeader, unlock: Unlock): Promise<Vault> {
  if (header.kind !== unlock.kind) throw trouble("vault/closed", `This vault opens with a ${header.kind === "key" ? "key file" : "passphrase"}`)
  const salt = unhex(header.salt)!
  const root = unlock.kind === "key" ? new Uint8Array(unlock.octets) : await stretch(unlock.octets, salt, header.log2N)
  const keys: Record<Purpose, Uint8Array> = { master: purposeKey(root, salt, "master"), psk: purposeKey(root, salt, "psk"), parameters: purposeKey(root, salt, "parameters") }
  wipe(root)
  return {
    seal: (purpose, secret, aad) => seal(keys[purpose], secret, aad),
    open: (purpose, sealed, aad) => open(keys[purpose], sealed, aad),
    close: () => Object.values(keys).forEach(wipe),
  }
}

/** The 32 octets of a key file that only its owner can read. */
export async function readKeyFile(path: string): Promise<Uint8Array> {
  const file = await openFile(path, "r").catch((e: unknown) => Promise.reject(trouble("vault/keyfile", `Key file ${path} cannot be read: ${words(e)}`)))
  try {
    const about = await file.stat()
    if (process.platform !== "win32" && (about.mode & 0o077) !== 0) throw trouble("vault/keyfile", `Key file ${path} can be read by others`)
    if (!about.isFile() || about.size !== 32) throw trouble("vault/keyfile", `Key file ${path} does not hold 32 octets`)
    const octets = new Uint8Array(32)
    await file.read(octets, 0, 32, 0)
    return octets
  } finally {
    await file.close()
  }
}

function stretch(passphrase: Uint8Array, salt: Uint8Array, log2N: number): Promise<Uint8Array> {
  const N = 2 ** log2N
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, { N, r: SCRYPT_R, p: 1, maxmem: 256 * N * SCRYPT_R }, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}

function purposeKey(root: Uint8Array, salt: Uint8Array, purpose: Purpose): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", root, salt, `ibake kms vault 1 ${purpose}`, 32))
}

function seal(key: Uint8Array, secret: Uint8Array, aad: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv("aes-256-gcm", key, nonce)
  cipher.setAAD(aad)
  return concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
}

function open(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array {
  if (sealed.length < NONCE + TAG) throw trouble("vault/closed", "A sealed value is too short")
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE), { authTagLength: TAG })
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
  const plain = decipher.update(sealed.subarray(NONCE, sealed.length - TAG))
  try {
    decipher.final()
  } catch {
    wipe(plain)
    throw trouble("vault/closed", "A sealed value does not open")
  }
  // of its own: the cipher's output may lie in a pool that others share
  const out = new Uint8Array(plain)
  wipe(plain)
  return out
}
