/** The process that flashes: gets one FlashJob from its parent, tells it FlashEvents, and ends. Only flash.ts starts it. */
import type { FlashEvent, FlashJob } from "./flash.ts"
import { putScript } from "./flash-steps.ts"
import { isFlashTrouble } from "./flash-trouble.ts"

/** Tells the parent, which may be gone. */
function tell(event: FlashEvent): void {
  if (process.connected) process.send!(event)
}

function end(error?: unknown): void {
  const words = error instanceof Error ? error.message : String(error)
  // what is no FlashTrouble came from EspruinoTools, or is a fault of ours
  const last: FlashEvent = error === undefined ? { event: "done" } : { event: "trouble", code: isFlashTrouble(error) ? error.code : "tools/failed", words }
  if (process.connected) process.send!(last, () => process.exit(0))
  else process.exit(0)
}

// EspruinoTools throws from its own timers when a port goes away under it
process.once("uncaughtException", end)
process.once("disconnect", () => process.exit(0))
process.once("message", (job) => void putScript(job as FlashJob, tell).then(() => end(), end))
