/* GStreamer's MIKEY codec (libgstreamer-plugins-base1.0): a message from standard input is read and written `rounds` times.
 * Prints the nanoseconds of a reading and of a writing. Ends with 1 if GStreamer refuses the message or writes other octets than it read. */
#include <gst/sdp/gstmikey.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int count, char **words) {
  static guint8 data[65536];
  gsize size = fread(data, 1, sizeof data, stdin);
  int rounds = count > 1 ? atoi(words[1]) : 1;
  GstMIKEYMessage *message = gst_mikey_message_new_from_data(data, size, NULL, NULL);
  GBytes *bytes = message ? gst_mikey_message_to_bytes(message, NULL, NULL) : NULL;
  if (!bytes || g_bytes_get_size(bytes) != size || memcmp(g_bytes_get_data(bytes, NULL), data, size)) return 1;
  double from = now();
  for (int i = 0; i < rounds; i++) gst_mikey_message_unref(gst_mikey_message_new_from_data(data, size, NULL, NULL));
  double between = now();
  for (int i = 0; i < rounds; i++) g_bytes_unref(gst_mikey_message_to_bytes(message, NULL, NULL));
  printf("%f %f\n", (between - from) / rounds, (now() - between) / rounds);
  return 0;
}
