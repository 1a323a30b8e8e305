// Attempts on processes, and bombs.
#define _GNU_SOURCE
#include "escapes.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

/// A process of the host: asked only whether it is there.
int attempt_kill(const char *process) {
  char path[64];
  pid_t pid = atoi(process);
  snprintf(path, sizeof path, "/proc/%d", (int)pid);
  if (!access(path, F_OK)) printf("%s is there\n", path);
  return refused("kill", kill(pid, 0));
}

/// Types something for whoever reads the terminal next.
int attempt_terminal(const char *unused) {
  (void)unused;
  char byte = 'x';
  int own = open("/dev/tty", O_RDWR), pseudo = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  printf("/dev/tty: %s\n", own < 0 ? strerror(errno) : "opened");
  for (int i = 0; i < 3; i++)
    if (!ioctl(i, TIOCSTI, &byte)) return ESCAPED;
  return own < 0 ? refused("TIOCSTI", ioctl(pseudo, TIOCSTI, &byte)) : ESCAPED;
}

/// Descriptors that were not meant for a command.
int attempt_descriptors(const char *unused) {
  (void)unused;
  DIR *directory = opendir("/proc/self/fd");
  int others = 0;
  for (struct dirent *entry; directory && (entry = readdir(directory));) {
    int descriptor = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || descriptor < 3 || descriptor == dirfd(directory)) continue;
    printf("descriptor %d is open\n", descriptor);
    others++;
  }
  return !directory ? UNCLEAR : others ? ESCAPED : CONTAINED;
}

int attempt_shared_memory(const char *key) { return refused("shmget", shmget(atoi(key), 0, 0)); }

/// Forks until nothing more comes of it: more often than `most` is an escape.
int attempt_forks(const char *most) {
  int bound = atoi(most), count = 0;
  while (count <= bound) {
    pid_t child = fork();
    if (child < 0) break;
    if (child == 0) {
      pause();
      _exit(0);
    }
    count++;
  }
  printf("%d forks\n", count);
  return count > bound ? ESCAPED : CONTAINED;
}

/// Takes memory without end, in as many processes as wanted.
int attempt_memory(const char *processes) {
  for (int i = 1; i < atoi(processes); i++)
    if (fork() == 0) break;
  for (;;) {
    // Volatile, lest a compiler see that nobody reads it.
    volatile char *piece = malloc(1 << 20);
    // Where there is no more, it waits: others may still get some.
    if (!piece) pause();
    for (int i = 0; i < 1 << 20; i += 4096) piece[i] = 1;
  }
}

/// Makes empty files, in directories of a thousand.
int attempt_files(const char *count) {
  char path[64];
  for (int i = 0; i < atoi(count); i++) {
    if (i % 1000 == 0) {
      sprintf(path, "many%d", i / 1000);
      if (mkdir(path, 0777)) return refused(path, -1);
    }
    sprintf(path, "many%d/%d", i / 1000, i);
    int file = open(path, O_WRONLY | O_CREAT, 0666);
    if (file < 0) return refused(path, file);
    close(file);
  }
  return ESCAPED;
}
