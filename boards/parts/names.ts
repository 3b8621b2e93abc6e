/** Names of a Store, for ports whose engines would take others too. */

const LONGEST = 28
const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789._-"

/** Whether a name is 1 to 28 characters of [a-z0-9._-]. */
export function isName(name: string): boolean {
  if (name.length < 1 || name.length > LONGEST) return false
  for (let i = 0; i < name.length; i++) if (ALPHABET.indexOf(name.charAt(i)) < 0) return false
  return true
}
