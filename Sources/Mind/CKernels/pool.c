// Memory for tensors: blocks are kept after use and handed out again.
//
// Training makes tens of thousands of tensors a second. Fresh memory from the system would be
// cleared page by page on first touch, which costs more than the arithmetic, so blocks go back to
// a list of their size class and come warm. Classes are (4, 5, 6, 7)·2^s bytes, so at most a
// quarter is wasted. One lock a class; a lock that nobody else holds costs about 15 ns.
// Blocks are cut from slabs of whole huge pages, which spare the address translation most of its
// misses. Slabs are kept for good: the pool is as large as the most that was in use of each class.
// Very large blocks come from the system and go back to it.
#define _DEFAULT_SOURCE  // madvise
#include "ckernels.h"
#include <pthread.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define CLASSES 96
#define BLOCK_MAX ((size_t)32 << 20)
#define SLAB ((size_t)64 << 20)
#define HUGE_PAGE ((size_t)2 << 20)

typedef struct block {
  struct block *next;
} block;

static struct {
  pthread_mutex_t lock;
  block *first;
} __attribute__((aligned(64))) lists[CLASSES];
static struct {
  pthread_mutex_t lock;
  char *at;
  size_t left;
} slab = {.lock = PTHREAD_MUTEX_INITIALIZER};

__attribute__((constructor)) static void prepare(void) {
  for (int i = 0; i < CLASSES; i++) pthread_mutex_init(&lists[i].lock, NULL);
}

/// The class that holds `bytes`, and how large its blocks are.
static size_t size_class(size_t bytes, size_t *size) {
  if (bytes <= 256) {
    *size = (bytes + 63) / 64 * 64;
    if (*size == 0) *size = 64;
    return *size / 64 - 1;
  }
  size_t shift = 63 - (size_t)__builtin_clzll(bytes - 1) - 2;
  size_t quarters = ((bytes - 1) >> shift) + 1;  // 5...8
  *size = quarters << shift;
  return 4 + (shift - 6) * 4 + (quarters - 5);
}

static void *from_system(size_t alignment, size_t size) {
  void *memory = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (!memory) abort();  // nothing sensible is left to do, as when Swift itself runs out of memory
  return memory;
}

/// A block never used before, from the slab; what is left of a slab that is too small is lost.
static void *fresh(size_t size) {
  pthread_mutex_lock(&slab.lock);
  if (slab.left < size) {
    slab.at = from_system(HUGE_PAGE, SLAB);
    slab.left = SLAB;
#if defined(__linux__)
    madvise(slab.at, SLAB, MADV_HUGEPAGE);
#endif
  }
  void *block = slab.at;
  slab.at += size;
  slab.left -= size;
  pthread_mutex_unlock(&slab.lock);
  return block;
}

void *pool_take(size_t bytes) {
  size_t size;
  if (bytes > BLOCK_MAX) return from_system(64, bytes);
  size_t index = size_class(bytes, &size);
  pthread_mutex_lock(&lists[index].lock);
  block *found = lists[index].first;
  if (found) lists[index].first = found->next;
  pthread_mutex_unlock(&lists[index].lock);
  return found ? found : fresh(size);
}

void pool_give(void *memory, size_t bytes) {
  size_t size;
  if (bytes > BLOCK_MAX) {
    free(memory);
    return;
  }
  size_t index = size_class(bytes, &size);
  block *given = memory;
  pthread_mutex_lock(&lists[index].lock);
  given->next = lists[index].first;
  lists[index].first = given;
  pthread_mutex_unlock(&lists[index].lock);
}
