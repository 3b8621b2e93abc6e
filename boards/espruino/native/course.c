/*
 * The course of a Program, as sdk/machine/course.ts has it: routines, walks and picks. Where it stands is in the area, so a call does some operations and
 * returns. Four functions, at octets 0, 4, 8 and 12 of the blob (start.s).
 */
#include "machine.h"

enum { CALL1 = 1, CALL2, COPY, ROUTINE, REPEAT, WALK, TAKE, PICK, READ, WRITE };
enum { DONE, MORE, REFUSED };

static const u8 *image_of(u32 program) { return program ? image_p256 : image_bls12381; }

static const u8 *exponent(const place *c, u32 number) { return c->image + ((const u16 *)(c->image + ((const image *)c->image)->exponents))[number]; }

/* Digit number `i`: bits of a digit, count, digits from the top of the first octet on. Bits are 1, 2 or 4, so none straddles octets. */
static u32 digit(const u8 *e, u32 i) {
  u32 bits = e[0], at = i * bits;
  return e[2 + (at >> 3)] >> (8 - bits - (at & 7)) & ((1 << bits) - 1);
}

static frame *open(state *s, u32 at, u32 first, u32 second, u32 top) {
  frame *f = &s->frames[s->depth++];
  f->at = f->from = at;
  f->stop = f->middle = at + first;
  f->to = at + first + second;
  f->times = 1;
  f->round = f->digits = 0;
  f->top = top;
  return f;
}

static void enter(const place *c, u32 number) {
  const u16 *routine = (const u16 *)(c->image + ((const image *)c->image)->routines) + number;
  open(c->s, routine[0] + 1, routine[1] - routine[0] - 1, 0, c->image[routine[0]]);
}

/* Whether the stretch is to be done once more. */
static u32 again(const place *c, frame *f) {
  if (f->digits && f->stop == f->middle && f->middle < f->to && digit(exponent(c, f->digits - 1), f->round)) {
    f->stop = f->to;
    return 1;
  }
  f->round++;
  f->at = f->from;
  f->stop = f->middle;
  return f->round < f->times;
}

/* The digit of the innermost walk; it is public. */
static u32 walked(const place *c, const frame *f) {
  while (!f->digits) f--;
  return digit(exponent(c, f->digits - 1), f->round);
}

/* `count` elements in or out of the stream. */
static u32 stream_of(const place *c, u32 op, u32 *slot, u32 count, u8 *stream) {
  u32 good = 1;
  for (; count; count--, slot += c->n) {
    if (op == READ) {
      good &= put(c, slot, stream + c->s->input);
      c->s->input += 4 * c->n;
    } else {
      take(c, slot, stream + c->s->output);
      c->s->output += 4 * c->n;
    }
  }
  return good;
}

/* Operations that the instruction costs at most: products and sums alike; what moves slots counts a little. */
static u32 cost(const place *c, const u8 *t) {
  if (*t > CALL2) return *t == READ || *t == WRITE ? t[2] : *t == PICK ? t[3] : 0;
  const u16 *blocks = (const u16 *)(c->image + ((const image *)c->image)->blocks);
  return ((const block *)(c->image + blocks[t[1]]))->operations;
}

/* One instruction; 0 if it has read an element of p or more. */
static u32 instruction(const place *c, frame *f, const u8 *t, u8 *stream) {
  u32 words = t[3] * c->n, *d = c->slots + t[1] * c->n;
  const u32 *a = c->slots + t[2] * c->n;
  state *s = c->s;
  switch (t[0]) {
    case COPY: f->at += 4; move(d, a, words); break;
    case TAKE: f->at += 4; move(d, a + walked(c, f) * words, words); break;
    case PICK:
      f->at += 5;
      s->flag = stream[s->digits] >> 7;
      pick(d, a, 4 * words, t[4], stream[s->digits++] & 127);
      break;
    case ROUTINE: f->at += 2; enter(c, t[1]); break;
    case REPEAT: f->at += 3 + t[2]; open(s, f->at - t[2], t[2], 0, f->top)->times = t[1]; break;
    case WALK: {
      u32 at = f->at + 4;
      f->at = at + t[2] + t[3];
      frame *walk = open(s, at, t[2], t[3], f->top);
      walk->digits = t[1] + 1;
      walk->times = exponent(c, t[1])[1];
      break;
    }
    case READ:
    case WRITE: f->at += 3; return stream_of(c, t[0], d, t[2], stream);
    default: {
      const u16 *blocks = (const u16 *)(c->image + ((const image *)c->image)->blocks);
      f->at += 2 + ((const block *)(c->image + blocks[t[1]]))->operands;
      call(c, t + 1, f->top, t[0]);
    }
  }
  return 1;
}

/* Begins entry `entry` of a Program; the digits lie `digits` octets into the stream, input and output at its start. */
u32 begin(state *s, u32 program, u32 entry, u32 digits) {
  const u8 *of = image_of(program);
  place c = {s, of, 0, 0};
  s->program = program;
  s->depth = s->flag = s->unused = 0;
  s->input = s->output = 0;
  s->digits = digits;
  enter(&c, of[((const image *)of)->entries + entry]);
  return MORE;
}

/* Goes on for `limit` operations at most, or one block if that alone has more. */
u32 step(state *s, u8 *stream, u32 limit) {
  const u8 *of = image_of(s->program);
  place c = {s, of, ((const image *)of)->words, (u32 *)(s + 1)};
  u32 spent = 0;
  for (;;) {
    if (s->depth == 0) return DONE;
    frame *f = &s->frames[s->depth - 1];
    if (f->at == f->stop) {
      if (!again(&c, f)) s->depth--;
      continue;
    }
    const u8 *t = of + f->at;
    u32 more = cost(&c, t);
    if (spent != 0 && spent + more > limit) return MORE;
    spent += more;
    if (!instruction(&c, f, t, stream)) return REFUSED;
  }
}

/* Zeros. */
u32 wipe(volatile u32 *area, u32 octets) {
  for (; octets; octets -= 4) *area++ = 0;
  return DONE;
}

/* Adler-32 (RFC 1950) of the blob, to be held against what was built. */
u32 sum(const u8 *from, u32 octets) {
  u32 a = 1, b = 0;
  for (; octets; octets--) {
    a += *from++;
    if (a >= 65521) a -= 65521;
    b += a;
    if (b >= 65521) b -= 65521;
  }
  return b << 16 | a;
}
