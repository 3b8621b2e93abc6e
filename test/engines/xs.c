/* XS as a small board, in the place of xsnap.c: a script, then lines in and lines out. Its heap begins small, so that garbage is collected as on a device; what it
   takes from the system is counted, and capped: xs SCRIPT HEAP_OCTETS (0: no cap). */
#define _GNU_SOURCE
#include "xsnap.h"

/* xsnapPlatform.c asks for it */
#define CALLBACKS 2
static void ticks(xsMachine *the);
static void heap(xsMachine *the);
xsCallback gxSnapshotCallbacks[CALLBACKS] = { ticks, heap };

static void ticks(xsMachine *the) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  xsResult = xsNumber(now.tv_sec * 1e3 + now.tv_nsec / 1e6);
}

/* chunks and slots that the machine holds; it gives none back */
static void heap(xsMachine *the) {
  xsResult = xsNumber((double)the->allocatedSpace);
}

static int answer(xsMachine *machine, char *line) {
  int wrong = 0;
  xsBeginHost(machine);
  {
    xsVars(2);
    xsTry {
      xsVar(0) = xsString(line);
      xsVar(1) = xsGet(xsGlobal, xsID("ibake"));
      xsResult = xsCall1(xsVar(1), xsID("answer"), xsVar(0));
      puts(xsToString(xsResult));
    }
    xsCatch {
      fprintf(stderr, "answer: %s\n", xsToString(xsException));
      wrong = 3;
    }
  }
  xsEndHost(machine);
  fflush(stdout);
  return wrong;
}

static int load(xsMachine *machine, char *path) {
  int wrong = 0;
  xsBeginHost(machine);
  {
    xsVars(2);
    xsTry {
      xsVar(0) = xsNewObject();
      xsVar(1) = xsNewHostFunction(ticks, 0);
      xsSet(xsVar(0), xsID("ticks"), xsVar(1));
      xsVar(1) = xsNewHostFunction(heap, 0);
      xsSet(xsVar(0), xsID("heap"), xsVar(1));
      xsSet(xsGlobal, xsID("host"), xsVar(0));
      xsRunProgramFile(path);
    }
    xsCatch {
      fprintf(stderr, "%s: %s\n", path, xsToString(xsException));
      wrong = 3;
    }
  }
  xsEndHost(machine);
  return wrong;
}

int main(int argc, char *argv[]) {
  if (argc != 3) return 2;
  xsCreation creation = {
    64 * 1024,  /* initialChunkSize */
    64 * 1024,  /* incrementalChunkSize */
    4096,       /* initialHeapCount: slots of 32 octets */
    2048,       /* incrementalHeapCount */
    4096,       /* stackCount */
    4096,       /* initialKeyCount */
    1024,       /* incrementalKeyCount */
    1993,       /* nameModulo */
    127,        /* symbolModulo */
    512 * 1024, /* parserBufferSize */
    1993,       /* parserTableModulo */
  };
  char *line = NULL;
  size_t room = 0;
  int wrong = 0;
  xsInitializeSharedCluster();
  xsMachine *machine = xsCreateMachine(&creation, "xs", NULL);
  size_t cap = strtoul(argv[2], NULL, 10);
  if (cap != 0) machine->allocationLimit = cap;
  xsBeginMetering(machine, NULL, 0);
  {
    wrong = load(machine, argv[1]);
    while (wrong == 0 && getline(&line, &room, stdin) > 0) wrong = answer(machine, line);
  }
  xsEndMetering(machine);
  if (machine->abortStatus != 0) {
    fprintf(stderr, "the machine gave up with %d\n", machine->abortStatus);
    return 3;
  }
  return wrong;
}
