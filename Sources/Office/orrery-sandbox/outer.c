// The outer role: the user namespace, the fork of the world, the bounds of the kernel's bookkeeping.
#define _GNU_SOURCE
#include "launcher.h"
#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOWER = 500 };  // as many layers as the kernel takes

static void put(const char *path, const char *text, const char *stage) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, text, strlen(text)) < 0) give_up(stage);
  close(file);
}

/// The map of ids of this namespace, each to itself: what root may give to a namespace below.
static void copy_map(const char *from, const char *to) {
  char text[4096] = "";
  size_t length = 0;
  FILE *file = fopen(from, "re");
  unsigned start, below, count;
  while (file && fscanf(file, "%u %u %u", &start, &below, &count) == 3 &&
         length < sizeof text - 64)
    length += (size_t)sprintf(text + length, "%u %u %u\n", start, start, count);
  if (file) fclose(file);
  put(to, text, "the map of ids");
}

/// As root every id stays what it is, so that ownership survives. Such a map has to come from a
/// process outside of the new namespace: a child that is made before, and writes it after.
static void enter_as_root(void) {
  int gate[2];
  if (pipe2(gate, O_CLOEXEC)) give_up("the user namespace");
  pid_t parent = getpid(), child = fork();
  if (child < 0) give_up("the user namespace");
  if (child == 0) {
    char byte, users[64], groups[64];
    close(gate[1]);
    if (read(gate[0], &byte, 1) != 1) _exit(1);
    sprintf(users, "/proc/%d/uid_map", (int)parent);
    sprintf(groups, "/proc/%d/gid_map", (int)parent);
    copy_map("/proc/self/uid_map", users);
    copy_map("/proc/self/gid_map", groups);
    _exit(0);
  }
  int status = 0;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) give_up("the user namespace");
  if (write(gate[1], "", 1) != 1) give_up("the user namespace");
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (status) _exit(125);  // the child has said why
  close(gate[0]);
  close(gate[1]);
}

/// Root may run a command as somebody without rights. That goes before everything else but the group.
static void become_user(uid_t user) {
  if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user))
    give_up("the user");
  // A process that has changed its user may not write its own maps, unless it says that it has no
  // secrets.
  prctl(PR_SET_DUMPABLE, 1);
}

static void enter_as_user(uid_t user, gid_t group) {
  char text[64];
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) give_up("the user namespace");
  put("/proc/self/setgroups", "deny", "the map of ids");
  sprintf(text, "%u %u 1\n", user, user);
  put("/proc/self/uid_map", text, "the map of ids");
  sprintf(text, "%u %u 1\n", group, group);
  put("/proc/self/gid_map", text, "the map of ids");
}

int outer(int count, char **arguments) {
  char *lower[LOWER], *upper = NULL, *work = NULL, *target = NULL;
  int layers = 0, i = 0;
  // Nothing that orrery has open gets any further than here.
  if (close_range(SANDBOX_CONTROL + 1, ~0U, 0)) give_up("the descriptors");
  for (; i + 1 < count && strcmp(arguments[i], "--"); i += 2) {
    char *word = arguments[i], *value = arguments[i + 1];
    if (!strcmp(word, "lower") && layers < LOWER) lower[layers++] = value;
    else if (!strcmp(word, "upper")) upper = value;
    else if (!strcmp(word, "work")) work = value;
    else if (!strcmp(word, "target")) target = value;
    // While this process is still what it was: afterwards it may not any more.
    else if (!strcmp(word, "cgroup")) put(value, "0", "the control group");
    else if (!strcmp(word, "user")) become_user((uid_t)atoi(value));
    else if (!strcmp(word, "nice")) (void)setpriority(PRIO_PROCESS, 0, atoi(value));
    else errno = EINVAL, give_up("the arguments");
  }
  uid_t user = geteuid();
  gid_t group = getegid();
  // The kernel should take a command's processes before any others when memory runs out.
  int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0) (void)!write(score, "500", 3), close(score);
  if (user == 0) enter_as_root();
  else enter_as_user(user, group);
  // As root bubblewrap needs no further user namespace, else two; and nobody else gets one.
  put("/proc/sys/user/max_user_namespaces", user == 0 ? "0" : "2", "the bound of namespaces");
  if (!upper || !work || !target) errno = EINVAL, give_up("the arguments");
  if (user == 0) protect_devices();
  mount_overlay(lower, layers, upper, work, target);
  // If orrery is gone by now, the inner role finds its socket closed.
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (i + 1 >= count) errno = EINVAL, give_up("the arguments");
  execv(arguments[i + 1], arguments + i + 1);
  give_up("bubblewrap");
}
#else
int outer(int count, char **arguments) { return (void)count, (void)arguments, 64; }
#endif
