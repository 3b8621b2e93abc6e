/** The blob in the memory of an ARM, and a NativePort to it whose memory is held there and here. */
import { unbase64 } from "../../sdk/base/base64.ts"
import { nativeCode } from "../../boards/espruino/native/blob.ts"
import type { NativePort } from "../../sdk/machine/native.ts"
import type { Arm, Called } from "./host.ts"

/** A port that tells what calls cost. */
export interface WatchedPort extends NativePort {
  /** Called after each call. */
  watch: (door: number, called: Called) => void
  /** Moves a memory to another place, and answers where it is now. */
  moved(memory: Uint8Array): number
  address: (memory: Uint8Array) => number
}

/** Where the blob may be, and where areas are: on the board's RAM; any address on Linux. */
export const PLACES = { blob: 0x20200000, elsewhere: 0x20234568, memory: 0x20300000 } as const
const MEMORY = 0x80000

interface Piece {
  readonly octets: Uint8Array
  address: number
}

/** Puts `code` at an address of the ARM and lends calls to it. Memory goes over before each call and comes back after. */
export function portOf(arm: Arm, place: number, code: Uint8Array = unbase64(nativeCode)!): WatchedPort {
  arm.lend(place, code.length)
  arm.write(place, code)
  arm.lend(PLACES.memory, MEMORY)
  const pieces: Piece[] = []
  let next = PLACES.memory
  const taken = (octets: number): number => {
    if (next + octets > PLACES.memory + MEMORY) next = PLACES.memory
    const from = next
    next += (octets + 15) & ~15
    // those that the ring has come round to are done with
    for (let i = pieces.length - 1; i >= 0; i--) if (pieces[i]!.address < next && from < pieces[i]!.address + pieces[i]!.octets.length) pieces.splice(i, 1)
    return from
  }
  const port: WatchedPort = {
    watch: () => undefined,
    call(door, a, b, c, d): number {
      const named = pieces.filter((piece) => [a, b, c, d].includes(piece.address))
      for (const piece of named) arm.write(piece.address, piece.octets)
      const called = arm.call(place + door + 1, a, b, c, d)
      for (const piece of named) piece.octets.set(arm.read(piece.address, piece.octets.length))
      port.watch(door, called)
      return called.r0
    },
    memory(octets): Uint8Array {
      const piece = { octets: new Uint8Array(octets), address: taken(octets) }
      pieces.push(piece)
      return piece.octets
    },
    moved(memory): number {
      const piece = pieces.find((each) => each.octets === memory)!
      return (piece.address = taken(memory.length))
    },
    address: (memory) => pieces.find((piece) => piece.octets === memory)!.address,
  }
  return port
}
