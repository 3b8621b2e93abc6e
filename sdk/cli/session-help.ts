/** Help of `ibake session`: what goes over the lines, and a FILE for each role. The values are those of test/cases/ibake-run.json, so the examples run. */

const set = {
  suite: 1, version: 1, periodLength: 86400, periodOffset: 3600, uri: "kms.example", hosts: ["fire.example.org"],
  publicParameter: "a3c24309c534edf32cdb1956497e307b84db0ac51c1ae2dbe9619bb26215e5aad215c44a5fceee5429ca9e397c875375",
}
const alice = "sip:unit-1001@fire.example.org"
const bob = "sip:unit-2002@fire.example.org"
const T = "eea8054000000000"
const key = {
  alice: "967a0f7ddbefa419ee98574d1dc66c949e41363dfd5895e333516cb76dd55bdda657712ff9e0e716ef71b9d095d3d22912eb4b744ed3c8bbdf204bacb12eca61bb963b35e32b12023bc5b761dcfcacdbad3744f2bfe470d3b01a8ea5e72a1093",
  bob: "b21eb25dc7115a5eb64f58ac93e39b04693ddde10efa05b94271d65c667ca5a80e38adacbd630dde14e4477f9f613e7415ca0e6b4746710cfd626ffec84b22a68d3915e92ad1a212d5e806ebaf30fb49996460e9a9712ec7f6452b31c95d2785",
}
const psk = "6626057913aabe41f3e4b6b28dcb74d4d94af6de4694b763aab31a9425af963e"
const pskId = "70736b2d616c696365"
const period = 46342

/** The FILE of each example. */
export const examples: Readonly<Record<"initiator" | "responder" | "deferred" | "request" | "issue", object>> = {
  initiator: {
    me: alice, peer: bob, T, parameters: [set], privateKeys: [{ identity: alice, period, key: key.alice }],
    offers: ["AEAD_AES_128_GCM"], streams: [{ csId: 1, from: "initiator" }, { csId: 2, from: "responder" }],
    randomness: [
      "60d1b2ab",
      "dc174c0b295da57b73535c72e11f6d65",
      "d49f6b22",
      "8616e256",
      "feb23b3651741ca333faaa3d99fd02ec2fdafa8fd26d2efe95cff629521e6c123ea68e0fffa4fae9e7906cd77cfeab49",
      "3333b32af00d38a88424806231b18ca0e30dcb430ad2381501b55b169a2df8e2",
      "c734c8555b5fea37b3ad2383f47040ae95eab2e9bc8ef41a536e9ac88e489c4f",
    ],
  },
  responder: {
    me: [bob], T, parameters: [set], privateKeys: [{ identity: bob, period, key: key.bob }], offers: ["AEAD_AES_128_GCM"],
    randomness: [
      "f5e5f289",
      "1f158a7df66c98c283b3618e988e817f4790ff151babbe775b54ba57119cac1a9aee77d86f161a3333305518c4d8fbc8",
      "dd4950d5923efc926c0d4ced38a17574c7b4eb1316bf8c6fb7a4249766759953",
    ],
  },
  deferred: { me: [bob], parameters: [set], privateKeys: [{ identity: bob, period, key: key.bob }] },
  request: { identities: [alice], pskId, psk, T, parameters: [set], randomness: ["4fc3054d", "0a1ebd0f329d7b54c777f3cfb4eaf65e"] },
  issue: {
    now: 1795000000, master: "11178036e3877ba35fb009296227d2cdc42fa561a1ea56ea6f380c5900f6bbbb", parameters: [set],
    subscribers: [{ pskId, psk, identities: [alice] }],
  },
}

/** After the help of `ibake session`. */
export const sessionHelp: string = `
One JSON object a line. In (stdin):
  {}                                begin: an initiator sends I_MESSAGE_1, request sends REQUEST_KEY_INIT
  {"recv":hex}                      a message of the other end
Out (stdout), one line for each line read, but where a responder is done two (send, then done):
  {"send":hex}                      a message for the other end
  {"done":{...}}                    contexts and TGK of a call, what was left under an ESK, or the private keys that a request brought; keys in hex
  {"ignored":fault,"at":place}      the message goes no further and nothing has changed; with "lastT" where a KMS said one
  {"error":words}                   the line, or the randomness of FILE, was wrong; the session goes on
The end of stdin ends the session with exit code 0. A FILE that is wrong is one line on stderr, with the field, and exit code 2.
No rate limit stands before the boxes here, and with a fixed T no time passes. The fault codes are those of sdk/base/fault.ts.

Fields of every FILE (hex is of any case; an identity is a URI, or {"type":0,"uri":NAI}):
  parameters       parameter sets as in a key fill, the own KMS's first
  randomness       optional: a list of octets in hex, one item a draw, in the order below; without it WebCrypto is asked

Draws, in order (octets):
  initiator        {}: CSB ID 4, RAND 16, MKI 4, SSRC 4 for each own stream without one, seed of x 48, box 32; R_MESSAGE_1: box 32;
                   where I_MESSAGE_1 was not read, before that box: SK 32 and its box if content is left, seed of x on P-256 after another curve
  responder        I_MESSAGE_1: SSRC 4 for each session left empty, seed of y 48, box 32; I_MESSAGE_2 of an unread call: box 32
  deferred         none
  request          {}: CSB ID 4, RAND 16
  issue            none
x = OS2IP(seed) mod (n - 1) + 1, y likewise; the seed has 72 octets on P-384, and on X25519 it is x, 32 octets; an SSRC drawn as 0 becomes 1; box is rho of PROTOCOL section 2: 32 octets in suite 1,
m and rho, 64, in suite 2, and SSV, 16, in suite 3: the suite of the KMS of whom it is sealed to.

An example FILE for each role: ibake session initiator --help, and so on. Made for tests: FILE holds secrets in the open.`

const callFields = `
  T                optional: this end's time, NTP-UTC, 8 octets in hex; else the machine's clock
  parameters       parameter sets, the own KMS's first
  privateKeys      identity, period and key of each; proved against parameters[0]
  offers           optional: SRTP ciphers, best first: AEAD_AES_128_GCM (alone the default), AEAD_AES_256_GCM,
                   AES_CM_128_HMAC_SHA1_80, AES_256_CM_HMAC_SHA1_80
  curves           optional: P-256 (alone the default), P-384, X25519, best first: the first is offered, unread calls need P-256
  suites           optional: IBE suites that it knows: 1, 2, 3 (the default)`

function text(fields: string, role: keyof typeof examples): string {
  return `\nFields of FILE:${fields}\n  randomness       optional: see ibake session --help\n\nAn example:\n${JSON.stringify(examples[role], undefined, 2)}`
}

/** Summary and help of each role. */
export const roleHelp: Readonly<Record<keyof typeof examples, { readonly summary: string; readonly text: string }>> = {
  initiator: {
    summary: "calls: {} gives I_MESSAGE_1",
    text: text(`
  me, peer         identities: the caller and the called${callFields}
  streams          optional: {csId, from: "initiator" | "responder", ssrc?, roc?, seq?}, 1 to 16; else CS 1 of the initiator, CS 2 of the responder
  map              optional: "SRTP-ID"; else GENERIC-ID
  kms              optional: "named" puts IDRkmsi and IDRkmsr into the messages
  retarget         optional: identities whose answer is taken in place of peer's
  deferred         optional: peers for whom content may be left under an ESK: readable by the KMS, no forward secrecy, not authenticated by its sender
  protocols        optional: the protocols offered in the SDP around the messages, as "mikey;keyp1", bound into both I messages
  rekeys           optional: the MKI of the call that gets new keys`, "initiator"),
  },
  responder: {
    summary: "answers calls: waits for I_MESSAGE_1",
    text: text(`
  me               identities that it answers as
  shared           optional: names that others hold keys of too: who is called by one answers as the first of me
  unread           optional: identities calls to whom it answers, as the first of me, though it cannot open them
  mailbox          optional: true takes ESKs along with those; done has passOn, the I_MESSAGE_2 for the called one
  fill             optional: a list of {ssrc, roc?, seq?} for the sessions left empty, in order; else SSRCs are drawn${callFields}`, "responder"),
  },
  deferred: {
    summary: "opens what a mailbox passed on: waits for its I_MESSAGE_2",
    text: text(`\n  me               identities that content may be left for${callFields}`, "deferred"),
  },
  request: {
    summary: "asks a KMS for private keys: {} gives REQUEST_KEY_INIT",
    text: text(`
  identities       identities to ask keys for, the first is the one that V takes in
  pskId, psk       IDRpsk data and the PSK of 32 octets
  T | counter      optional: NTP-UTC, 8 octets, or COUNTER, 4 octets, in hex; else the machine's clock
  periods          optional: {first, count}, count 1 to 16; else the current and the next
  parameters       parameter sets, the own KMS's first: keys are proved against it`, "request"),
  },
  issue: {
    summary: "a KMS: answers REQUEST_KEY_INIT",
    text: text(`
  now              optional: UTC seconds; else the machine's clock
  master           master secret behind parameters[0]: 32 octets in suite 1, s || BFPublicParameters in suite 2, 128 octets in suite 3
  parameters       its own parameter set, then those it vouches for
  subscribers      {pskId, psk, identities, revoked?, transferOctets?}
  skewSeconds, horizonPeriods
                   optional: 300, and 31 periods after the current one`, "issue").replace(/\n  randomness.*/, ""),
  },
}
