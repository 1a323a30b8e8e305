// How much lies in a directory, found out in small steps, so that nobody waits for a big one.
//
// The directories on the way down are kept open on a stack. A directory deeper than the stack is
// counted, but not entered: a process that digs that deep gains nothing but a few uncounted files.
#define _GNU_SOURCE
#include "sandbox.h"
#ifdef __linux__
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH = 200 };

struct sandbox_walk {
  DIR *stack[DEPTH];
  int depth;
  int64_t bytes, files;
};

static bool enter(sandbox_walk *walk, int descriptor) {
  DIR *directory = descriptor < 0 ? NULL : fdopendir(descriptor);
  if (directory) walk->stack[walk->depth++] = directory;
  else if (descriptor >= 0) close(descriptor);
  return directory != NULL;
}

sandbox_walk *sandbox_walk_begin(const char *directory) {
  sandbox_walk *walk = calloc(1, sizeof *walk);
  if (walk && enter(walk, open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)))
    return walk;
  free(walk);
  return NULL;
}

bool sandbox_walk_on(sandbox_walk *walk, int entries) {
  while (walk->depth > 0 && entries > 0) {
    DIR *directory = walk->stack[walk->depth - 1];
    struct dirent *entry = readdir(directory);
    if (!entry) {
      closedir(directory);
      walk->depth--;
      continue;
    }
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    struct stat status;
    entries--;
    // What vanishes between the two calls is not there any more.
    if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW)) continue;
    walk->files++;
    walk->bytes += (int64_t)status.st_blocks * 512;
    if (S_ISDIR(status.st_mode) && walk->depth < DEPTH)
      enter(walk, openat(dirfd(directory), entry->d_name,
                         O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  }
  return walk->depth > 0;
}

void sandbox_walk_totals(const sandbox_walk *walk, int64_t *bytes, int64_t *files) {
  *bytes = walk->bytes;
  *files = walk->files;
}

void sandbox_walk_end(sandbox_walk *walk) {
  while (walk->depth > 0) closedir(walk->stack[--walk->depth]);
  free(walk);
}
#endif
