// Mounting the fork.
//
// Directories are opened first and named by descriptor, `/proc/self/fd/7`: short whatever their paths
// are, with no commas and colons to mind. Kernels from 6.7 on take the layers one by one; before, all
// must be said in one page, which is enough for two hundred.
#define _GNU_SOURCE
#include "launcher.h"
#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

// glibc has these from 2.36 on, and two headers that can not both be read.
extern int mount(const char *, const char *, const char *, unsigned long, const void *);
#ifndef MS_NOSUID
#define MS_NOSUID 2
#define MS_NODEV 4
#endif
enum { READ_ONLY = 1, NO_EXECUTION = 8, REMOUNT = 32, NO_TIMES = 1024, BIND = 4096, RELATIVE_TIMES = 1 << 21 };

static int configure(int context, unsigned command, const char *key, const char *value) {
  return (int)syscall(SYS_fsconfig, context, command, key, value, 0);
}

static const char *name_of(int descriptor, char text[32]) {
  sprintf(text, "/proc/self/fd/%d", descriptor);
  return text;
}

/// The way of new kernels; false, with errno, where it does not work.
static bool mount_by_parts(const int *layers, int count, int upper, int work, const char *target) {
  char name[32];
  int context = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC), error = -1, mounted = -1;
  if (context < 0) return false;
  error = configure(context, FSCONFIG_SET_FLAG, "userxattr", NULL);
  for (int i = 0; i < count && !error; i++)
    error = configure(context, FSCONFIG_SET_STRING, "lowerdir+", name_of(layers[i], name));
  if (!error) error = configure(context, FSCONFIG_SET_STRING, "upperdir", name_of(upper, name));
  if (!error) error = configure(context, FSCONFIG_SET_STRING, "workdir", name_of(work, name));
  if (!error) error = configure(context, FSCONFIG_CMD_CREATE, NULL, NULL);
  if (!error) mounted = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
                                     MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  if (mounted >= 0)
    error = (int)syscall(SYS_move_mount, mounted, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
  int reason = errno;
  if (mounted >= 0) close(mounted);
  close(context);
  errno = reason;
  return mounted >= 0 && !error;
}

static bool mount_at_once(const int *layers, int count, int upper, int work, const char *target) {
  char options[4096], name[32];
  size_t length = (size_t)sprintf(options, "userxattr,lowerdir=");
  for (int i = 0; i < count; i++) {
    if (length > sizeof options - 128) return errno = E2BIG, false;
    length += (size_t)sprintf(options + length, "%s%s", i ? ":" : "", name_of(layers[i], name));
  }
  length += (size_t)sprintf(options + length, ",upperdir=%s", name_of(upper, name));
  sprintf(options + length, ",workdir=%s", name_of(work, name));
  return !mount("overlay", target, "overlay", MS_NOSUID | MS_NODEV, options);
}

static int open_directory(const char *path) {
  int descriptor = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) give_up(path);
  return descriptor;
}

void mount_overlay(char *const lower[], int count, const char *upper, const char *work,
                   const char *target) {
  int layers[500];
  for (int i = 0; i < count; i++) layers[i] = open_directory(lower[i]);
  int above = open_directory(upper), beside = open_directory(work);
  if (!mount_by_parts(layers, count, above, beside, target) &&
      !mount_at_once(layers, count, above, beside, target))
    give_up("the overlay");
  for (int i = 0; i < count; i++) close(layers[i]);
  close(above);
  close(beside);
}
#endif

void protect_devices(void) {
  static const char *const devices[] = {"null", "zero", "full", "random", "urandom", "tty"};
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
    char path[32];
    struct statvfs now;
    sprintf(path, "/dev/%s", devices[i]);
    if (statvfs(path, &now)) continue;  // bubblewrap will say so if it needs it
    // What the host's mount has is locked, and must be said again.
    unsigned long flags = REMOUNT | BIND | READ_ONLY | MS_NOSUID;
    if (now.f_flag & ST_NOEXEC) flags |= NO_EXECUTION;
    if (now.f_flag & ST_NOATIME) flags |= NO_TIMES;
    if (now.f_flag & ST_RELATIME) flags |= RELATIVE_TIMES;
    if (mount(path, path, NULL, BIND, NULL) || mount(NULL, path, NULL, flags, NULL))
      give_up("the devices");
  }
}
