/** What can keep a script from getting onto a board: a closed list, each with the exit code of `ibake flash`. */

/** Exit codes by trouble. */
export const flashTroubles = {
  "tools/missing": 1,
  "tools/failed": 1,
  "port/missing": 3,
  "port/busy": 4,
  "port/denied": 4,
  "board/silent": 5,
  "board/noise": 5,
  "board/wrong": 6,
  "board/firmware": 6,
  "store/full": 7,
  "transfer/refused": 8,
  "transfer/stalled": 8,
  "transfer/gone": 8,
  "verify/differs": 8,
} as const

export type FlashCode = keyof typeof flashTroubles

/** Why a script is not on the board, and what to do next, in words. */
export interface FlashTrouble extends Error {
  readonly code: FlashCode
  /** The old script is gone and no new one starts; otherwise the board is as it was. */
  readonly emptied: boolean
}

/** A FlashTrouble, to be thrown. */
export function flashTrouble(code: FlashCode, words: string, board: "as it was" | "emptied" = "as it was"): FlashTrouble {
  return Object.assign(new Error(words), { code, emptied: board === "emptied" })
}

/** Tells a FlashTrouble from any other error. */
export function isFlashTrouble(error: unknown): error is FlashTrouble {
  return error instanceof Error && "code" in error && typeof error.code === "string" && Object.hasOwn(flashTroubles, error.code)
}
