// Landlock: a second wall, which holds even where a mount was forgotten. It speaks of writes only: what
// may be read is decided by what is mounted. TCP is not spoken of either: the sandbox has a network of
// its own, in which there is nothing but its own servers and the proxy.
//
// Numbers are those of the kernel's interface, so that older headers do.
#define _GNU_SOURCE
#include "launcher.h"
#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, PATH_BENEATH = 1 };

enum : uint64_t {
  WRITE_FILE = 1 << 1,
  // Removing (two kinds) and making (seven kinds).
  REMOVE_AND_MAKE = 0x1FF0,
  REFER = 1 << 13,
  TRUNCATE = 1 << 14,
  IOCTL_DEVICE = 1 << 15,
  SCOPE_ABSTRACT_SOCKETS = 1 << 0,
  SCOPE_SIGNALS = 1 << 1,
};

struct ruleset {
  uint64_t files, network, scopes;
};

struct [[gnu::packed]] beneath {
  uint64_t allowed;
  int32_t parent;
};

static void allow(int ruleset, const char *place, uint64_t rights) {
  int parent = open(place, O_PATH | O_CLOEXEC);
  if (parent < 0 && errno == ENOENT) return;
  struct beneath rule = {rights, parent};
  if (parent < 0 || syscall(ADD_RULE, ruleset, PATH_BENEATH, &rule, 0)) give_up(place);
  close(parent);
}

int confine_writes(char *const places[], int count) {
  static const char *const devices[] = {"/dev/null",    "/dev/zero", "/dev/full", "/dev/random",
                                        "/dev/urandom", "/dev/tty",  "/dev/ptmx", "/dev/pts"};
  int abi = sandbox_landlock_abi();
  // The first version forbids every rename from one directory to another: no work can be done so.
  if (abi < 2) return 0;
  uint64_t device = WRITE_FILE | (abi >= 3 ? TRUNCATE : 0) | (abi >= 5 ? IOCTL_DEVICE : 0);
  struct ruleset all = {.files = device | REMOVE_AND_MAKE | REFER,
                        .scopes = abi >= 6 ? SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS : 0};
  // A kernel refuses a structure that is longer than its own, unless the rest is zero.
  int ruleset = (int)syscall(CREATE_RULESET, &all, sizeof all, 0);
  if (ruleset < 0) give_up("Landlock");
  for (int i = 0; i < count; i++) allow(ruleset, places[i], all.files);
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) allow(ruleset, devices[i], device);
  if (syscall(RESTRICT_SELF, ruleset, 0)) give_up("Landlock");
  close(ruleset);
  return abi;
}
#endif
