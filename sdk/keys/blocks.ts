/** Blocks of an unfinished transfer in a board's store: each is written once, under `<prefix><index>`, as the DATA frame that brought it. */
import type { Store } from "../port.ts"
import type { BlockKeeper } from "./receiver.ts"

/** Keeps blocks in `store`; `prefix` is at most 25 characters of [a-z0-9._-]. They hold ciphertext and identities: the store need not be sealed. */
export function blocksIn(store: Store, prefix: string): BlockKeeper {
  return {
    keep: (index, frame) => store.put(prefix + index, frame),
    read: (index) => store.get(prefix + index),
    drop: (index) => store.remove(prefix + index),
  }
}
