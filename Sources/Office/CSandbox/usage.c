// How much memory the processes of a sandbox have, seen from outside by the sandbox's own /proc. It is
// asked where no control group counts.
#define _GNU_SOURCE
#include "sandbox.h"
#ifdef __linux__
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *slurp(int directory, const char *path, char *text, size_t size) {
  int file = openat(directory, path, O_RDONLY | O_CLOEXEC);
  ssize_t n = file < 0 ? -1 : read(file, text, size - 1);
  if (file >= 0) close(file);
  if (n < 0) return NULL;
  text[n] = 0;
  return text;
}

/// Anonymous memory of a process, with pages that it shares counted in full: cheap.
static int64_t roughly(int proc, const char *name) {
  char path[300], text[256];
  long long all, resident, shared;
  snprintf(path, sizeof path, "%s/statm", name);
  if (!slurp(proc, path, text, sizeof text)) return 0;
  if (sscanf(text, "%lld %lld %lld", &all, &resident, &shared) != 3) return 0;
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

/// The same with the process's share of shared pages.
static int64_t exactly(int proc, const char *name) {
  char path[300], text[4096];
  snprintf(path, sizeof path, "%s/smaps_rollup", name);
  if (!slurp(proc, path, text, sizeof text)) return 0;
  const char *anonymous = strstr(text, "Pss_Anon:"), *shared = strstr(text, "Pss_Shmem:");
  if (!anonymous) return roughly(proc, name);
  return 1024 * (atoll(anonymous + 9) + (shared ? atoll(shared + 10) : 0));
}

int sandbox_usage(int proc, bool precisely, int64_t *bytes) {
  // A descriptor of its own, so that the position in the directory is too.
  int again = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
  DIR *directory = again < 0 ? NULL : fdopendir(again);
  *bytes = 0;
  if (!directory) return 0;
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    *bytes += precisely ? exactly(proc, entry->d_name) : roughly(proc, entry->d_name);
    count++;
  }
  closedir(directory);
  return count;
}
#endif
