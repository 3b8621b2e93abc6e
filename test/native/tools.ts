/** What tests of the blob need of the machine that they run on. */
import { execFileSync } from "node:child_process"
import { tool } from "../tools.ts"

/** The release of Debian 12; another makes other octets of the same sources. */
const GCC = "12.2.1"

function answer(program: string, word: string): string {
  try {
    return execFileSync(program, [word], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
  } catch {
    return ""
  }
}

/** The compiler that the blob is made with. */
export const compiler: (this: Mocha.Context) => void = tool(`gcc-arm-none-eabi ${GCC}`, () => answer("arm-none-eabi-gcc", "-dumpversion") === GCC)
/** Whether there is an ARM under Linux, and a compiler for what runs on it. */
export const hasLinuxArm = (): boolean => answer("qemu-arm", "--version") !== "" && answer("arm-none-eabi-gcc", "-dumpversion") !== ""
/** An ARM under Linux. */
export const linuxArm: (this: Mocha.Context) => void = tool("qemu-user and gcc-arm-none-eabi", hasLinuxArm)
/** A Cortex-M4. */
export const boardArm: (this: Mocha.Context) => void = tool("qemu-system-arm", () => answer("qemu-system-arm", "--version"))
