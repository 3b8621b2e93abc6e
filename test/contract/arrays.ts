/** A finder of secrets in memory: notes every Uint8Array that is made while a piece of code runs, and looks for octets in those still alive. */
import { hex } from "../../sdk/base/bytes.ts"

/** Runs `code` and answers every Uint8Array made meanwhile, by anybody; views of Buffers are not seen. */
export function arraysMadeBy(code: () => void): Uint8Array[] {
  const real = globalThis.Uint8Array
  const made: Uint8Array[] = []
  const watched = new Proxy(real, {
    construct(target, args, newTarget): object {
      const out = Reflect.construct(target, args, newTarget === watched ? target : newTarget) as Uint8Array
      made.push(out)
      return out
    },
  })
  // slices are made by the array's own constructor, past the proxy; noble's digests are such
  const slice = real.prototype.slice
  real.prototype.slice = function (this: Uint8Array, ...range: [number?, number?]): ReturnType<typeof slice> {
    const out = slice.apply(this, range)
    made.push(out)
    return out
  }
  globalThis.Uint8Array = watched
  try {
    code()
  } finally {
    globalThis.Uint8Array = real
    real.prototype.slice = slice
  }
  return made
}

/** Names of the secrets that some array holds, `allowed` arrays apart. */
export function found(arrays: readonly Uint8Array[], secrets: Readonly<Record<string, Uint8Array>>, allowed: readonly Uint8Array[]): string[] {
  const texts = arrays.filter((each) => !allowed.includes(each)).map(hex)
  return Object.keys(secrets).filter((name) => texts.some((text) => text.includes(hex(secrets[name]!))))
}
