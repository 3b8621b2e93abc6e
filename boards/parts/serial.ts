/** A pipe over a serial line, or a UART service of Bluetooth, to a gateway that speaks MQTT: frames.ts from the board's end. */
import type { Clock } from "../../sdk/port.ts"
import { addressed, deframer, framed, kind, named, unaddressed, type Frame } from "./frames.ts"
import type { Pipe, PipeEvents } from "./link.ts"

/** A line: octets out, octets in. */
export interface Wire {
  write(octets: Uint8Array): void
  /** Whoever is told of octets that come in, from now on; undefined is nobody. */
  listen(heard: ((octets: Uint8Array) => void) | undefined): void
}

/** OPEN is repeated, and frames that the gateway has not taken are given up, after so many milliseconds. */
const PATIENCE = 2000

/** The board's end of a line to a gateway; `mtu` is the longest payload either way. */
export function serialPipe(wire: Wire, clock: Clock, mtu: number): Pipe {
  return new SerialPipe(wire, clock, mtu)
}

class SerialPipe implements Pipe {
  private readonly wire: Wire
  private readonly clock: Clock
  private readonly mtu: number
  private to: PipeEvents | undefined
  private life: number
  private ready: boolean
  private number: number
  private under: { readonly number: number; readonly at: number; readonly gone: () => void }[]

  constructor(wire: Wire, clock: Clock, mtu: number) {
    this.wire = wire
    this.clock = clock
    this.mtu = mtu
    this.to = undefined
    this.life = 0
    this.ready = false
    this.number = 0
    this.under = []
  }

  open(to: PipeEvents): void {
    this.to = to
    this.life++
    this.wire.listen(deframer(256 + this.mtu, (frame) => this.heard(frame)))
    this.knock(this.life)
  }

  publish(topic: string, payload: Uint8Array, gone: () => void): boolean {
    const body = addressed(topic, payload)
    if (body === undefined) return false
    this.number = (this.number + 1) & 255
    this.under.push({ number: this.number, at: this.clock.ticks(), gone })
    this.wire.write(framed(kind.PUBLISH, this.number, body))
    return true
  }

  subscribe(topic: string): boolean {
    const body = named(topic)
    if (body === undefined) return false
    this.wire.write(framed(kind.SUBSCRIBE, 0, body))
    return true
  }

  close(): void {
    this.wire.write(framed(kind.CLOSE, 0, new Uint8Array(0)))
    this.wire.listen(undefined)
    this.to = undefined
    this.ready = false
    this.under = []
    this.life++
  }

  /** Asks for the gateway until it answers, and looks after frames that it never took. */
  private knock(life: number): void {
    if (life !== this.life) return
    if (!this.ready) {
      const body = new Uint8Array(3)
      body[0] = 1
      body[1] = this.mtu >> 8
      body[2] = this.mtu
      this.wire.write(framed(kind.OPEN, 0, body))
    }
    const late = this.clock.ticks() - PATIENCE
    while (this.under.length > 0 && this.under[0]!.at <= late) this.under.shift()!.gone()
    this.clock.after(PATIENCE, () => this.knock(life))
  }

  private heard(frame: Frame): void {
    const to = this.to
    if (to === undefined) return
    if (frame.kind === kind.READY) {
      // a gateway that was started anew says so again, and has forgotten our subscriptions
      if (this.ready) to.closed()
      this.ready = true
      this.under = []
      to.ready()
    } else if (frame.kind === kind.CLOSED) {
      this.ready = false
      this.under = []
      to.closed()
    } else if (frame.kind === kind.TAKEN) this.taken(frame.number)
    else if (frame.kind === kind.MESSAGE) {
      const message = unaddressed(frame.body)
      if (message !== undefined && message.payload.length <= this.mtu) to.message(message.topic, message.payload)
    }
  }

  private taken(number: number): void {
    let count = 0
    for (let i = 0; i < this.under.length; i++) if (this.under[i]!.number === number) count = i + 1
    for (; count > 0; count--) this.under.shift()!.gone()
  }
}
