// Memory for tensors: blocks are kept after use and handed out again.
//
// Training makes tens of thousands of tensors a second. Fresh memory from the system would be
// cleared page by page on first touch, which costs more than the arithmetic, so blocks go back to
// a list of their size class and come warm. Classes are (4, 5, 6, 7)·2^s bytes, so at most a
// quarter is wasted. One lock a class; a lock that nobody else holds costs about 15 ns. What is
// kept is bounded; very large blocks are not kept.
#include "ckernels.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define CLASSES 96
#define KEPT_MAX ((size_t)2 << 30)
#define BLOCK_MAX ((size_t)128 << 20)

typedef struct block {
  struct block *next;
} block;

static struct {
  pthread_mutex_t lock;
  block *first;
} __attribute__((aligned(64))) lists[CLASSES];
static atomic_size_t kept;

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

static void *fresh(size_t size) {
  void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
  if (!memory) abort();  // nothing sensible is left to do, as when Swift itself runs out of memory
  return memory;
}

void *pool_take(size_t bytes) {
  size_t size;
  if (bytes > BLOCK_MAX) return fresh(bytes);
  size_t index = size_class(bytes, &size);
  pthread_mutex_lock(&lists[index].lock);
  block *found = lists[index].first;
  if (found) lists[index].first = found->next;
  pthread_mutex_unlock(&lists[index].lock);
  if (!found) return fresh(size);
  atomic_fetch_sub_explicit(&kept, size, memory_order_relaxed);
  return found;
}

void pool_give(void *memory, size_t bytes) {
  size_t size;
  if (bytes > BLOCK_MAX) {
    free(memory);
    return;
  }
  size_t index = size_class(bytes, &size);
  if (atomic_fetch_add_explicit(&kept, size, memory_order_relaxed) > KEPT_MAX) {
    atomic_fetch_sub_explicit(&kept, size, memory_order_relaxed);
    free(memory);
    return;
  }
  block *given = memory;
  pthread_mutex_lock(&lists[index].lock);
  given->next = lists[index].first;
  lists[index].first = given;
  pthread_mutex_unlock(&lists[index].lock);
}
