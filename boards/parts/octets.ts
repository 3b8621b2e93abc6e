/** The few operations on octets that ports share: they import nothing of the SDK but its types. */

/** A copy that shares no memory with its source. */
export function copied(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(octets.length)
  out.set(octets)
  return out
}

/** Overwrites with zeros. */
export function wipe(octets: Uint8Array): void {
  for (let i = 0; i < octets.length; i++) octets[i] = 0
}
