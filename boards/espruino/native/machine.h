/* What the parts of the blob share: where a run stands, the kernels (kernels.ts), the Programs (image.ts). */
#pragma GCC visibility push(hidden)
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

/* Loops and routines lie at most 13 deep in each other (sdk/machine/program.ts), below an entry. */
#define DEPTH 14

/* A stretch of a routine's code under way; addresses are octets from the start of the image. */
typedef struct {
  u16 at, stop, from, middle, to;
  u16 times, round;
  u8 top;    /* first slot of temporaries */
  u8 digits; /* of a walk: its exponent plus 1 */
} frame;

/* The area of a run: this, then the slots. It has no address of itself, so it may move between two calls. */
typedef struct {
  u8 program, depth, flag, unused;
  u16 input, output; /* octets of the stream */
  u32 digits;
  frame frames[DEPTH];
} state;
_Static_assert(sizeof(state) == 236, "NATIVE_STATE of sdk/machine/native.ts");

/* An image, image.ts: u16 each, octets from its start. */
typedef struct {
  u16 words, constants, exponents, blocks, routines, entries;
} image;

typedef struct {
  u8 operands, locals, operations, elements[];
} block;

/* What a block or a stream works on: a prime and its slots. */
typedef struct {
  state *s;
  const u8 *image;
  u32 n;
  u32 *slots;
} place;

extern const u8 image_bls12381[], image_p256[];
extern const u32 fp12_p[], fp12_r2[], fp8_p[], fp8_r2[], one[], zero[];

void fp12_mul(u32 *d, const u32 *a, const u32 *b), fp12_sub(u32 *d, const u32 *a, const u32 *b);
void fp8_mul(u32 *d, const u32 *a, const u32 *b), fp8_sub(u32 *d, const u32 *a, const u32 *b);
void pick(u32 *d, const u32 *table, u32 octets, u32 entries, u32 digit);
/* The operations from `ops` to `end`, map being where the locals are: over Fp2, and over Fp of each prime. What kernels.ts leaves to blocks.c comes back below. */
typedef void run(const place *c, const u8 *ops, const u8 *end, u32 *const *map);
run loop_run, loop12_run, loop8_run;
void rare1(const place *c, u32 w, u32 *const *map), rare2(const place *c, u32 w, u32 *const *map);
void load(const place *c, u32 *d, u32 which, u32 degree);

void call(const place *c, const u8 *text, u32 top, u32 degree);
void move(u32 *d, const u32 *a, u32 words);
void select(u32 *d, u32 mask, const u32 *a, const u32 *b, u32 words);
u32 put(const place *c, u32 *d, const u8 *octets);
void take(const place *c, const u32 *a, u8 *octets);
