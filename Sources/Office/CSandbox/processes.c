// Starting and killing processes.
#define _GNU_SOURCE
#include "sandbox.h"
#ifdef __linux__
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

pid_t sandbox_spawn(const char *program, char *const arguments[], char *const environment[],
                    const int descriptors[4]) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
                                            POSIX_SPAWN_SETSIGMASK);
  // Ours are all above 3, and close on exec: each is put in its place without treading on another.
  for (int i = 0; i < 4; i++) posix_spawn_file_actions_adddup2(&actions, descriptors[i], i);
  pid_t process = 0;
  int error = posix_spawn(&process, program, &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error ? -error : process;
}

int sandbox_landlock_abi(void) {
  long abi = syscall(444 /* landlock_create_ruleset */, NULL, 0, 1 /* ask for the version */);
  return abi < 0 ? 0 : (int)abi;
}

int sandbox_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC)) return -1;
  // Fewer wakings for those who have much to say; where it is refused, they wake more often.
  (void)fcntl(ends[1], F_SETPIPE_SZ, 1 << 18);
  return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

int sandbox_bell(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void sandbox_ring(int bell) { (void)eventfd_write(bell, 1); }

const char *sandbox_image(void) {
  Dl_info image;
  return dladdr((void *)sandbox_image, &image) && image.dli_fname ? image.dli_fname : "";
}

int sandbox_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int sandbox_pidfd_kill(int descriptor) {
  return (int)syscall(SYS_pidfd_send_signal, descriptor, SIGKILL, NULL, 0);
}
#endif
