/** The link as the rest of the device sees it: frames go out one at a time, and one that is refused goes first when the link is writable again. */
import type { Link } from "../port.ts"

/** Publishes frames while the link takes them. */
export class Air {
  private readonly link: Link
  private topic: string
  private frame: Uint8Array | undefined
  private up: boolean

  constructor(link: Link) {
    this.link = link
    this.topic = ""
    this.frame = undefined
    this.up = false
  }

  /** Whether frames can go out: the link is open and nothing waits. */
  free(): boolean {
    return this.up && this.frame === undefined
  }

  /** Whether the link is open. */
  isUp(): boolean {
    return this.up
  }

  /** Publishes, or keeps the frame for later; call it only while `free`. */
  publish(topic: string, frame: Uint8Array): void {
    if (this.link.publish(topic, frame)) return
    this.topic = topic
    this.frame = frame
  }

  /** The link is open: what waited is of another time. */
  opened(): void {
    this.up = true
    this.frame = undefined
  }

  closed(): void {
    this.up = false
    this.frame = undefined
  }

  /** The link is writable again. */
  flush(): void {
    const frame = this.frame
    if (frame !== undefined && this.link.publish(this.topic, frame)) this.frame = undefined
  }

  /** Where frames of a topic come in; a link that does not take it now is asked again when it opens. */
  subscribe(topic: string): boolean {
    return this.up && this.link.subscribe(topic)
  }
}
