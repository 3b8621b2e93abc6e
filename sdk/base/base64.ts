/** base64 with padding, RFC 4648 section 4, as SDP and MIME carry it: devices have neither Buffer nor atob. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/** base64 of octets, one line. */
export function base64(octets: Uint8Array): string {
  let out = ""
  for (let i = 0; i < octets.length; i += 3) {
    const left = octets.length - i
    const word = (octets[i]! << 16) | ((left > 1 ? octets[i + 1]! : 0) << 8) | (left > 2 ? octets[i + 2]! : 0)
    out += ALPHABET.charAt(word >> 18) + ALPHABET.charAt((word >> 12) & 63)
    out += left > 1 ? ALPHABET.charAt((word >> 6) & 63) : "="
    out += left > 2 ? ALPHABET.charAt(word & 63) : "="
  }
  return out
}

/** Octets of base64, or undefined for anything but the one text that `base64` gives: padding is required and unused bits are zero. */
export function unbase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.charAt(text.length - 1) !== "=" ? 0 : text.charAt(text.length - 2) !== "=" ? 1 : 2
  const padded = text.substring(0, text.length - padding) + "AA".substring(0, padding)
  const values = valuesOf()
  const out = new Uint8Array((text.length / 4) * 3)
  let at = 0
  let word = 0
  let codes = 0
  let wrong = 0
  for (let i = 0; i < padded.length; i += 4) {
    const a = padded.charCodeAt(i)
    const b = padded.charCodeAt(i + 1)
    const c = padded.charCodeAt(i + 2)
    const d = padded.charCodeAt(i + 3)
    word = (values[a]! << 18) | (values[b]! << 12) | (values[c]! << 6) | values[d]!
    codes |= a | b | c | d
    wrong |= word
    out[at] = word >> 16
    out[at + 1] = word >> 8
    out[at + 2] = word
    at += 3
  }
  // a value of -1 leaves the sign, wherever it stood; what has no place in the table is above 127
  if (codes > 127 || wrong < 0 || (word & [0, 255, 65535][padding]!) !== 0) return undefined
  return out.subarray(0, out.length - padding)
}

/** The six bits of each character below 128, or -1. */
function valuesOf(): Int8Array {
  const out = new Int8Array(128)
  for (let i = 0; i < out.length; i++) out[i] = -1
  for (let i = 0; i < ALPHABET.length; i++) out[ALPHABET.charCodeAt(i)] = i
  return out
}
