// The filter of system calls: what no work on files needs, and what sandboxes have been left by.
//
// A classic BPF program: is it our architecture; is it one of the calls that are denied; for four
// calls, what do they ask for. The kernel remembers which calls are always allowed, so that those
// cost nothing. A denied call fails with EPERM, as for somebody without rights.
#define _GNU_SOURCE
#include "launcher.h"
#ifdef __linux__
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the numbers of this architecture's system calls are not known here"
#endif

static const unsigned denied[] = {
    // Mounts, old and new.
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, 428 /* open_tree */, 429 /* move_mount */,
    430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */,
    442 /* mount_setattr */, 467 /* open_tree_attr */, SYS_swapon, SYS_swapoff,
    // Other processes and other namespaces.
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, 438 /* pidfd_getfd */,
    440 /* process_madvise */, SYS_setns,
    // Parts of the kernel with a long record of holes.
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, 425 /* io_uring_setup */,
    426 /* io_uring_enter */, 427 /* io_uring_register */, SYS_add_key, SYS_request_key, SYS_keyctl,
    SYS_fanotify_init, SYS_vmsplice,
    // Files without their paths.
    SYS_open_by_handle_at, SYS_name_to_handle_at,
    // The machine.
    SYS_kexec_load, SYS_kexec_file_load, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_reboot, SYS_syslog, SYS_acct, SYS_quotactl, 443 /* quotactl_fd */, SYS_settimeofday,
    SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_sethostname, SYS_setdomainname,
    SYS_vhangup, SYS_nfsservctl, SYS_lookup_dcookie,
#ifdef __x86_64__
    SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_ustat, SYS_sysfs,
#endif
};

enum { NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                    CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME };

#define FIELD(name) (offsetof(struct seccomp_data, name))
/// The lower half of an argument, which is all that the kernel reads of an `int`.
#define ARGUMENT(i) (FIELD(args) + 8 * (i))
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define IF(how, value, then, otherwise) BPF_JUMP(BPF_JMP | how | BPF_K, (value), (then), (otherwise))
#define DENY RETURN(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW RETURN(SECCOMP_RET_ALLOW)

void filter_calls(void) {
  static const struct sock_filter beginning[] = {
      LOAD(FIELD(arch)), IF(BPF_JEQ, ARCHITECTURE, 1, 0), DENY, LOAD(FIELD(nr)),
#ifdef __x86_64__
      // The numbers of the x32 interface mean the same calls.
      IF(BPF_JGE, 0x40000000, 0, 1), DENY,
#endif
  };
  static const struct sock_filter ending[] = {
      // clone3 hides its flags from filters: without it, libraries use clone.
      IF(BPF_JEQ, 435, 0, 1), RETURN(SECCOMP_RET_ERRNO | ENOSYS),
      // clone (flags first on both architectures) and unshare: no new namespaces.
      IF(BPF_JEQ, SYS_clone, 1, 0), IF(BPF_JEQ, SYS_unshare, 0, 4), LOAD(ARGUMENT(0)),
      IF(BPF_JSET, NAMESPACES, 0, 1), DENY, ALLOW,
      // socket and socketpair: local, IPv4 and IPv6, and nothing raw.
      IF(BPF_JEQ, SYS_socket, 1, 0), IF(BPF_JEQ, SYS_socketpair, 0, 11), LOAD(ARGUMENT(0)),
      IF(BPF_JEQ, AF_UNIX, 3, 0), IF(BPF_JEQ, AF_INET, 2, 0), IF(BPF_JEQ, AF_INET6, 1, 0), DENY,
      LOAD(ARGUMENT(1)), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xF), IF(BPF_JGE, SOCK_RAW, 0, 2),
      IF(BPF_JEQ, SOCK_SEQPACKET, 1, 0), DENY, ALLOW,
      // ioctl: nothing typed into a terminal for somebody else.
      IF(BPF_JEQ, SYS_ioctl, 0, 4), LOAD(ARGUMENT(1)), IF(BPF_JEQ, TIOCSTI, 1, 0),
      IF(BPF_JEQ, 0x541C /* TIOCLINUX */, 0, 1), DENY, ALLOW,
  };
  struct sock_filter program[256];
  size_t length = 0;
  for (size_t i = 0; i < sizeof beginning / sizeof *beginning; i++) program[length++] = beginning[i];
  for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
    program[length++] = (struct sock_filter)IF(BPF_JEQ, denied[i], 0, 1);
    program[length++] = (struct sock_filter)DENY;
  }
  for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) program[length++] = ending[i];
  struct sock_fprog filter = {(unsigned short)length, program};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter))
    give_up("the filter of system calls");
}
#endif
