/** Symmetric parts of every kind keep the laws of sdk/sym/sym.ts. */
import assert from "node:assert/strict"
import { createCipheriv, createHash } from "node:crypto"
import { firmwareSym, type FirmwareCrypto } from "../../sdk/sym/firmware.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { plainSym } from "../../sdk/sym/plain.ts"
import { symLaws } from "./sym-laws.ts"

symLaws("noble", nobleSym)
symLaws("plain", plainSym)

/** `require("crypto")` of an Espruino with SHA256 and AES built in, over Node's: answers are ArrayBuffers. */
const firmware: FirmwareCrypto = {
  SHA256: (message) => new Uint8Array(createHash("sha256").update(message).digest()).buffer,
  AES: {
    encrypt: (message, key) => new Uint8Array(createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false).update(message)).buffer,
  },
}

symLaws("firmware", firmwareSym(firmware, plainSym))

describe("a firmware's crypto", () => {
  const wrong = (): ArrayBuffer => new ArrayBuffer(32)
  it("is used where it is right, each part by itself", () => {
    const sym = firmwareSym(firmware, plainSym)
    assert(sym.sha256 !== plainSym.sha256 && sym.hmacSha256 !== plainSym.hmacSha256 && sym.aesCtr !== plainSym.aesCtr)
    assert.equal(firmwareSym({ SHA256: firmware.SHA256 }, plainSym).aesCtr, plainSym.aesCtr)
    assert.equal(firmwareSym({ AES: firmware.AES }, plainSym).sha256, plainSym.sha256)
  })
  it("is not used where it is missing or answers otherwise than its standard", () => {
    assert.deepEqual(firmwareSym({}, plainSym), plainSym)
    assert.deepEqual(firmwareSym({ SHA256: wrong, AES: { encrypt: wrong } }, plainSym), plainSym)
    const onlyShort: FirmwareCrypto = { AES: { encrypt: (message, key, options) => (key.length === 16 ? firmware.AES!.encrypt(message, key, options) : wrong()) } }
    assert.equal(firmwareSym(onlyShort, plainSym).aesCtr, plainSym.aesCtr)
  })
})
