/** Two radios of a fire brigade on simulated boards: they fetch keys from the brigade's own KMS over 64-octet frames of which one in ten is lost, and call. */
import { Device, hex, isFault, type Secured } from "ibake"
import { createWorld } from "ibake/boards/virtual"
import { defaultIssuer, defaultMaster, Desk, deskKms } from "ibake/kms"
import { noble } from "ibake/profiles/noble"
import { randomBytes } from "node:crypto"

const random = (octets: number): Uint8Array => new Uint8Array(randomBytes(octets))
const profile = noble()
const world = createWorld({ seed: 1, air: { loss: 0.1, latencyMs: [20, 200] } })

// the KMS: a master secret, and the hosts that it speaks for
const master = defaultMaster()
const kms = deskKms(master, random(master.seedOctets), { uri: "kms.fire.example", hosts: ["fire.example"] })
const station = world.board("station", { mtu: 64, utcError: 0 })
const desk = new Desk({ board: station, name: "station", kms, issuer: defaultIssuer([master]), sym: profile.sym, limits: profile.limits })

function radio(name: string): Device {
  const board = world.board(name, { mtu: 64, utcError: 0, sealed: true })
  const device = new Device(board, profile, desk.enrol([`sip:${name}@fire.example`], random), { onSecured: (call) => show(name, call) })
  board.do(() => device.open())
  return device
}

function show(name: string, call: Secured): void {
  console.log(`${(world.now() / 1000).toFixed(1)} s  ${name} is ${call.role}`)
  for (const c of call.contexts) console.log(`        ${c.from} sends: SSRC ${c.ssrc}, ${c.cipher}, key ${hex(c.masterKey.subarray(0, 4))}...`)
}

const anna = radio("anna")
const ben = radio("ben")
station.do(() => desk.open())
let ready = 0
for (const device of [anna, ben]) device.fetchKeys(undefined, (keys) => (isFault(keys) ? console.log(keys) : ++ready === 2 && call()))
world.run()

function call(): void {
  console.log(`${(world.now() / 1000).toFixed(1)} s  both hold keys`)
  anna.call("sip:ben@fire.example", (secured) => {
    if (isFault(secured)) console.log(secured)
    else show("anna", secured)
    world.after(0, () => [anna, ben].forEach((each) => each.close()))
  })
}
