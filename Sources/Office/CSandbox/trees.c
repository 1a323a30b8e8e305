// Whole directories and whole files: listing, removing, copying. See files.h.
#define _GNU_SOURCE
#include "include/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/fs.h>
#include <sys/ioctl.h>

#define PATH(text) ((const char *)(text))

static int result(int value) { return value < 0 ? -errno : value; }

// The error of the last call, after closing a file.
static int closing(int file) {
  int error = -errno;
  close(file);
  return error;
}

static int is_dots(const char *name) { return !strcmp(name, ".") || !strcmp(name, ".."); }

int orrery_list(int directory, orrery_listing **listing) {
  int file = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return -errno;
  DIR *stream = fdopendir(file);
  if (!stream) return closing(file);
  *listing = (orrery_listing *)stream;
  return 0;
}

int orrery_next(orrery_listing *listing, const uint8_t **name, size_t *count) {
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir((DIR *)listing);
    if (!entry) return -errno;
    if (is_dots(entry->d_name)) continue;
    *name = (const uint8_t *)entry->d_name;
    *count = strlen(entry->d_name);
    return 1;
  }
}

void orrery_list_end(orrery_listing *listing) { closedir((DIR *)listing); }

// Empties `top/name`: directories in it move up to `top`, so that no depth needs many open files.
static int empty_directory(int top, const char *name, uint64_t *number) {
  orrery_chmod(top, (const uint8_t *)name, 0700);
  int file = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return -errno;
  DIR *listing = fdopendir(file);
  if (!listing) return closing(file);
  int failed = 0;
  for (struct dirent *entry; !failed && (entry = readdir(listing));) {
    if (is_dots(entry->d_name) || !unlinkat(file, entry->d_name, 0) || errno == ENOENT) continue;
    if (errno != EISDIR && errno != EPERM) {
      failed = -errno;
    } else if (unlinkat(file, entry->d_name, AT_REMOVEDIR)) {
      if (errno == ENOTDIR) {
        failed = -EPERM;
        break;
      }
      orrery_chmod(file, (const uint8_t *)entry->d_name, 0700);
      char moved[32];
      do {
        snprintf(moved, sizeof moved, ".%llu", (unsigned long long)(*number)++);
        failed = orrery_rename(file, (const uint8_t *)entry->d_name, top, (const uint8_t *)moved,
                               ORRERY_MOVE_NEW);
      } while (failed == -EEXIST);
    }
  }
  closedir(listing);
  return failed;
}

int orrery_remove_tree(int directory, const uint8_t *name) {
  if (!unlinkat(directory, PATH(name), 0) || errno == ENOENT) return 0;
  if (!unlinkat(directory, PATH(name), AT_REMOVEDIR)) return 0;
  if (errno == ENOTDIR) return -EPERM;
  orrery_chmod(directory, name, 0700);
  int top = openat(directory, PATH(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (top < 0) return -errno;
  uint64_t number = 0;
  int failed = 0;
  for (int found = 1; found && !failed;) {
    found = 0;
    int copy = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = copy < 0 ? NULL : fdopendir(copy);
    if (!listing) {
      failed = -errno;
      if (copy >= 0) close(copy);
      break;
    }
    for (struct dirent *entry; !failed && (entry = readdir(listing));) {
      if (is_dots(entry->d_name)) continue;
      found = 1;
      if (!unlinkat(top, entry->d_name, 0) || errno == ENOENT) continue;
      if (errno != EISDIR && errno != EPERM) {
        failed = -errno;
      } else if (unlinkat(top, entry->d_name, AT_REMOVEDIR)) {
        failed = errno == ENOTDIR ? -EPERM : empty_directory(top, entry->d_name, &number);
        if (!failed && unlinkat(top, entry->d_name, AT_REMOVEDIR) && errno != ENOTEMPTY)
          failed = -errno;
      }
    }
    closedir(listing);
  }
  close(top);
  if (failed) return failed;
  return result(unlinkat(directory, PATH(name), AT_REMOVEDIR));
}

static int copy_range(int from, int to, off_t begin, off_t end) {
  char buffer[65536];
  while (begin < end) {
    off_t source = begin, target = begin;
    ssize_t count = copy_file_range(from, &source, to, &target, (size_t)(end - begin), 0);
    if (count < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS)) {
      size_t wanted = (size_t)(end - begin) < sizeof buffer ? (size_t)(end - begin) : sizeof buffer;
      count = pread(from, buffer, wanted, begin);
      if (count > 0) count = pwrite(to, buffer, (size_t)count, begin);
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -errno;
    if (count == 0) break; // It became shorter meanwhile.
    begin += count;
  }
  return 0;
}

int orrery_copy(int from, int to, int64_t size) {
  if (!ioctl(to, FICLONE, from)) return 0;
  off_t begin = 0;
  while (begin < size) {
    off_t data = lseek(from, begin, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break; // Only a hole is left.
    off_t hole = data < 0 ? size : lseek(from, data, SEEK_HOLE);
    if (data < 0) data = begin;
    if (hole < 0 || hole > size) hole = size;
    int failed = copy_range(from, to, data, hole);
    if (failed) return failed;
    begin = hole;
  }
  return result(ftruncate(to, size));
}

#endif
