/** A simulated store of react-native-mmkv, as its README documents it: `set` of an ArrayBuffer, `getBuffer`, `delete`, all at once and synchronous. */
import type { HermesStorage } from "../../boards/hermes/port.ts"

export class MmkvDevice implements HermesStorage {
  readonly values: Map<string, ArrayBuffer> = new Map()
  full = false

  getBuffer(name: string): ArrayBuffer | undefined {
    return this.values.get(name)
  }

  set(name: string, value: ArrayBuffer): void {
    if (this.full) throw new Error("Failed to set value: the storage is full")
    this.values.set(name, value.slice(0))
  }

  delete(name: string): void {
    this.values.delete(name)
  }
}
