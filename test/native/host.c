/*
 * Lends the blob a memory and calls it, as a board's firmware would: under qemu-arm (Linux system calls) or, with SYSTEM, on an M4 board of qemu-system-arm
 * (semihosting, files `in` and `out`). Commands and answers are words, little-endian:
 *
 *   1 address octets           memory to be there                       2 address octets data     write
 *   3 address octets           read: data                               4 address a b c d         call: r0, octets of stack touched,
 *                                                                         of these not zero after, ticks of 40 instructions
 */
typedef unsigned int u32;

#define PAINTED 8192
#define PAINT 0xa5a5a5a5u

#ifdef SYSTEM
static u32 semihosting(u32 operation, const void *block) {
  register u32 r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = block;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
static u32 in, out;
static void get(void *to, u32 octets) {
  u32 block[] = {in, (u32)to, octets};
  while (block[2]) {
    u32 left = semihosting(6, block);
    if (left == block[2]) {
      u32 end[] = {0x20026, 0};
      semihosting(0x18, (void *)end[0]);
    }
    block[1] += block[2] - left;
    block[2] = left;
  }
}
static void give(const void *from, u32 octets) {
  u32 block[] = {out, (u32)from, octets};
  semihosting(5, block);
}
static void lend(u32 address, u32 octets) { (void)address, (void)octets; }
static void start(void) {
  u32 names[] = {(u32)"in", 1, 2, (u32)"out", 5, 3};
  in = semihosting(1, names);
  out = semihosting(1, names + 3);
  /* timer 0 of the board, 25 MHz: with -icount shift=0 an instruction is a nanosecond */
  volatile u32 *timer = (volatile u32 *)0x40000000;
  timer[2] = timer[1] = 0xffffffff;
  timer[0] = 1;
}
static u32 ticks(void) { return -((volatile u32 *)0x40000000)[1]; }
#else
static long linux(long number, long a, long b, long c, long d, long e, long f) {
  register long r7 __asm__("r7") = number;
  register long r0 __asm__("r0") = a, r1 __asm__("r1") = b, r2 __asm__("r2") = c, r3 __asm__("r3") = d, r4 __asm__("r4") = e, r5 __asm__("r5") = f;
  __asm__ volatile("svc 0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory");
  return r0;
}
static void end(long status) { linux(1, status, 0, 0, 0, 0, 0); }
static void get(void *to, u32 octets) {
  while (octets) {
    long got = linux(3, 0, (long)to, octets, 0, 0, 0);
    if (got <= 0) end(0);
    to = (char *)to + got;
    octets -= got;
  }
}
static void give(const void *from, u32 octets) {
  while (octets) {
    long went = linux(4, 1, (long)from, octets, 0, 0, 0);
    if (went <= 0) end(1);
    from = (const char *)from + went;
    octets -= went;
  }
}
/* readable, writable, executable; private, anonymous, there and nowhere else */
static void lend(u32 address, u32 octets) {
  if (linux(192, address & ~4095u, (octets + (address & 4095) + 4095) & ~4095u, 7, 0x32, -1, 0) != (long)(address & ~4095u)) end(2);
}
static void start(void) {}
static u32 ticks(void) { return 0; }
#endif

typedef u32 function(u32, u32, u32, u32);

/* Calls, and finds how deep the stack was touched below here. */
static void __attribute__((noinline)) called(const u32 *words) {
  volatile u32 below[PAINTED / 4];
  u32 untouched = 0;
  for (u32 i = 0; i < PAINTED / 4; i++) below[i] = PAINT;
  u32 sp;
  __asm__ volatile("mov %0, sp" : "=r"(sp));
  /* the callee's stack begins where ours ends: move ours above what is painted */
  register u32 r0 __asm__("r0") = words[1];
  register u32 r1 __asm__("r1") = words[2];
  register u32 r2 __asm__("r2") = words[3];
  register u32 r3 __asm__("r3") = words[4];
  register u32 target __asm__("r4") = words[0];
  register u32 top __asm__("r5") = (u32)(below + PAINTED / 4);
  u32 before = ticks();
  __asm__ volatile(
      "mov r6, sp\n\tbic r5, r5, #7\n\tmov sp, r5\n\tblx r4\n\tmov sp, r6"
      : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(target), "+r"(top)
      :
      : "r6", "r12", "lr", "memory", "cc");
  u32 after = ticks();
  while (untouched < PAINTED / 4 && below[untouched] == PAINT) untouched++;
  u32 dirty = 0;
  for (u32 i = untouched; i < PAINTED / 4; i++) dirty += 4 * (below[i] != 0 && below[i] != PAINT);
  u32 answer[] = {r0, PAINTED - 4 * untouched, dirty, after - before};
  give(answer, sizeof answer);
}

void main(void) {
  start();
  for (;;) {
    u32 words[5];
    get(words, 4);
    u32 what = words[0];
    get(words, what == 4 ? 20 : 8);
    if (what == 1) lend(words[0], words[1]);
    else if (what == 2) get((void *)words[0], words[1]);
    else if (what == 3) give((void *)words[0], words[1]);
    else if (what == 4) called(words);
  }
}

#ifdef SYSTEM
static void fault(void) { semihosting(0x18, (void *)0x20023); }
__attribute__((section(".vectors"), used)) static const void *const vectors[] = {(void *)0x20100000, (void *)main, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault};
#else
void _start(void) { main(); }
#endif
