/** UTF-8, RFC 3629: identities are URIs in it, and Espruino has no TextEncoder. */
import { concat } from "./bytes.ts"

/** UTF-8 octets of a string, or undefined when it holds a lone surrogate. */
export function utf8(text: string): Uint8Array | undefined {
  const parts: number[] = []
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i)
    if (c >= 0xd800 && c < 0xe000) {
      const low = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
      if (c >= 0xdc00 || low < 0xdc00 || low > 0xdfff) return undefined
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)
      i++
    }
    if (c < 0x80) parts.push(c)
    else if (c < 0x800) parts.push(0xc0 | (c >> 6), 0x80 | (c & 63))
    else if (c < 0x10000) parts.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
    else parts.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
  }
  return concat([new Uint8Array(parts)])
}

/** The string of valid UTF-8: shortest forms, no surrogates, up to U+10FFFF; otherwise undefined. */
export function text(octets: Uint8Array): string | undefined {
  let out = ""
  let i = 0
  while (i < octets.length) {
    const first = octets[i]!
    const more = first < 0x80 ? 0 : first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : -1
    if (more < 0 || i + more >= octets.length) return undefined
    let c = more === 0 ? first : first & (0x3f >> more)
    for (let k = 1; k <= more; k++) {
      const next = octets[i + k]!
      if ((next & 0xc0) !== 0x80) return undefined
      c = (c << 6) | (next & 63)
    }
    if ((more === 2 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) || (more === 3 && (c < 0x10000 || c > 0x10ffff))) return undefined
    out += c < 0x10000 ? String.fromCharCode(c) : String.fromCharCode(0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff))
    i += more + 1
  }
  return out
}
