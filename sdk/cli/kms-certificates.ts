/** What `ibake kms` needs for radios that ask by certificate: the KMS's certificate and key, trust anchors, and the certificate of a radio to enrol. */
import { open } from "node:fs/promises"
import type { Command } from "commander"
import { wipe } from "../base/bytes.ts"
import { certifier, deviceSubject, kmsCertificate, pemCertificates, privateKey, type Certifier } from "../kms/certifier.ts"
import type { Enrolment } from "../kms/kms.ts"
import { trouble, words } from "../kms/trouble.ts"
import { more, textFile } from "./kms-options.ts"

/** Options of `serve`. */
export interface CertifierOptions {
  readonly kmsCert?: readonly string[]
  readonly kmsKey?: readonly string[]
  readonly deviceCa?: readonly string[]
}

/** Options of `enrol`. */
export interface CertifiedOptions {
  readonly certificate?: string
  readonly kmsCert?: string
}

/** Adds those of `serve`. */
export function certifierOptions(command: Command): Command {
  return command
    .option("--kms-cert <file>", "PEM of the KMS's own certificate, RSA of 3072 bits or more: answer radios that ask by certificate; may be repeated", more)
    .option("--kms-key <file>", "PEM of its private key, mode 0600; one for each --kms-cert, in their order", more)
    .option("--device-ca <file>", "PEM of the authorities whose certificates of radios are taken; may be repeated", more)
}

/** Adds those of `enrol`. */
export function certifiedOptions(command: Command): Command {
  return command
    .option("--certificate <file>", "PEM of the radio's certificate: it asks by that, and the key fill holds nothing secret")
    .option("--kms-cert <file>", "with --certificate: PEM of the KMS's own certificate, as `serve` has it")
}

/** The certifier of `serve`'s options, or undefined where there are none. Trouble certificate/unfit or file/failed. */
export async function certifierOf(o: CertifierOptions): Promise<Certifier | undefined> {
  const [certificates, keys, anchors] = [o.kmsCert ?? [], o.kmsKey ?? [], o.deviceCa ?? []]
  if (certificates.length + keys.length + anchors.length === 0) return undefined
  if (certificates.length !== keys.length) throw trouble("certificate/unfit", `${certificates.length} times --kms-cert and ${keys.length} times --kms-key do not make pairs`)
  const own = await Promise.all(certificates.map(async (file, i) => ({ certificate: await firstOf(file), key: await keyOf(keys[i]!) })))
  return certifier(own, (await Promise.all(anchors.map(allOf))).flat())
}

/** What `enrol` is to write for a radio that asks by certificate, or undefined for one with a PSK. */
export async function certifiedOf(o: CertifiedOptions): Promise<Enrolment["certified"]> {
  if (o.certificate === undefined || o.kmsCert === undefined) return undefined
  return { subject: await deviceSubject(await firstOf(o.certificate)), kmsCertificate: kmsCertificate(await firstOf(o.kmsCert)) }
}

async function allOf(path: string): Promise<string[]> {
  const found = pemCertificates(await textFile(path))
  if (found.length === 0) throw trouble("certificate/unfit", `${path} holds no certificate in PEM`)
  return found
}

async function firstOf(path: string): Promise<string> {
  return (await allOf(path))[0]!
}

async function keyOf(path: string): Promise<ReturnType<typeof privateKey>> {
  const file = await open(path, "r").catch((e: unknown) => Promise.reject(trouble("file/failed", `Private key ${path} cannot be read: ${words(e)}`)))
  try {
    const { mode } = await file.stat()
    if (process.platform !== "win32" && (mode & 0o077) !== 0) throw trouble("file/failed", `Private key ${path} can be read by others: chmod 600`)
    const pem = await file.readFile()
    try {
      return privateKey(pem)
    } finally {
      wipe(pem)
    }
  } finally {
    await file.close()
  }
}
