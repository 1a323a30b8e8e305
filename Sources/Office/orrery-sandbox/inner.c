// The inner role: the first process of the sandbox.
#define _GNU_SOURCE
#include "launcher.h"
#ifdef __linux__
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACES = 8 };

int listen_on_loopback(int port) {
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (socket_ < 0 || setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
      bind(socket_, (struct sockaddr *)&address, sizeof address) || listen(socket_, 512))
    give_up("the socket of the proxy");
  return socket_;
}

static int look_at(const char *directory) {
  int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) give_up(directory);
  return descriptor;
}

/// A bound of the kernel on each process; never more than there was before.
static void bound(int what, rlim_t most) {
  struct rlimit now;
  if (getrlimit((__rlimit_resource_t)what, &now)) give_up("the limits");
  if (most < now.rlim_max) now.rlim_max = most;
  if (now.rlim_cur > now.rlim_max) now.rlim_cur = now.rlim_max;
  if (setrlimit((__rlimit_resource_t)what, &now)) give_up("the limits");
}

/// Becomes the command. Its words about a program that is not there are those of a shell.
[[noreturn]] static void become(char **command) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // The one that it was given was opened on the host, where its owner could change it.
  struct stat input, null;
  if (!fstat(0, &input) && !stat("/dev/null", &null) && input.st_rdev == null.st_rdev) {
    int own = open("/dev/null", O_RDONLY);
    if (own > 0) dup2(own, 0), close(own);
  }
  execvp(command[0], command);
  int status = errno == ENOENT || errno == ENOTDIR ? 127 : 126;
  dprintf(2, "%s: %s\n", command[0], strerror(errno));
  _exit(status);
}

/// Waits for the command, and buries whoever loses its parent meanwhile. Returns the wait status.
static int watch(pid_t command, int children) {
  struct pollfd polled[2] = {{.fd = children, .events = POLLIN}, {.fd = SANDBOX_CONTROL}};
  for (;;) {
    int status;
    pid_t dead;
    while ((dead = waitpid(-1, &status, WNOHANG)) > 0)
      if (dead == command) return status;
    if (poll(polled, 2, -1) < 0 && errno != EINTR) _exit(125);
    // Orrery is gone: so is everything in here.
    if (polled[1].revents & (POLLHUP | POLLERR)) _exit(125);
    struct signalfd_siginfo information;
    if (polled[0].revents & POLLIN) (void)!read(children, &information, sizeof information);
  }
}

int inner(int count, char **arguments) {
  char *places[PLACES];
  int written = 0, i = 0, port = 0;
  for (; i + 1 < count && strcmp(arguments[i], "--"); i += 2) {
    char *word = arguments[i], *value = arguments[i + 1];
    rlim_t number = strtoull(value, NULL, 10);
    if (!strcmp(word, "write") && written < PLACES) places[written++] = value;
    else if (!strcmp(word, "proxy")) port = (int)number;
    else if (!strcmp(word, "processes")) bound(RLIMIT_NPROC, number);
    else if (!strcmp(word, "memory")) bound(RLIMIT_DATA, number);
    else if (!strcmp(word, "disk")) bound(RLIMIT_FSIZE, number);
    else errno = EINVAL, give_up("the arguments");
  }
  if (i + 1 >= count) errno = EINVAL, give_up("the arguments");
  bound(RLIMIT_CORE, 0);
  bound(RLIMIT_NOFILE, 65536);

  // Nobody in here may look into this process or ask it for what it has.
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  fcntl(SANDBOX_CONTROL, F_SETFD, FD_CLOEXEC);
  int descriptors[SANDBOX_DESCRIPTORS] = {sandbox_pidfd_open(getpid()), look_at("/tmp"),
                                          look_at("/dev/shm"), look_at("/proc"), -1};
  if (descriptors[0] < 0) give_up("the descriptor of a process");
  if (port) descriptors[4] = listen_on_loopback(port);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  int children = signalfd(-1, &child, SFD_CLOEXEC);
  if (children < 0) give_up("the signals");

  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) give_up("the rights");
  sandbox_message ready = {.kind = SANDBOX_READY, .value = confine_writes(places, written)};
  filter_calls();
  if (sandbox_send(SANDBOX_CONTROL, &ready, descriptors, port ? 5 : 4)) _exit(125);
  for (int d = 0; d < SANDBOX_DESCRIPTORS; d++)
    if (descriptors[d] >= 0) close(descriptors[d]);

  pid_t command = fork();
  if (command < 0) give_up("the command's process");
  if (command == 0) become(arguments + i + 1);
  sandbox_message ended = {.kind = SANDBOX_ENDED, .value = watch(command, children)};
  (void)sandbox_send(SANDBOX_CONTROL, &ended, NULL, 0);
  _exit(0);
}
#else
int inner(int count, char **arguments) { return (void)count, (void)arguments, 64; }
#endif
