// Attempts by system calls: each asks for something that works outside of the sandbox, at least for root.
#define _GNU_SOURCE
#include "escapes.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/// A call with a structure first: what it holds does not matter, for it is not read.
static char space[256];

static long mount_temporary(void) { return mount("none", ".", "tmpfs", 0, NULL); }
static long mount_again(void) { return mount("/usr", ".", NULL, MS_BIND, NULL); }
static long mount_writable(void) { return mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL); }
static long unmount(void) { return umount2("/usr", MNT_DETACH); }
static long pivot(void) { return syscall(SYS_pivot_root, ".", "."); }
static long change_root(void) { return chroot("."); }
static long new_file_system(void) { return syscall(430, "tmpfs", 0); }
static long clone_tree(void) { return syscall(428, AT_FDCWD, "/", 1); }

static long trace_first(void) { return ptrace(PTRACE_SEIZE, 1, NULL, NULL); }
static long trace_child(void) {
  pid_t child = fork();
  if (child == 0) _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? errno : 0);
  int status = 0;
  waitpid(child, &status, 0);
  errno = WEXITSTATUS(status);
  return errno ? -1 : 0;
}
static long read_first(void) {
  struct iovec here = {space, 8}, there = {(void *)0x400000, 8};
  return process_vm_readv(1, &here, 1, &there, 1, 0);
}
static long take_descriptor(void) {
  int first = (int)syscall(SYS_pidfd_open, 1, 0);
  return syscall(438, first, 3, 0);
}

static long load_program(void) {
  union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
                               .max_entries = 1};
  return syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
}
static long count_events(void) {
  struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attributes,
                                       .config = PERF_COUNT_SW_CPU_CLOCK, .exclude_kernel = 1};
  return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}
static long add_key(void) { return syscall(SYS_add_key, "user", "orrery", "x", 1, -2); }
static long join_keys(void) { return syscall(SYS_keyctl, 1, NULL); }
static long handle_faults(void) { return syscall(SYS_userfaultfd, 1); }
static long make_ring(void) {
  static uint32_t parameters[30];
  return syscall(425, 2, parameters);
}
static long watch_files(void) { return syscall(SYS_fanotify_init, 0x200, 0); }

static long split(int flags) { return unshare(flags); }
static long new_users(void) { return split(CLONE_NEWUSER); }
static long new_mounts(void) { return split(CLONE_NEWNS); }
static long new_network(void) { return split(CLONE_NEWNET); }
static long clone_users(void) { return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); }
static long clone_users_3(void) {
  uint64_t arguments[8] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
  return syscall(435, arguments, sizeof arguments);
}
static long join_first(void) {
  int space_of_first = open("/proc/1/ns/mnt", O_RDONLY);
  return setns(space_of_first, 0) && setns((int)syscall(SYS_pidfd_open, 1, 0), CLONE_NEWNS) ? -1 : 0;
}

static long open_by_handle(void) {
  struct {
    unsigned bytes;
    int kind;
    unsigned char handle[128];
  } handle = {.bytes = 128};
  int id, root = open("/", O_RDONLY);
  if (syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc/passwd", &handle, &id, 0)) return -1;
  return syscall(SYS_open_by_handle_at, root, &handle, O_RDONLY);
}

static long load_module(void) { return syscall(SYS_init_module, space, sizeof space, ""); }
static long load_kernel(void) { return syscall(SYS_kexec_load, 0, 0, NULL, 0); }
static long disable_keys(void) { return reboot(RB_DISABLE_CAD); }
static long read_log(void) { return syscall(SYS_syslog, 3, space, sizeof space); }
static long set_clock(void) {
  struct timeval now;
  gettimeofday(&now, NULL);
  return settimeofday(&now, NULL);
}
static long name_host(void) { return sethostname("escaped", 7); }
static long account(void) { return acct(NULL); }
#ifdef __x86_64__
static long other_numbers(void) { return syscall(0x40000000 | SYS_getpid); }
static long raise_ports(void) { return syscall(SYS_iopl, 3); }
static long change_segments(void) { return syscall(SYS_modify_ldt, 0, space, sizeof space); }
#endif

int attempt_call(const char *name) {
  static const struct {
    const char *name;
    long (*call)(void);
  } table[] = {
      {"mount", mount_temporary},      {"bind", mount_again},
      {"remount", mount_writable},     {"umount", unmount},
      {"pivot_root", pivot},           {"chroot", change_root},
      {"fsopen", new_file_system},     {"open_tree", clone_tree},
      {"ptrace-first", trace_first},   {"ptrace-child", trace_child},
      {"process_vm_readv", read_first}, {"pidfd_getfd", take_descriptor},
      {"bpf", load_program},           {"perf_event_open", count_events},
      {"add_key", add_key},            {"keyctl", join_keys},
      {"userfaultfd", handle_faults},  {"io_uring", make_ring},
      {"fanotify", watch_files},       {"unshare-users", new_users},
      {"unshare-mounts", new_mounts},  {"unshare-network", new_network},
      {"clone-users", clone_users},    {"clone3-users", clone_users_3},
      {"setns", join_first},           {"open_by_handle_at", open_by_handle},
      {"init_module", load_module},    {"kexec", load_kernel},
      {"reboot", disable_keys},        {"syslog", read_log},
      {"settimeofday", set_clock},     {"sethostname", name_host},
      {"acct", account},
#ifdef __x86_64__
      {"x32", other_numbers},          {"iopl", raise_ports},
      {"modify_ldt", change_segments},
#endif
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (!strcmp(name, table[i].name)) {
      long result = table[i].call();
      int reason = errno, outcome = refused(name, result);
      // Anything but these says that the call was looked at by more than the filter.
      return outcome == CONTAINED && reason != EPERM && reason != ENOSYS ? UNCLEAR : outcome;
    }
  return UNCLEAR;
}
