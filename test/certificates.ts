/**
 * Certificates for tests, made by the `openssl` command when they are needed, so that none expires. Keys are few and shared: what a certificate says of its
 * key is what these tests are about. Authorities have EC keys, which cost nothing.
 */
import { spawnSync } from "node:child_process"
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { signerOf } from "../boards/node/signer.ts"
import type { Signer } from "../sdk/ibake/signer.ts"
import { folder } from "./processes.ts"

/** Runs `openssl`; what it says on standard output. Throws with what it complains of. */
export function openssl(...words: readonly string[]): Buffer {
  const done = spawnSync("openssl", words, { timeout: 30000 })
  if (done.status !== 0) throw new Error(`openssl ${words.join(" ")}: ${done.stderr?.toString() ?? done.error?.message}`)
  return done.stdout
}

/** Whether there is an openssl at all. */
export function hasOpenssl(): boolean {
  return spawnSync("openssl", ["version"]).status === 0
}

/** A certificate with the private key of its subject; both lie in `folder` as `<name>.pem` and `<key>.key`. */
export interface Issued {
  readonly name: string
  readonly file: string
  readonly keyFile: string
  readonly x509: X509Certificate
  readonly der: Uint8Array
  readonly key: KeyObject
}

/** What a certificate is to say. */
export interface Wish {
  /** As `-subj` takes it. */
  readonly subject: string
  /** Name of the key: made at its first use, of the kind that it begins with: `rsa2048`, `rsa3072`, `ec`. */
  readonly key: string
  /** Lines of an extension file. */
  readonly extensions: readonly string[]
  /** Signed by this one; by itself without it. */
  readonly by?: Issued
  readonly days?: number
  /** More words for `openssl x509 -req`. */
  readonly more?: readonly string[]
}

export const authority: readonly string[] = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash"]
export const device: readonly string[] = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature", "extendedKeyUsage=clientAuth"]

const kinds: readonly (readonly [string, readonly string[]])[] = [
  ["rsapss", ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"]],
  ["rsa", ["-algorithm", "RSA"]],
  ["ec", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]],
]

/** An authority of certificates with a folder of its own; `end` removes it. */
export class Pki {
  readonly folder: string = folder("pki")
  private count = 0
  private readonly keys = new Set<string>()

  end(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, octets: string | Uint8Array): string {
    writeFileSync(this.path(name), octets, { mode: 0o600 })
    return this.path(name)
  }

  /** Path of a private key of this name. */
  key(name: string): string {
    const path = this.path(`${name}.key`)
    if (this.keys.has(name)) return path
    const [kind, words] = kinds.find(([start]) => name.startsWith(start))!
    const bits = /^rsa(\d+)/.exec(name)?.[1]
    openssl("genpkey", ...words, ...(kind === "rsa" ? ["-pkeyopt", `rsa_keygen_bits:${bits}`] : []), "-out", path)
    this.keys.add(name)
    return path
  }

  issue(wish: Wish): Issued {
    const name = `certificate-${++this.count}`
    const [request, file, extensions] = [this.path(`${name}.csr`), this.path(`${name}.pem`), this.write(`${name}.ext`, `${wish.extensions.join("\n")}\n`)]
    const key = this.key(wish.key)
    openssl("req", "-new", "-key", key, "-subj", wish.subject, "-out", request)
    const signing = wish.by === undefined ? ["-signkey", key] : ["-CA", wish.by.file, "-CAkey", wish.by.keyFile]
    const serial = ["-set_serial", String(1000 + this.count)]
    openssl("x509", "-req", "-in", request, ...signing, ...serial, "-days", String(wish.days ?? 30), "-extfile", extensions, ...(wish.more ?? ["-sha256"]), "-out", file)
    const x509 = new X509Certificate(readFileSync(file))
    return { name, file, keyFile: key, x509, der: new Uint8Array(x509.raw), key: createPrivateKey(readFileSync(key)) }
  }

  /** A PEM file of several certificates. */
  chain(name: string, chain: readonly Issued[]): string {
    return this.write(name, chain.map((c) => readFileSync(c.file, "utf8")).join(""))
  }
}

/** What most tests stand on: a root, an authority under it, a device of it, and a KMS of its own making. */
export interface House {
  readonly pki: Pki
  readonly root: Issued
  readonly middle: Issued
  readonly device: Issued
  readonly kms: Issued
  /** Device and authority, as CERT... carries them. */
  readonly chain: readonly Issued[]
  readonly signer: Signer
}

/** Makes it: a second or so. */
export function house(): House {
  const pki = new Pki()
  const root = pki.issue({ subject: "/O=Police/CN=Root", key: "ec-root", extensions: authority })
  const middle = pki.issue({ subject: "/O=Police/CN=Devices", key: "ec-middle", extensions: authority, by: root })
  const own = pki.issue({ subject: "/O=Police/CN=radio 7", key: "rsa2048-device", extensions: device, by: middle })
  const kms = pki.issue({ subject: "/O=Police/CN=KMS", key: "rsa3072-kms", extensions: ["keyUsage=critical,keyEncipherment"] })
  return { pki, root, middle, device: own, kms, chain: [own, middle], signer: signerOf([own.x509, middle.x509], own.key, kms.x509) }
}
