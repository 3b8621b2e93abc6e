/** What goes wrong around a KMS: one Error with a code and a line that says what to do next. Requests give Faults; troubles are the operator's. */

/** Every code there is, with what to do next. */
export const troubles = {
  "store/connect": "Start the database or mend its URL, then try again; nothing was lost.",
  "store/full": "The disk or the database's quota is full: make room, then try again; nothing half-written stays.",
  "store/corrupt": "The data folder is no database or is damaged: restore it from a backup, or name another folder.",
  "store/busy": "If it is a KMS that starts, try again when it serves; otherwise stop that process, or use a PostgreSQL server for several at once.",
  "store/failed": "The database refused the statement: see its log.",
  "store/empty": "There is no KMS in this store: make one with `ibake kms init`.",
  "store/exists": "This is already there, and is never overwritten.",
  "store/unknown": "Nothing of this name is enrolled: `ibake kms list` shows what is.",
  "store/suite": "It was founded under another IBE suite than is served here: open it with the master side of that suite, as `ibake kms` does for 1, 2 and 3.",
  "store/newer": "A newer release wrote this store: use that release.",
  "audit/broken": "The audit trail does not hang together: somebody changed it in the database. Compare it with a backup.",
  "vault/closed": "Give the passphrase or key file that this KMS was founded with; if it is the right one, the store was changed: restore a backup.",
  "vault/keyfile": "A key file holds exactly 32 octets and is readable by its owner only: make one with `openssl rand -out FILE 32 && chmod 600 FILE`.",
  "certificate/unfit": "Requests by certificate take a KMS certificate of RSA 3072 bits or more with its key, authorities as anchors, and device certificates of RSA 2048 bits or more for signing.",
  "broker/connect": "Start the broker or mend its URL and credentials, then try again.",
  "keyfill/invalid": "Have the KMS operator write the key fill anew.",
  "keyfill/exists": "A key fill is never overwritten: move it away or name another file.",
  "file/failed": "Check the path and its permissions.",
} as const

/** A code of the closed list. */
export type TroubleCode = keyof typeof troubles

/** An Error with a code of the list. */
export type Trouble = Error & { readonly code: TroubleCode }

/** Makes a Trouble whose message is one line: what happened, then what to do. `what` never holds a secret. */
export function trouble(code: TroubleCode, what: string, cause?: unknown): Trouble {
  const line = `${what.replace(/\s+/g, " ").replace(/[.: ]+$/, "")}. ${troubles[code]}`
  return Object.assign(new Error(line, { cause }), { code })
}

/** Tells a Trouble from any other Error. */
export function isTrouble(value: unknown): value is Trouble {
  return value instanceof Error && Object.hasOwn(troubles, String((value as { code?: unknown }).code))
}

/** The words of whatever was thrown. */
export function words(value: unknown): string {
  if (value instanceof Error) return value.message === "" ? String((value as { code?: unknown }).code ?? value.name) : value.message
  return String(value)
}
