import { wholeRun, realKit, fastKit } from "../fixture.ts"
describe("x", () => { it("r", () => { const a = wholeRun(realKit()); for (const k of ["REQUEST_KEY_INIT","REQUEST_KEY_RESP","I_MESSAGE_1","R_MESSAGE_1","I_MESSAGE_2","R_MESSAGE_2"] as const) console.log(k, a[k].length) })
 it("f", () => { const a = wholeRun(fastKit()); for (const k of ["REQUEST_KEY_INIT","REQUEST_KEY_RESP","I_MESSAGE_1","R_MESSAGE_1","I_MESSAGE_2","R_MESSAGE_2"] as const) console.log(k, a[k].length) })
 it("f2", () => {  wholeRun(fastKit()) }) })
