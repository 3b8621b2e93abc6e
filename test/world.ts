/**
 * A small world for protocol tests: a KMS at its desk and radios, each on a virtual board behind its own narrow link, all of it from one seed.
 * Every radio runs the whole Device; nothing is mocked but the air, and by `sizedKit` the pairing.
 */
import assert from "node:assert/strict"
import { createWorld, type Air, type BoardOptions, type VirtualBoard, type World } from "../boards/virtual/port.ts"
import { isFault, type Fault } from "../sdk/base/fault.ts"
import { done, map } from "../sdk/base/job.ts"
import { Device, type Answering, type CallChoices, type CallHandle, type Deferral, type DeviceEvents, type Enrolment, type Fetched, type Secured } from "../sdk/device.ts"
import type { Encapsulation, Ibe, Params, PrivateKey } from "../sdk/ibe/ibe.ts"
import { seal } from "../sdk/ibe/seal.ts"
import { ntp, ntpSeconds, period, type Identity } from "../sdk/ibake/identity.ts"
import { Desk, deskKms } from "../sdk/kms/desk.ts"
import { issuer } from "../sdk/kms/issue.ts"
import type { Kms, Subscriber } from "../sdk/kms/types.ts"
import type { Periods } from "../sdk/mikey/vendor.ts"
import type { Board } from "../sdk/port.ts"
import type { Limits, Profile } from "../sdk/suite.ts"
import { nobleSym } from "../sdk/sym/noble.ts"
import { fastKit, octetsOf, seeded, type Kit } from "./fixture.ts"
import { Tap } from "./tap.ts"
import { testKem, testKemMaster } from "./test-kem.ts"

/** Octets that suite 0x01 needs where the test KEM needs fewer. */
const SIZED = { enc: 80, key: 96 } as const

/** The fast kit with encapsulations and private keys as long as those of suite 0x01: every message is cut into as many blocks as a real one. */
export function sizedKit(): Kit {
  const inner = testKem(nobleSym)
  const master = testKemMaster(nobleSym)
  const ibe: Ibe = {
    ...inner,
    privateKey: (octets) => done(octets.length === SIZED.key ? { octets: new Uint8Array(octets) } : undefined),
    verify: (key, uid, par) => inner.verify(inKey(key), uid, par),
    encapsulate: (uid: Uint8Array, par: Params, seed: Uint8Array) =>
      map(inner.encapsulate(uid, par, seed), (made): Encapsulation => ({ secret: made.secret, enc: padded(made.enc, SIZED.enc) })),
    encOctets: (data) => (data.length >= SIZED.enc ? SIZED.enc : 0),
    decapsulate: (enc, key, uid, par) => (enc.subarray(64).every((o) => o === 0) ? inner.decapsulate(enc.subarray(0, 64), inKey(key), uid, par) : done(undefined)),
  }
  const kit = fastKit()
  return {
    profile: { ...kit.profile, suites: [{ id: ibe.suiteId, ibe, box: seal(ibe, nobleSym) }] },
    master: { ...master, keyOctets: SIZED.key, extract: (secret, uid) => map(master.extract(secret, uid), (key) => padded(key, SIZED.key)) },
  }
}

function inKey(key: PrivateKey): PrivateKey {
  return { octets: key.octets.subarray(0, 32) }
}

function padded(octets: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  out.set(octets)
  return out
}

/** What a world is like; everything has a default. */
export interface TownOptions {
  readonly seed: number
  /** Of every link; default 128. */
  readonly mtu?: number
  readonly air?: Partial<Air>
  readonly kit?: Kit
  readonly limits?: Partial<Limits>
  /** Its KMS, where it is not the kit's own for police.example: a name in topics, the host of its radios, and what it issues under. */
  readonly kms?: { readonly name: string; readonly host: string; readonly state: Kms }
  /** Another town of the same world, on the same broker and clock. */
  readonly beside?: Town
}

/** What a radio may have of its own. */
export interface RadioOptions extends BoardOptions {
  readonly uris?: readonly string[]
  /** A board without UTC of its own: its requests carry COUNTER. */
  readonly clock?: "none"
  readonly store?: "open"
  readonly profile?: Partial<Profile>
  /** Changes what enrolment gave the device, not what the KMS keeps. */
  readonly enrolment?: Partial<Enrolment>
  readonly events?: DeviceEvents
  readonly answering?: Answering
  /** What stands between the device and its board in every life. */
  readonly through?: (board: Board) => Board
}

/** A result that comes later. */
export interface Later<T> {
  /** Undefined until then. */
  value: T | Fault | undefined
  /** How often it came: 0 or 1, or something is wrong. */
  times: number
}

const secrets = new Map<string, Kms>()

/** One KMS for each kind of kit: its master secret and its public parameter do not depend on the seed. */
function kmsOf(kit: Kit): Kms {
  const key = `${kit.master.suiteId}.${kit.master.keyOctets}`
  let kms = secrets.get(key)
  if (kms === undefined) secrets.set(key, (kms = deskKms(kit.master, octetsOf("town", kit.master.seedOctets), { uri: "kms.police.example", hosts: ["police.example"] })))
  return kms
}

/** The world, its KMS and whoever was enrolled. */
export class Town {
  readonly world: World
  readonly kit: Kit
  readonly kms: Kms
  readonly kmsBoard: VirtualBoard
  readonly kmsIgnored: Fault[] = []
  readonly tap: Tap
  readonly radios: Radio[] = []
  readonly options: TownOptions
  /** Host of its radios. */
  readonly host: string
  desk: Desk
  private readonly subscribers: (Pick<Subscriber, "pskId" | "psk" | "identities"> & { revoked: boolean })[] = []

  constructor(options: TownOptions) {
    const kit = options.kit ?? sizedKit()
    const limits = { ...kit.profile.limits, ...options.limits }
    this.options = options
    this.kit = { ...kit, profile: { ...kit.profile, limits } }
    this.kms = options.kms?.state ?? kmsOf(kit)
    this.host = options.kms?.host ?? "police.example"
    this.world = options.beside?.world ?? createWorld({ seed: options.seed, air: options.air })
    this.tap = options.beside?.tap ?? new Tap(nobleSym)
    this.kmsBoard = this.world.board(options.kms === undefined ? "kms" : `kms ${options.kms.name}`, { mtu: options.mtu ?? 128, utcError: 0, capacity: 10_000_000 })
    this.desk = this.newDesk()
    this.kmsBoard.do(() => this.desk.open())
  }

  private newDesk(): Desk {
    const { profile, master } = this.kit
    const desk = new Desk({ board: this.tap.on(this.kmsBoard), name: this.options.kms?.name ?? "k", kms: this.kms, issuer: issuer(profile, [master]), sym: nobleSym, limits: profile.limits })
    desk.onIgnored = (fault) => this.kmsIgnored.push(fault)
    for (const subscriber of this.subscribers) desk.admit(subscriber)
    return desk
  }

  /** The KMS begins a new life: its memory is new, its store is not. */
  bootKms(): void {
    this.kmsBoard.powerOn(() => {
      // the link is a new life's too
      this.desk = this.newDesk()
      this.desk.open()
    })
  }

  /** Enrols a radio `sip:<name>@<host>`, or under its own URIs, and switches it on. */
  radio(name: string, options: RadioOptions = {}): Radio {
    const draw = seeded(`enrolment of ${name}, seed ${this.options.seed}`)
    const fill = this.desk.enrol(options.uris ?? [`sip:${name}@${this.host}`], (octets) => draw(octets)!)
    this.subscribers.push({ pskId: fill.pskId, psk: fill.psk, identities: fill.identities, revoked: false })
    const radio = new Radio(this, name, { ...fill, ...options.enrolment }, options)
    this.radios.push(radio)
    return radio
  }

  /** Takes a radio's rights away. */
  revoke(radio: Radio): void {
    for (const s of this.subscribers) if (s.pskId === radio.enrolment.pskId) s.revoked = true
    for (const s of this.subscribers) this.desk.admit(s)
  }

  /** Lets time pass until something is so; fails with the seed if it never is. */
  until(so: () => boolean, withinMs: number, what = "it"): void {
    if (so()) return
    const end = this.world.run({ until: this.world.now() + withinMs, stop: so })
    assert(end === "stopped", `${what} never came to be within ${withinMs} ms (${this.world.toString()})`)
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.world.run({ until: this.world.now() + ms })
  }

  /** Number of the current key period. */
  period(): number {
    return period(ntpSeconds(ntp(this.world.utc())), this.kms.own)!
  }
}

/** One radio: a board, and the Device of its present life. */
export class Radio {
  readonly town: Town
  readonly name: string
  readonly board: VirtualBoard
  readonly me: Identity
  readonly enrolment: Enrolment
  profile: Profile
  readonly secured: Secured[] = []
  readonly ignored: Fault[] = []
  readonly links: string[] = []
  device!: Device
  private told: { readonly fault: Fault | undefined } | undefined
  private readonly events: DeviceEvents
  private readonly answering: Answering | undefined
  private readonly through: (board: Board) => Board

  constructor(town: Town, name: string, enrolment: Enrolment, options: RadioOptions) {
    const { clock, store, profile, events, answering, uris: _uris, enrolment: _enrolment, through, ...board } = options
    this.town = town
    this.name = name
    this.enrolment = enrolment
    this.me = enrolment.identities[0]!
    this.profile = { ...town.kit.profile, ...profile }
    this.events = events ?? {}
    this.answering = answering
    this.through = through ?? ((own) => own)
    const time = clock === "none" ? {} : { utcError: 0 }
    this.board = town.world.board(name, { mtu: town.options.mtu ?? 128, ...time, ...(store === "open" ? {} : { sealed: true as const }), ...board })
    this.board.do(() => this.boot())
  }

  /** What happens at each power on. */
  boot(): void {
    const events: DeviceEvents = {
      onSecured: (call) => {
        this.secured.push(call)
        this.events.onSecured?.(call)
      },
      onIgnored: (fault) => {
        this.ignored.push(fault)
        this.events.onIgnored?.(fault)
      },
      onLink: (state) => {
        this.links.push(state)
        this.events.onLink?.(state)
      },
      onProgress: (progress) => this.events.onProgress?.(progress),
    }
    this.device = new Device(this.through(this.town.tap.on(this.board)), this.profile, this.enrolment, events, this.answering)
    this.told = undefined
    this.device.open((fault) => (this.told = { fault }))
  }

  /** Waits for what `open` says in this life. */
  opened(): Fault | undefined {
    this.town.until(() => this.told !== undefined, 1000, `${this.name}'s opening`)
    return this.told!.fault
  }

  /** Switches it on again. */
  powerOn(): void {
    this.board.powerOn(() => this.boot())
  }

  /** Switches it off and on with some of its profile changed; what its store keeps stays. */
  reborn(change: Partial<Profile>): void {
    this.profile = { ...this.profile, ...change }
    this.powerOn()
  }

  fetch(periods?: Periods): Later<Fetched> {
    const later: Later<Fetched> = { value: undefined, times: 0 }
    this.board.do(() => this.device.fetchKeys(periods, settle(later)))
    return later
  }

  call(peer: string, choices: CallChoices = {}): Later<Secured> & { readonly handle: CallHandle } {
    const later: Later<Secured> = { value: undefined, times: 0 }
    let handle: CallHandle | undefined
    this.board.do(() => (handle = this.device.callWith(peer, choices, settle(later))))
    return Object.assign(later, { handle: handle! })
  }

  /** New keys for a call. */
  rekey(of: Secured): Later<Secured> {
    const later: Later<Secured> = { value: undefined, times: 0 }
    this.board.do(() => this.device.rekey(of, {}, settle(later)))
    return later
  }

  /** Opens what a mailbox passed on. */
  openDeferred(octets: Uint8Array): Later<Deferral> {
    const later: Later<Deferral> = { value: undefined, times: 0 }
    this.board.do(() => this.device.openDeferred(octets, settle(later)))
    this.town.until(() => later.value !== undefined, 10_000, "the opening of an ESK")
    return later
  }

  /** Fetches and waits for it; a Fault fails the test. */
  fetched(periods?: Periods, withinMs = 700_000): Fetched {
    const later = this.fetch(periods)
    this.town.until(() => later.value !== undefined, withinMs, `${this.name}'s fetch`)
    return held(later)
  }

  /** Calls and waits for it; a Fault fails the test. */
  called(peer: string, choices: CallChoices = {}): Secured {
    const later = this.call(peer, choices)
    this.town.until(() => later.value !== undefined, 70_000, `${this.name}'s call`)
    return held(later)
  }

  get uri(): string {
    return `sip:${this.name}@${this.town.host}`
  }
}

function settle<T>(later: Later<T>): (value: T | Fault) => void {
  return (value) => {
    later.value = value
    later.times++
  }
}

/** The good value of a result that came. */
export function held<T>(later: Later<T>): T {
  const value = later.value
  assert(value !== undefined, "nothing came")
  assert(!isFault(value), isFault(value) ? `${value.fault} at ${value.at}` : "")
  return value
}

/** The code of a Fault that came. */
export function faultOf<T>(later: Later<T>): string {
  assert(isFault(later.value), `expected a Fault, got ${JSON.stringify(later.value)}`)
  return later.value.fault
}

/** The keys of a call in one line, for comparing both ends. */
export function keysOf(call: Secured): string {
  return JSON.stringify(call.contexts.map((c) => ({ ...c, masterKey: Buffer.from(c.masterKey).toString("hex"), salt: Buffer.from(c.masterSalt).toString("hex"), mki: Buffer.from(c.mki).toString("hex") })))
}
