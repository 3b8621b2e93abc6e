/*
 * The operations of a block, sdk/machine/program.ts, on values in Montgomery form: over 381 bits in [0, 2p), over P-256 in [0, p). No branch and no address
 * depends on a value or on the flag.
 */
#include "machine.h"

enum { MOVE, ADD, SUB, MUL, SQUARE, NEGATE, CONJUGATE, XI, SCALE_RE, SCALE_IM, TIMES, LOAD, IS_ZERO, IS_ODD, SELECT };

static void mul(const place *c, u32 *d, const u32 *a, const u32 *b) {
  if (c->n == 12) fp12_mul(d, a, b);
  else fp8_mul(d, a, b);
}

static void sub(const place *c, u32 *d, const u32 *a, const u32 *b) {
  if (c->n == 12) fp12_sub(d, a, b);
  else fp8_sub(d, a, b);
}

void move(u32 *d, const u32 *a, u32 words) {
  do *d++ = *a++;
  while (--words);
}

/* d = a where mask is all ones, b where it is 0. */
void select(u32 *d, u32 mask, const u32 *a, const u32 *b, u32 words) {
  do {
    *d++ = *b ^ ((*a++ ^ *b) & mask);
    b++;
  } while (--words);
}

/* d = a - p, and all ones if that is negative. */
static u32 less(const place *c, u32 *d, const u32 *a) {
  const u32 *p = c->n == 12 ? fp12_p : fp8_p;
  u32 borrow = 0;
  for (u32 i = 0; i < c->n; i++) {
    unsigned long long t = (unsigned long long)a[i] - p[i] - borrow;
    d[i] = (u32)t;
    borrow = (u32)(t >> 32) & 1;
  }
  return -borrow;
}

/* d = the number below p that a stands for. A reduction of a 1 leaves p at most. */
static void canonical(const place *c, u32 *d, const u32 *a) {
  u32 t[12], smaller[12];
  mul(c, t, a, one);
  select(d, less(c, smaller, t), t, smaller, c->n);
}

/* An element from big-endian octets; 0 if it is p or more. */
u32 put(const place *c, u32 *d, const u8 *octets) {
  u32 t[12];
  u8 *to = (u8 *)d;
  for (u32 i = 4 * c->n; i; i--) to[i - 1] = *octets++;
  u32 below = less(c, t, d);
  mul(c, d, d, c->n == 12 ? fp12_r2 : fp8_r2);
  return below;
}

/* An element to big-endian octets. */
void take(const place *c, const u32 *a, u8 *octets) {
  u32 t[12];
  canonical(c, t, a);
  for (u32 i = 4 * c->n; i; i--) *octets++ = ((u8 *)t)[i - 1];
}

static u32 is_zero(const place *c, const u32 *a) {
  u32 t[12], any = 0;
  canonical(c, t, a);
  for (u32 i = 0; i < c->n; i++) any |= t[i];
  return 1 ^ ((any | -any) >> 31);
}

static u32 is_odd(const place *c, const u32 *a) {
  u32 t[12];
  canonical(c, t, a);
  return t[0] & 1;
}

/* Octets of a part of a constant after its form. */
static u32 part_octets(u32 form) { return form & 0x80 ? 0 : form & 0x3f; }

/* A part of a constant: d as program.ts writes it. */
static void part(const place *c, u32 *d, const u8 *form) {
  u32 length = *form & 0x3f;
  for (u32 i = 0; i < c->n; i++) d[i] = 0;
  for (u32 i = 0; i < length; i++) ((u8 *)d)[i] = form[length - i];
  mul(c, d, d, c->n == 12 ? fp12_r2 : fp8_r2);
  if (*form & 0x40) sub(c, d, zero, d);
}

/* Constant number `which`: `degree` elements. */
void load(const place *c, u32 *d, u32 which, u32 degree) {
  const u8 *re = c->image + ((const image *)c->image)->constants, *im;
  for (;; re = im + 1 + part_octets(*im)) {
    im = re + 1 + part_octets(*re);
    if (which-- == 0) break;
  }
  part(c, d, re);
  if (degree == 1) return;
  if (!(*im & 0x80)) part(c, d + c->n, im);
  else if (*im & 1) sub(c, d + c->n, zero, d);
  else move(d + c->n, d, c->n);
}

/* Operations over Fp2 that are seldom: the others stand in kernels.ts. An operation is opcode, d, a, b, six bits each, the least first. */
void rare2(const place *c, u32 w, u32 *const *map) {
  u32 k[12];
  u32 *d = map[w >> 6 & 63];
  const u32 *a = map[w >> 12 & 63], *b = map[w >> 18 & 63];
  switch (w & 63) {
    case MOVE: move(d, a, 24); break;
    case NEGATE: fp12_sub(d, zero, a); fp12_sub(d + 12, zero, a + 12); break;
    case CONJUGATE: move(d, a, 12); fp12_sub(d + 12, zero, a + 12); break;
    case SCALE_IM: b += 12; /* fall through */
    case SCALE_RE: move(k, b, 12); fp12_mul(d, a, k); fp12_mul(d + 12, a + 12, k); break;
    case LOAD: load(c, d, w >> 18 & 63, 2); break;
    case IS_ZERO: c->s->flag = is_zero(c, a) & is_zero(c, a + 12); break;
    case SELECT: select(d, -(u32)c->s->flag, a, b, 24); break;
  }
}

/* The same over Fp of either prime. */
void rare1(const place *c, u32 w, u32 *const *map) {
  u32 k[12];
  u32 *d = map[w >> 6 & 63];
  const u32 *a = map[w >> 12 & 63], *b = map[w >> 18 & 63];
  switch (w & 63) {
    case TIMES: load(c, k, w >> 18 & 63, 1); mul(c, d, a, k); break;
    case LOAD: load(c, d, w >> 18 & 63, 1); break;
    case IS_ZERO: c->s->flag = is_zero(c, a); break;
    case IS_ODD: c->s->flag = is_odd(c, a); break;
    case SELECT: select(d, -(u32)c->s->flag, a, b, c->n); break;
    default: move(d, a, c->n); /* MOVE, CONJUGATE, XI */
  }
}

/* A call of a block: `text` is its number and where its operands lie. */
void call(const place *c, const u8 *text, u32 top, u32 degree) {
  u32 *map[64];
  const u8 *image_at = c->image;
  const u16 *blocks = (const u16 *)(image_at + ((const image *)image_at)->blocks);
  const block *b = (const block *)(image_at + blocks[*text++]);
  u32 words = degree * c->n, n = 0;
  for (u32 i = 0; i < b->operands; i++) {
    u32 *at = c->slots + *text++ * words;
    for (u32 k = b->elements[i]; k; k--, at += words) map[n++] = at;
  }
  for (u32 *at = c->slots + top * c->n; n < b->locals; at += words) map[n++] = at;
  const u8 *ops = b->elements + b->operands, *end = ops + 3 * b->operations;
  (degree == 2 ? loop_run : c->n == 12 ? loop12_run : loop8_run)(c, ops, end, map);
}
