/** What a board is asked while it is flashed: in its own language, and with answers that nobody believes. */
import assert from "node:assert/strict"
import { eraseQuestion, freeQuestion, hashQuestion, holdsQuestion, parseSeen, seenQuestion, starter, startFiles, tidyQuestion, verify, writeQuestion } from "../../boards/espruino/flash-questions.ts"
import { trapsIn } from "../../boards/espruino/language.ts"

const questions: Readonly<Record<string, string>> = {
  seen: seenQuestion(startFiles("PUCKJS")),
  erase: eraseQuestion(startFiles("BANGLEJS2")),
  tidy: tidyQuestion,
  free: freeQuestion,
  write: writeQuestion("ibake.js", "\x00\xff", 0, 2),
  holds: holdsQuestion(".bootcde", starter),
  hash: hashQuestion("ibake.js"),
  starter,
}

describe("what a board is asked", () => {
  for (const [name, question] of Object.entries(questions))
    it(`(${name}) is one line of Espruino's language, shorter than what its console takes`, () => {
      assert.deepEqual(trapsIn(`${question};`), [])
      assert.match(question, /^[\x20-\x7e]{1,500}$/)
    })
  it("is searched for traps by a search that finds them", () => assert.notDeepEqual(trapsIn(`${questions["seen"]!.replace("function(n)", "([n])=>")};`), []))
})

describe("what a board answers", () => {
  const seen = { board: "PUCKJS", version: "2v26", console: "USB", free: 1, trash: 0, replaced: 0, files: [] }
  it("is taken when it is in order", () => assert.deepEqual(parseSeen(seen), seen))
  const wrong: Readonly<Record<string, unknown>> = { board: "", version: "2v26\u001b[2J", console: 1, free: -1, trash: 0.5, replaced: "1", files: ["/etc/passwd"] }
  for (const [field, value] of Object.entries(wrong)) it(`is not taken with a wrong ${field}`, () => assert.equal(parseSeen({ ...seen, [field]: value }), undefined))
  for (const value of [undefined, null, 1, "PUCKJS", []]) it(`is not taken when it is ${JSON.stringify(value)}`, () => assert.deepEqual([parseSeen(value), verify(value, "x")], [undefined, undefined]))

  // CRC-32 of "123456789" is the check value of the algorithm; the chain of one piece is SHA-256 itself
  const sha = "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="
  it("proves a script by SHA-256 and CRC-32, or by CRC-32 alone", () => {
    assert.equal(verify({ n: 9, c: 0xcbf43926, h: sha }, "123456789")?.by, "SHA-256")
    assert.deepEqual(verify({ n: 9, c: 0xcbf43926 | 0 }, "123456789"), { by: "CRC-32", hash: "cbf43926" })
  })
  for (const [what, answer] of Object.entries({ length: { n: 8, c: 0xcbf43926, h: sha }, "CRC-32": { n: 9, c: 0xcbf43927, h: sha }, "SHA-256": { n: 9, c: 0xcbf43926, h: sha.toLowerCase() }, "absent file": { n: -1 } }))
    it(`proves nothing with a wrong ${what}`, () => assert.equal(verify(answer, "123456789"), undefined))
})
