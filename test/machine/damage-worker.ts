/** A thread that tries damaged modules, for one may never end: told a list of flips and where to begin, it says how each went. */
import { parentPort, workerData } from "node:worker_threads"
import { base64, unbase64 } from "../../sdk/base/base64.ts"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { bls12381Wasm } from "../../sdk/group/bls12381-wasm.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { p256Wasm } from "../../sdk/group/p256-wasm.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { adler32, type Machine } from "../../sdk/machine/program.ts"
import { wasmMachine } from "../../sdk/machine/wasm.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { octets } from "../contract/octets.ts"
import type { Flip, Outcome } from "./damage.test.ts"

const texts = { "BLS12-381": bls12381Wasm, "P-256": p256Wasm } as const
const machine = { "BLS12-381": wasmMachine(bls12381Wasm, 1e9)!, "P-256": wasmMachine(p256Wasm, 1e9)! } as const
const scalar = octets("scalar", 32).map((octet, i) => (i === 0 ? octet & 0x3f : octet))
const [uid, rho] = [octets("uid", 32), octets("rho", 32)]

/** Digits of what a pairing machine gives, and what it makes of boxes: a secret, or nothing. */
function kem(of: Machine): { readonly values: () => string; readonly seal: () => { secret: Uint8Array; enc: Uint8Array }; readonly open: (enc: Uint8Array) => Uint8Array | undefined } {
  const group = bls12381(of)
  const right = bls12381(machine["BLS12-381"])
  const master = bfMaster(right, nobleSym)
  const s = master.setup(octets("s", 48))
  const [Ppub, Sid] = [run(master.publicParameter(s))!, run(master.extract(s, uid))!]
  const ibe = bf(group, nobleSym)
  return {
    values(): string {
      const Q = run(group.mapToG2(octets("Q", 256)))
      const P = run(group.mulG1(scalar))
      const x = run(group.pair(P, run(group.mulG2(scalar, Q))))
      const decoded = [run(group.decodeG1(Ppub)) ?? uid, run(group.decodeG2(Sid)) ?? uid]
      return [Q, P, x, run(group.powGT(x, scalar)), ...decoded].map(hex).join()
    },
    seal: () => run(ibe.encapsulate(uid, run(ibe.parameters(Ppub))!, rho)),
    open: (enc) => run(ibe.decapsulate(enc, run(ibe.privateKey(Sid, run(ibe.parameters(Ppub))!))!, uid, run(ibe.parameters(Ppub))!)),
  }
}

const good = kem(machine["BLS12-381"])
const sealed = good.seal()
const goodDh = p256(machine["P-256"])
const pair = run(goodDh.keygen(octets("x", 48)))
const right = { "BLS12-381": good.values(), "P-256": hex(run(goodDh.agree(pair.secret, pair.point))!), point: hex(pair.point) }

/** What a machine that was taken does: a wrong key is one that no check catches. */
function tried(of: Flip["of"], own: Machine): Outcome {
  if (of === "P-256") {
    const dh = p256(own)
    const made = run(dh.keygen(octets("x", 48)))
    const shared = run(dh.agree(pair.secret, pair.point))
    if (hex(made.point) === right.point && shared !== undefined && hex(shared) === right["P-256"]) return "the same"
    if (shared !== undefined && hex(shared) !== right["P-256"]) return "a wrong key"
    return hex(made.point) === right.point || run(goodDh.agree(pair.secret, made.point)) === undefined ? "caught" : "a wrong key"
  }
  const bad = kem(own)
  if (bad.values() === right["BLS12-381"]) return "the same"
  const opened = bad.open(sealed.enc)
  const { secret, enc } = bad.seal()
  const opposite = good.open(enc)
  const wrong = (opened !== undefined && hex(opened) !== hex(sealed.secret)) || (opposite !== undefined && hex(opposite) !== hex(secret))
  return wrong ? "a wrong key" : "caught"
}

function outcome(flip: Flip): Outcome {
  const text = texts[flip.of]
  const module = unbase64(text.module)!
  module[flip.at]! ^= 1 << flip.bit
  const own = wasmMachine({ ...text, module: base64(module), sum: adler32(module, module.length) }, 1e9)
  if (own === undefined) return "refused"
  try {
    return tried(flip.of, own)
  } catch {
    return "stopped"
  }
}

const { flips, from } = workerData as { readonly flips: readonly Flip[]; readonly from: number }
for (let i = from; i < flips.length; i++) parentPort!.postMessage(outcome(flips[i]!))
