// Calls on files that Swift does not have, or has only with paths: everything beneath an open
// directory, nothing through a symbolic link. What fails returns a negative errno.
#ifndef ORRERY_FILES_H
#define ORRERY_FILES_H

#include <stddef.h>
#include <stdint.h>

// What stat says, with times as nanoseconds since 1970.
typedef struct {
  uint64_t device, inode, mount, special;
  uint32_t mode, links, user, group;
  int64_t size, modified, changed;
} orrery_status;

// What a file is opened for.
typedef enum {
  ORRERY_PLACE,   // as a place only (O_PATH), whatever it is
  ORRERY_READ,    // a file or a directory to read
  ORRERY_WRITE,   // a file to write that exists
  ORRERY_CREATE,  // a new file to write
} orrery_purpose;

typedef enum { ORRERY_MOVE_OVER, ORRERY_MOVE_NEW, ORRERY_MOVE_EXCHANGE } orrery_move;

// A directory by an absolute path, links followed: where a world begins.
int orrery_open_root(const uint8_t *path);
// A path of names below an open directory; no link is followed, not even the last. Empty: itself.
int orrery_open(int root, const uint8_t *path, orrery_purpose purpose, uint32_t mode);
int orrery_close(int file);

// One name in an open directory; empty: the directory itself.
int orrery_stat(int directory, const uint8_t *name, orrery_status *status);
int orrery_chmod(int directory, const uint8_t *name, uint32_t mode);
int orrery_chown(int directory, const uint8_t *name, uint32_t user, uint32_t group);
int orrery_set_modified(int directory, const uint8_t *name, int64_t nanoseconds);
// All extended attributes: for each the count of its name, of its value (4 bytes each, in the order
// of the machine), name, value. Returns the bytes needed; nothing is sure where that is > capacity.
int64_t orrery_attributes(int directory, const uint8_t *name, uint8_t *out, size_t capacity);
int64_t orrery_attribute(int directory, const uint8_t *name, const char *key, uint8_t *out,
                         size_t capacity);
int orrery_set_attribute(int directory, const uint8_t *name, const uint8_t *key,
                         const uint8_t *value, size_t count);
int orrery_remove_attribute(int directory, const uint8_t *name, const uint8_t *key);
int64_t orrery_read_link(int directory, const uint8_t *name, uint8_t *out, size_t capacity);

int orrery_make_directory(int directory, const uint8_t *name, uint32_t mode);
int orrery_make_link(int directory, const uint8_t *name, const uint8_t *target);
int orrery_make_whiteout(int directory, const uint8_t *name);
int orrery_hard_link(int from, const uint8_t *source, int to, const uint8_t *name);
int orrery_rename(int from, const uint8_t *source, int to, const uint8_t *name, orrery_move move);
int orrery_unlink(int directory, const uint8_t *name);
int orrery_rmdir(int directory, const uint8_t *name);
// Removes whatever stands there with all that lies in it, however deep, with few open files.
int orrery_remove_tree(int directory, const uint8_t *name);

int64_t orrery_read(int file, uint8_t *out, size_t count, int64_t offset);
int orrery_write(int file, const uint8_t *bytes, size_t count);
// Copies a file's bytes into an empty one: by sharing blocks where the file system can, and without
// filling holes.
int orrery_copy(int from, int to, int64_t size);
int orrery_sync(int file);
int orrery_sync_all(int file);

// The names in a directory, one after another, without `.` and `..`.
typedef struct orrery_listing orrery_listing;
int orrery_list(int directory, orrery_listing **listing);
// 1 and a name that is good until the next call; 0 at the end.
int orrery_next(orrery_listing *listing, const uint8_t **name, size_t *count);
void orrery_list_end(orrery_listing *listing);

// 1 where a directory lies on an overlay itself.
int orrery_is_overlay(int directory);
uint32_t orrery_user(void);
uint32_t orrery_group(void);
// The time as file systems with coarse clocks have it, in nanoseconds since 1970.
int64_t orrery_now(void);
// Rests for less than a second.
void orrery_nap(int64_t nanoseconds);
const char *orrery_error_text(int code);

#endif
