/**
 * What a board lends. Three rules for every method: it returns at once; it never calls back before it has returned;
 * what it cannot do now it refuses with `false`, and says later that it can again.
 */
export interface Board {
  readonly name: string
  readonly clock: Clock
  readonly entropy: Entropy
  readonly link: Link
  readonly store: Store
  /** Between slices of long work: feeds a watchdog, lets a radio run. */
  rest?(): void
}

export interface Clock {
  /** Milliseconds since boot, never backwards. */
  ticks(): number
  /** Seconds since 1970-01-01 UTC, or undefined until trusted: IBE keys are bound to dates. */
  utc(): number | undefined
  /** Calls `wake` once, no sooner than `ms` milliseconds from now. */
  after(ms: number, wake: () => void): void
}

export interface Entropy {
  /** Fills `out` with cryptographic randomness, or answers false and leaves it untouched. */
  fill(out: Uint8Array): boolean
}

export interface Link {
  /** Longest payload in octets that `publish` takes; at least 32. */
  readonly mtu: number
  open(events: LinkEvents): void
  publish(topic: string, payload: Uint8Array): boolean
  subscribe(topic: string): boolean
  close(): void
}

export interface LinkEvents {
  /** Connected, at first or again: subscriptions of an earlier connection are gone, so make them here. */
  onReady(): void
  onMessage(topic: string, payload: Uint8Array): void
  onWritable(): void
  onClosed(): void
}

export interface Store {
  /** Cannot be read out by whoever holds the board. */
  readonly sealed: boolean
  /** Names are at most 28 characters of [a-z0-9._-]. */
  get(name: string): Uint8Array | undefined
  /** Durable and atomic once true; on false the old value stands. */
  put(name: string, value: Uint8Array): boolean
  remove(name: string): void
}
