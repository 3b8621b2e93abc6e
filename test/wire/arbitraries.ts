/** Random values of everything on the MIKEY wire, for properties: payloads, CS ID maps, parameter sets. */
import fc from "fast-check"
import type { Reader } from "../../sdk/base/cursor.ts"
import type { CryptoSession, CsMap } from "../../sdk/mikey/csmap.ts"
import { mapType } from "../../sdk/mikey/numbers.ts"
import * as payload from "../../sdk/mikey/payload.ts"
import { keyDataPayload, skPayload, type Eccpt } from "../../sdk/mikey/subpayload.ts"
import type { Notice, ParameterSet } from "../../sdk/mikey/vendor.ts"

/** One octet. */
export const octet: fc.Arbitrary<number> = fc.nat(255)
/** Four octets. */
export const word: fc.Arbitrary<number> = fc.nat(0xffffffff)
/** No octets to so many. */
export const data = (max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: max })
/** Octets in this number. */
export const exactly = (n: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: n, maxLength: n })
/** 1 to 255 octets. */
export const short: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 1, maxLength: 255 })

/** A payload's codec with its values. */
export interface Kind<P> {
  readonly name: string
  readonly codec: { readonly encode: (p: P) => Uint8Array; readonly decode: (r: Reader) => P }
  readonly values: fc.Arbitrary<P>
}

const kind = <P>(name: string, codec: Kind<P>["codec"], values: fc.Arbitrary<P>): Kind<unknown> => ({ name, codec, values }) as Kind<unknown>

/** NTP-UTC stamps. */
export const ntpStamps: fc.Arbitrary<payload.Timestamp> = fc.record({ type: fc.constant(0), value: exactly(8) })

/** Every payload and sub-payload but ECCPT, whose decoder says more than its encoder takes. */
export const kinds: readonly Kind<unknown>[] = [
  kind("T", payload.timestampPayload, fc.oneof(ntpStamps, fc.record({ type: fc.constant(2), value: exactly(4) }))),
  kind("RAND", payload.randPayload, fc.uint8Array({ minLength: 16, maxLength: 64 })),
  kind("IDR", payload.idrPayload, fc.record({ role: octet, type: octet, data: data(300) })),
  kind("SP", payload.spPayload, fc.record({ no: octet, protType: octet, param: data(300) })),
  kind("General Extension", payload.extensionPayload, fc.record({ type: octet, data: data(300) })),
  kind("IBAKE", payload.ibakePayload, fc.record({ encrData: data(600) })),
  kind("ESK", payload.eskPayload, fc.record({ encrData: data(600) })),
  kind("V", payload.verificationPayload, fc.record({ authAlg: fc.constant(2), mac: exactly(32) })),
  kind("KEMAC", payload.kemacPayload, fc.record({ encrAlg: fc.constant(3), encrData: data(600), macAlg: fc.constant(0) })),
  kind("ERR", payload.errPayload, octet),
  kind("CERT", payload.certPayload, fc.record({ type: octet, data: data(600) })),
  kind("CHASH", payload.chashPayload, exactly(32)),
  kind("PKE", payload.pkePayload, fc.record({ cache: fc.nat(2), data: data(600) })),
  kind("SIGN", payload.signPayload, data(600)),
  kind("SK", skPayload, exactly(32)),
  kind("Key data", keyDataPayload, fc.record({ key: data(300), from: word, to: word })),
]

/** ECCPT of each curve, with an SPI and without. */
export const eccpts: fc.Arbitrary<Eccpt> = fc.oneof(
  ...[[8, 65], [11, 97], [240, 32]].map(([curve, n]) => fc.record({ curve: fc.constant(curve!), point: exactly(n!), spi: fc.option(short, { nil: undefined }) })),
)

const generic: fc.Arbitrary<CryptoSession> = fc
  .record({ csId: octet, policies: fc.array(octet, { maxLength: 127 }), ssrc: fc.option(word, { nil: undefined }), roc: word, seq: fc.nat(65535), withRoc: fc.boolean(), spi: short })
  .map((s) => ({ ...s, ...(s.withRoc && s.ssrc !== undefined ? {} : { roc: undefined, seq: undefined }) }))

/** GENERIC-ID and SRTP-ID maps of 1 to 16 sessions. */
export const callMaps: fc.Arbitrary<CsMap> = fc.oneof(
  fc.uniqueArray(generic, { minLength: 1, maxLength: 16, selector: (s) => s.csId }).map((sessions) => ({ type: mapType.GENERIC_ID, sessions })),
  fc
    .array(fc.record({ no: octet, ssrc: fc.option(fc.integer({ min: 1, max: 0xffffffff }), { nil: undefined }), roc: word }), { minLength: 1, maxLength: 16 })
    .map((list) => ({ type: mapType.SRTP_ID, sessions: list.map((s, i) => ({ csId: i + 1, policies: [s.no], ssrc: s.ssrc, roc: s.roc, withRoc: false, spi: new Uint8Array(0) })) })),
)

/** The Empty map. */
export const emptyMap: fc.Arbitrary<CsMap> = fc.constant({ type: mapType.Empty, sessions: [] })

/** Maps of all three types. */
export const maps: fc.Arbitrary<CsMap> = fc.oneof({ weight: 4, arbitrary: callMaps }, { weight: 1, arbitrary: emptyMap })

/** Parameter sets as the wire holds them: what they say is not judged there. */
export const parameterSets: fc.Arbitrary<ParameterSet> = fc.record({
  suite: octet,
  version: word,
  periodLength: fc.integer({ min: 1, max: 0xffffffff }),
  periodOffset: word,
  kmsUri: short,
  hosts: fc.array(short, { maxLength: 4 }),
  publicParameter: data(300),
})

/** Notices of one to four sets. */
export const notices: fc.Arbitrary<Notice> = fc.record({ time: exactly(8), sets: fc.array(parameterSets, { minLength: 1, maxLength: 4 }) })
