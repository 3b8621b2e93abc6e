/** Draws docs/call.svg, the README's picture: a week of keys over a narrow channel, then a call that the KMS has no part in. Run: npx tsx docs/make-call-svg.ts */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const WIDTH = 860
const lanes = { anna: 130, kms: 430, ben: 730 } as const
type Lane = keyof typeof lanes

interface Arrow {
  readonly from: Lane
  readonly to: Lane
  readonly name: string
  readonly what: string
}

const fetches: readonly Arrow[] = [
  { from: "anna", to: "kms", name: "REQUEST_KEY_INIT", what: "who I am, which days" },
  { from: "kms", to: "anna", name: "REQUEST_KEY_RESP", what: "one private key a day, and the time" },
  { from: "ben", to: "kms", name: "REQUEST_KEY_INIT", what: "who I am, which days" },
  { from: "kms", to: "ben", name: "REQUEST_KEY_RESP", what: "one private key a day, and the time" },
]
const call: readonly Arrow[] = [
  { from: "anna", to: "ben", name: "I_MESSAGE_1", what: "[x]P, sealed to Ben's identity" },
  { from: "ben", to: "anna", name: "R_MESSAGE_1", what: "[x]P and [y]P, sealed to Anna's identity" },
  { from: "anna", to: "ben", name: "I_MESSAGE_2", what: "[y]P again, sealed to Ben: I could open yours" },
  { from: "ben", to: "anna", name: "R_MESSAGE_2", what: "proof of the common key" },
]

/** The picture as SVG text. */
export function callSvg(): string {
  const parts: string[] = []
  let y = 96
  parts.push(band(y - 24, "Once a week: MQTT, datagrams of 32 octets and up, lost and doubled at will"))
  for (const arrow of fetches) parts.push(line(arrow, (y += 44)))
  y += 70
  parts.push(band(y - 24, "A call: MIKEY-IBAKE over SIP, serial or MQTT"))
  for (const arrow of call) parts.push(line(arrow, (y += 44)))
  y += 36
  parts.push(box("anna", y, ["SRTP master key,", "salt, MKI, SSRC"], "#0b6e4f"), box("kms", y, ["sees neither x nor y:", "no session key"], "#7a1f1f"), box("ben", y, ["the same SRTP", "keys"], "#0b6e4f"))
  const height = y + 76
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="14" role="img" aria-labelledby="title">`,
    `<title id="title">Two radios fetch their keys from a KMS and then agree on SRTP keys that it cannot know</title>`,
    `<defs><marker id="tip" markerWidth="10" markerHeight="8" refX="9" refY="4" orient="auto"><path d="M0 0L10 4L0 8z" fill="#1b3a5c"/></marker></defs>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...(Object.keys(lanes) as Lane[]).map((lane) => `<path d="M${lanes[lane]} 52V${y}" stroke="#b8c4d0" stroke-dasharray="3 4"/>`),
    head("anna", "Anna's radio"),
    head("kms", "KMS"),
    head("ben", "Ben's radio"),
    ...parts,
    "</svg>\n",
  ].join("\n")
}

function head(lane: Lane, name: string): string {
  return `<rect x="${lanes[lane] - 70}" y="16" width="140" height="36" rx="6" fill="#1b3a5c"/>\n${words(lanes[lane], 39, name, "#fff", "bold")}`
}

function band(y: number, name: string): string {
  return `<rect x="16" y="${y}" width="${WIDTH - 32}" height="28" rx="4" fill="#e8eef4"/>\n${words(WIDTH / 2, y + 19, name, "#1b3a5c", "bold")}`
}

function line(arrow: Arrow, y: number): string {
  const from = lanes[arrow.from]
  const to = lanes[arrow.to]
  const middle = (from + to) / 2
  const halo = `<rect x="${middle - 146}" y="${y - 19}" width="292" height="36" fill="#fff" opacity="0.9"/>`
  const end = to > from ? to - 2 : to + 2
  return `${halo}\n<path d="M${from} ${y}H${end}" stroke="#1b3a5c" stroke-width="1.5" marker-end="url(#tip)"/>\n${words(middle, y - 6, arrow.name, "#111", "bold")}\n${words(middle, y + 15, arrow.what, "#444", "normal")}`
}

function box(lane: Lane, y: number, lines: readonly string[], colour: string): string {
  const text = lines.map((each, i) => words(lanes[lane], y + 22 + 18 * i, each, colour, "bold")).join("\n")
  return `<rect x="${lanes[lane] - 90}" y="${y}" width="180" height="52" rx="6" fill="#fff" stroke="${colour}" stroke-width="2"/>\n${text}`
}

function words(x: number, y: number, text: string, colour: string, weight: string): string {
  return `<text x="${x}" y="${y}" text-anchor="middle" fill="${colour}" font-weight="${weight}">${text}</text>`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(fileURLToPath(new URL("call.svg", import.meta.url)), callSvg())
