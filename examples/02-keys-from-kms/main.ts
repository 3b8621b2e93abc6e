/** A KMS with a database behind a real MQTT broker, and a Linux radio that fetches a week of keys from it over 128-octet frames. */
import { Device, isFault } from "ibake"
import { nodeBoard } from "ibake/boards/node"
import { defaultIssuer, defaultMaster, foundKms, newDevice, openKms, openStore, pgliteDriver, serve, startBroker } from "ibake/kms"
import { noble } from "ibake/profiles/noble"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = mkdtempSync(join(tmpdir(), "ibake-example-"))
const profile = noble()

// the operator's side: any MQTT broker and any PostgreSQL do as well
const broker = await startBroker()
const driver = await pgliteDriver(join(folder, "kms"))
const store = await openStore(driver)
const unlock = { kind: "key" as const, octets: new Uint8Array(randomBytes(32)) }
const founding = { name: "county", uri: "kms.fire.example", hosts: ["fire.example"], periodLength: 86400, periodOffset: 0, skewSeconds: 300, horizonPeriods: 31 }
await foundKms(store, defaultMaster(), founding, unlock, Date.now())
const open = await openKms(store, [defaultMaster()], unlock)
const service = await serve({ store, open, issuer: defaultIssuer([defaultMaster()]), sym: profile.sym, broker: { url: broker.url, protocol: 4 } })
await service.ready

// enrolment: the key fill goes into the radio by hand
const wish = { identities: [{ type: 1, uri: "sip:anna@fire.example" }], mtu: 128, transferOctets: 16384, broker: { url: broker.url, protocol: 4 as const } }
const { row, fill } = newDevice(profile.sym, open, wish, Date.now())
await store.enrol(row)

// the radio's side
const board = nodeBoard({ name: "anna", folder: join(folder, "anna"), sealed: true, mqtt: { url: fill.broker.url, mtu: fill.mtu } })
const radio = new Device(board, profile, { ...fill, kmsName: fill.kms.name, set: fill.kms.own }, { onProgress: (p) => console.log(`${p.way} ${p.held} of ${p.of}`) })
radio.open()
const today = Math.floor((Date.now() / 1000 + 2208988800) / 86400)
radio.fetchKeys({ first: today, count: 7 }, (keys) => {
  console.log(isFault(keys) ? keys : `anna holds keys for ${keys.periods.length} days`)
  void end()
})

async function end(): Promise<void> {
  radio.close()
  board.close()
  await service.close()
  open.close()
  await driver.close()
  await broker.close()
  rmSync(folder, { recursive: true })
}
