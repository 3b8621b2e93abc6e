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
  const out = new Uint8Array((text.length / 4) * 3 - padding)
  let at = 0
  for (let i = 0; i < text.length; i += 4) {
    const last = i + 4 === text.length ? padding : 0
    let word = 0
    for (let k = 0; k < 4; k++) {
      const value = k < 4 - last ? valueOf(text.charCodeAt(i + k)) : 0
      if (value < 0) return undefined
      word = word * 64 + value
    }
    if ((last === 1 && (word & 255) !== 0) || (last === 2 && (word & 65535) !== 0)) return undefined
    for (let shift = 16; shift >= 8 * last; shift -= 8) out[at++] = word >> shift
  }
  return out
}

/** The six bits of a character, or -1. */
function valueOf(c: number): number {
  if (c >= 65 && c <= 90) return c - 65
  if (c >= 97 && c <= 122) return c - 71
  if (c >= 48 && c <= 57) return c + 4
  return c === 43 ? 62 : c === 47 ? 63 : -1
}
