/* Duktape as a small board: a script, then lines in and lines out. Every octet of its heap is counted, and capped: duktape SCRIPT HEAP_OCTETS (0: no cap). */
#define _GNU_SOURCE
#include <duktape.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t used, peak, cap;

/* each block has its size before it, in the room of the strictest alignment */
#define ROOM 16

static void *resized(void *udata, void *ptr, duk_size_t size) {
  (void)udata;
  size_t before = ptr == NULL ? 0 : *(size_t *)((char *)ptr - ROOM);
  if (size == 0) {
    used -= before;
    if (ptr != NULL) free((char *)ptr - ROOM);
    return NULL;
  }
  if (cap != 0 && used - before + size > cap) return NULL;
  char *block = realloc(ptr == NULL ? NULL : (char *)ptr - ROOM, size + ROOM);
  if (block == NULL) return NULL;
  *(size_t *)block = size;
  used += size - before;
  if (used > peak) peak = used;
  return block + ROOM;
}

static void *allocated(void *udata, duk_size_t size) {
  return size == 0 ? NULL : resized(udata, NULL, size);
}

static void freed(void *udata, void *ptr) {
  resized(udata, ptr, 0);
}

static void fatal(void *udata, const char *message) {
  (void)udata;
  fprintf(stderr, "%s\n", message);
  exit(3);
}

static duk_ret_t ticks(duk_context *ctx) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  duk_push_number(ctx, now.tv_sec * 1e3 + now.tv_nsec / 1e6);
  return 1;
}

/* the high-water mark since it was last asked for */
static duk_ret_t heap(duk_context *ctx) {
  duk_push_number(ctx, (double)peak);
  peak = used;
  return 1;
}

static int refused(duk_context *ctx, const char *what) {
  fprintf(stderr, "%s: %s\n", what, duk_safe_to_string(ctx, -1));
  return 3;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  cap = strtoul(argv[2], NULL, 10);
  FILE *file = fopen(argv[1], "rb");
  char *text = NULL, *line = NULL;
  size_t room = 0;
  if (file == NULL || getdelim(&text, &room, 0, file) < 0) return 2;
  duk_context *ctx = duk_create_heap(allocated, resized, freed, NULL, fatal);
  if (ctx == NULL) return 3;
  duk_push_object(ctx);
  duk_push_c_function(ctx, ticks, 0);
  duk_put_prop_string(ctx, -2, "ticks");
  duk_push_c_function(ctx, heap, 0);
  duk_put_prop_string(ctx, -2, "heap");
  duk_put_global_string(ctx, "host");
  if (duk_peval_string(ctx, text) != 0) return refused(ctx, argv[1]);
  free(text);
  for (ssize_t length; (length = getline(&line, &room, stdin)) > 0;) {
    duk_get_global_string(ctx, "ibake");
    duk_get_prop_string(ctx, -1, "answer");
    duk_push_lstring(ctx, line, length);
    if (duk_pcall(ctx, 1) != 0) return refused(ctx, "answer");
    puts(duk_safe_to_string(ctx, -1));
    fflush(stdout);
    duk_set_top(ctx, 0);
  }
  return 0;
}
