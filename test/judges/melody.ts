/**
 * The audio that judges of SRTP hear: a melody at 8000 Hz in G.711, cut into RTP packets of 20 ms.
 * As a script it writes the file: `npx tsx test/judges/melody.ts pcmu melody.ul`, which `ffplay -f mulaw -ar 8000 melody.ul` plays.
 */
import { writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"

/** A name of a codec. */
export type Codec = "pcmu" | "pcma"

/** G.711: the RTP payload type of RFC 3551, its name in SDP, and the one that ffmpeg has for the raw format. */
export const codecs: Readonly<Record<Codec, { readonly payloadType: number; readonly name: string; readonly format: string; encode(sample: number): number }>> = {
  pcmu: { payloadType: 0, name: "PCMU", format: "mulaw", encode: muLaw },
  pcma: { payloadType: 8, name: "PCMA", format: "alaw", encode: aLaw },
}

/** Octets of payload in a packet: 20 ms. */
export const FRAME: number = 160
const RATE = 8000
/** Frequency in Hz and length in frames of each note: Ode to Joy, its first bar and a half. */
const notes: readonly (readonly [number, number])[] = [[329.63, 12], [329.63, 12], [349.23, 12], [392, 12], [392, 12], [349.23, 12], [329.63, 8]]

/** Samples of 16 bits. */
function samples(): Int16Array {
  const out = new Int16Array(notes.reduce((sum, [, frames]) => sum + frames, 0) * FRAME)
  let at = 0
  for (const [hertz, frames] of notes)
    for (let i = 0; i < frames * FRAME; i++) out[at++] = Math.round(12000 * Math.sin((2 * Math.PI * hertz * i) / RATE) * Math.exp((-3 * i) / (frames * FRAME)))
  return out
}

/** The melody in a codec, one octet a sample. */
export function melody(codec: Codec): Uint8Array {
  return Uint8Array.from(samples(), codecs[codec].encode)
}

/** ITU-T G.711, mu-law of a linear sample of 16 bits. */
function muLaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32635) + 132
  const exponent = 24 - Math.clz32(magnitude)
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 0xff
}

/** ITU-T G.711, A-law. */
function aLaw(sample: number): number {
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 32767)
  const exponent = magnitude < 256 ? 0 : 24 - Math.clz32(magnitude)
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 15
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55
}

/** An RTP packet of RFC 3550 and the rollover counter that goes with its number. */
export interface Packet {
  readonly octets: Uint8Array
  readonly roc: number
}

/** The melody as a stream that begins at a sequence number and rollover counter. */
export function packets(codec: Codec, ssrc: number, seq: number, roc: number): Packet[] {
  const audio = melody(codec)
  return Array.from({ length: audio.length / FRAME }, (_, i) => {
    const octets = Buffer.alloc(12 + FRAME)
    octets[0] = 0x80
    octets[1] = codecs[codec].payloadType | (i === 0 ? 0x80 : 0)
    octets.writeUInt16BE((seq + i) % 65536, 2)
    octets.writeUInt32BE(i * FRAME, 4)
    octets.writeUInt32BE(ssrc, 8)
    octets.set(audio.subarray(i * FRAME, (i + 1) * FRAME), 12)
    return { octets, roc: roc + Math.floor((seq + i) / 65536) }
  })
}

/** An empty receiver report and a BYE of a sender. */
export function goodbye(ssrc: number): Uint8Array {
  const octets = Buffer.from("80c9000100000000" + "81cb000100000000", "hex")
  octets.writeUInt32BE(ssrc, 4)
  octets.writeUInt32BE(ssrc, 12)
  return octets
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [codec, file] = process.argv.slice(2)
  if (file === undefined || (codec !== "pcmu" && codec !== "pcma")) throw new Error("expected pcmu or pcma, and a file to write")
  writeFileSync(file, melody(codec))
}
