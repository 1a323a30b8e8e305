// Calls on files beneath open directories: see files.h.
#define _GNU_SOURCE
#include "include/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#define PATH(text) ((const char *)(text))

static int result(int value) { return value < 0 ? -errno : value; }

int orrery_open_root(const uint8_t *path) {
  return result(open(PATH(path), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

static int flags_of(orrery_purpose purpose) {
  switch (purpose) {
  case ORRERY_PLACE: return O_PATH | O_NOFOLLOW | O_CLOEXEC;
  case ORRERY_READ: return O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  case ORRERY_WRITE: return O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  case ORRERY_CREATE: return O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  }
  return O_PATH | O_CLOEXEC;
}

// The same by single names, for kernels (or filters) without openat2.
static int open_by_names(int root, const char *path, int flags, uint32_t mode) {
  int directory = root;
  for (;;) {
    const char *slash = strchr(path, '/');
    if (!slash) break;
    char name[NAME_MAX + 1];
    size_t count = (size_t)(slash - path);
    int next = -ENAMETOOLONG;
    if (count <= NAME_MAX) {
      memcpy(name, path, count);
      name[count] = 0;
      next = result(openat(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    if (directory != root) close(directory);
    if (next < 0) return next;
    directory = next;
    path = slash + 1;
  }
  int file = result(openat(directory, path, flags, mode));
  if (directory != root) close(directory);
  return file;
}

int orrery_open(int root, const uint8_t *path, orrery_purpose purpose, uint32_t mode) {
  int flags = flags_of(purpose);
  if (!*path) path = (const uint8_t *)".";
  if (!strchr(PATH(path), '/')) return result(openat(root, PATH(path), flags, mode));
  static _Atomic int is_missing = 0;
  if (!is_missing) {
    struct open_how how = {
      .flags = (uint64_t)flags,
      .mode = purpose == ORRERY_CREATE ? mode : 0,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    for (;;) {
      int file = result((int)syscall(SYS_openat2, root, path, &how, sizeof how));
      if (file == -EAGAIN) continue; // A rename elsewhere was in the way.
      if (file != -ENOSYS && file != -EPERM) return file;
      break;
    }
    is_missing = 1;
  }
  return open_by_names(root, PATH(path), flags, mode);
}

int orrery_close(int file) { return result(close(file)); }

int orrery_stat(int directory, const uint8_t *name, orrery_status *status) {
  struct statx x;
  int failed = statx(directory, PATH(name), AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT,
                     STATX_BASIC_STATS | STATX_MNT_ID, &x);
  if (failed) return -errno;
  *status = (orrery_status){
    .device = makedev(x.stx_dev_major, x.stx_dev_minor),
    .inode = x.stx_ino,
    .mount = x.stx_mask & STATX_MNT_ID ? x.stx_mnt_id : 0,
    .special = makedev(x.stx_rdev_major, x.stx_rdev_minor),
    .mode = x.stx_mode,
    .links = x.stx_nlink,
    .user = x.stx_uid,
    .group = x.stx_gid,
    .size = (int64_t)x.stx_size,
    .modified = x.stx_mtime.tv_sec * 1000000000LL + x.stx_mtime.tv_nsec,
    .changed = x.stx_ctime.tv_sec * 1000000000LL + x.stx_ctime.tv_nsec,
  };
  return 0;
}

// Opens a place and says the path by which the kernel lets calls have it that take only paths: the
// link in /proc leads to exactly what was opened.
static int open_place(int directory, const uint8_t *name, char path[32]) {
  int place = openat(directory, *name ? PATH(name) : ".", O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (place < 0) return -errno;
  snprintf(path, 32, "/proc/self/fd/%d", place);
  return place;
}

static int64_t closing(int place, int64_t value) {
  int64_t out = value < 0 ? -errno : value;
  close(place);
  return out;
}

int orrery_chmod(int directory, const uint8_t *name, uint32_t mode) {
  char path[32];
  int place = open_place(directory, name, path);
  if (place < 0) return place;
  return (int)closing(place, chmod(path, mode));
}

int orrery_chown(int directory, const uint8_t *name, uint32_t user, uint32_t group) {
  return result(fchownat(directory, PATH(name), user, group, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH));
}

int orrery_set_modified(int directory, const uint8_t *name, int64_t nanoseconds) {
  int64_t seconds = nanoseconds / 1000000000;
  int64_t rest = nanoseconds % 1000000000;
  if (rest < 0) {
    seconds -= 1;
    rest += 1000000000;
  }
  struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds, .tv_nsec = rest}};
  return result(
    utimensat(directory, *name ? PATH(name) : ".", times, AT_SYMLINK_NOFOLLOW));
}

int64_t orrery_attributes(int directory, const uint8_t *name, uint8_t *out, size_t capacity) {
  char path[32];
  int place = open_place(directory, name, path);
  if (place < 0) return place;
  char small[1024];
  char *names = small;
  ssize_t count = listxattr(path, small, sizeof small);
  if (count < 0 && errno == ERANGE) {
    count = XATTR_LIST_MAX;
    names = malloc((size_t)count);
    count = names ? listxattr(path, names, (size_t)count) : (errno = ENOMEM, -1);
  }
  if (count < 0 && errno == ENOTSUP) count = 0;
  int64_t needed = count < 0 ? -errno : 0;
  for (char *key = names; count > 0 && key < names + count; key += strlen(key) + 1) {
    uint32_t counts[2] = {(uint32_t)strlen(key), 0};
    size_t head = (size_t)needed + sizeof counts + counts[0];
    ssize_t value = getxattr(path, key, head < capacity ? out + head : NULL,
                             head < capacity ? capacity - head : 0);
    if (value < 0 && errno == ERANGE) value = getxattr(path, key, NULL, 0);
    if (value < 0 && errno == ENODATA) continue; // Removed meanwhile.
    if (value < 0) {
      needed = -errno;
      break;
    }
    counts[1] = (uint32_t)value;
    if (head <= capacity) {
      memcpy(out + needed, counts, sizeof counts);
      memcpy(out + needed + sizeof counts, key, counts[0]);
    }
    needed = (int64_t)head + value;
  }
  if (names != small) free(names);
  close(place);
  return needed;
}

int64_t orrery_attribute(int directory, const uint8_t *name, const char *key, uint8_t *out,
                         size_t capacity) {
  char path[32];
  int place = open_place(directory, name, path);
  if (place < 0) return place;
  return closing(place, getxattr(path, key, out, capacity));
}

int orrery_set_attribute(int directory, const uint8_t *name, const uint8_t *key,
                         const uint8_t *value, size_t count) {
  char path[32];
  int place = open_place(directory, name, path);
  if (place < 0) return place;
  return (int)closing(place, setxattr(path, PATH(key), value, count, 0));
}

int orrery_remove_attribute(int directory, const uint8_t *name, const uint8_t *key) {
  char path[32];
  int place = open_place(directory, name, path);
  if (place < 0) return place;
  return (int)closing(place, removexattr(path, PATH(key)));
}

int64_t orrery_read_link(int directory, const uint8_t *name, uint8_t *out, size_t capacity) {
  ssize_t count = readlinkat(directory, PATH(name), (char *)out, capacity);
  return count < 0 ? -errno : count;
}

int orrery_make_directory(int directory, const uint8_t *name, uint32_t mode) {
  return result(mkdirat(directory, PATH(name), mode));
}

int orrery_make_link(int directory, const uint8_t *name, const uint8_t *target) {
  return result(symlinkat(PATH(target), directory, PATH(name)));
}

int orrery_make_whiteout(int directory, const uint8_t *name) {
  return result(mknodat(directory, PATH(name), S_IFCHR, makedev(0, 0)));
}

int orrery_hard_link(int from, const uint8_t *source, int to, const uint8_t *name) {
  return result(linkat(from, PATH(source), to, PATH(name), 0));
}

int orrery_rename(int from, const uint8_t *source, int to, const uint8_t *name, orrery_move move) {
  unsigned flags = move == ORRERY_MOVE_NEW        ? RENAME_NOREPLACE
                   : move == ORRERY_MOVE_EXCHANGE ? RENAME_EXCHANGE
                                                  : 0;
  return result((int)syscall(SYS_renameat2, from, source, to, name, flags));
}

int orrery_unlink(int directory, const uint8_t *name) {
  return result(unlinkat(directory, PATH(name), 0));
}

int orrery_rmdir(int directory, const uint8_t *name) {
  return result(unlinkat(directory, PATH(name), AT_REMOVEDIR));
}

int64_t orrery_read(int file, uint8_t *out, size_t count, int64_t offset) {
  for (;;) {
    ssize_t got = pread(file, out, count, offset);
    if (got >= 0 || errno != EINTR) return got < 0 ? -errno : got;
  }
}

int orrery_write(int file, const uint8_t *bytes, size_t count) {
  while (count) {
    ssize_t written = write(file, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -errno;
    bytes += written;
    count -= (size_t)written;
  }
  return 0;
}

int orrery_sync(int file) { return result(fsync(file)); }

int orrery_sync_all(int file) { return result(syncfs(file)); }

int orrery_is_overlay(int directory) {
  struct statfs status;
  return fstatfs(directory, &status) ? -errno : status.f_type == 0x794c7630;
}

uint32_t orrery_user(void) { return geteuid(); }

uint32_t orrery_group(void) { return getegid(); }

int64_t orrery_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void orrery_nap(int64_t nanoseconds) {
  struct timespec rest = {.tv_nsec = nanoseconds};
  nanosleep(&rest, NULL);
}

const char *orrery_error_text(int code) { return strerrordesc_np(code); }

#endif
