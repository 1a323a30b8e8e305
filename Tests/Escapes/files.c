// Attempts on files that a sandbox should not show, or not let be written.
#define _GNU_SOURCE
#include "escapes.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/// A file that is not there, may not be opened or has nothing to say is contained; so is a directory.
int attempt_read(const char *path) {
  char byte;
  DIR *directory = opendir(path);
  if (directory) {
    int entries = 0;
    while (readdir(directory)) entries++;
    printf("%s: %d entries\n", path, entries - 2);
    return entries > 2 ? ESCAPED : CONTAINED;
  }
  int file = open(path, O_RDONLY | O_NONBLOCK);
  if (file < 0) return refused(path, file);
  ssize_t count = read(file, &byte, 1);
  printf("%s: %zd bytes\n", path, count);
  return count > 0 ? ESCAPED : CONTAINED;
}

/// To open it is enough: nothing is written, so that nothing is broken should it work.
int attempt_write(const char *path) {
  struct stat status;
  int exists = !stat(path, &status);
  return refused(path, open(path, exists ? O_WRONLY : O_WRONLY | O_CREAT | O_EXCL, 0600));
}

int attempt_node(const char *kind) {
  dev_t device = !strcmp(kind, "memory") ? makedev(1, 1) : !strcmp(kind, "disk") ? makedev(254, 0) : 0;
  mode_t mode = !strcmp(kind, "disk") ? S_IFBLK : S_IFCHR;
  return refused(kind, mknod("node", mode | 0666, device));
}

/// A program with the set-user-ID bit of root runs this: it should have no more rights than its caller.
int attempt_rights(const char *unused) {
  (void)unused;
  printf("user %d, effective %d\n", (int)getuid(), (int)geteuid());
  return getuid() == geteuid() ? CONTAINED : ESCAPED;
}
