/** Node as an engine among others: the script in a context that has nothing of Node, then lines in and lines out. node-host SCRIPT */
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { createContext, runInContext } from "node:vm"

const host = { ticks: () => performance.now(), heap: () => -1 }
const context = createContext({ host })
runInContext(readFileSync(process.argv[2]!, "utf8"), context)
const { ibake } = context as unknown as { ibake: { answer(line: string): string } }
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) process.stdout.write(`${ibake.answer(line)}\n`)
