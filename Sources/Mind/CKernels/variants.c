// Which variant of the kernels runs: chosen once at start. A thread may force another for itself,
// so that tests compare variants without disturbing what other threads compute.
#define _GNU_SOURCE  // syscall
#include "lanes.h"
#include <stdlib.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

int kernels_chosen = KERNELS_PORTABLE;
_Thread_local int kernels_forced = -1;

static _Thread_local int precision = PRECISION_FLOAT32;

int kernels_precision(void) { return precision; }
void kernels_set_precision(int wanted) { precision = wanted; }

int kernels_level(void) { return kernels_in_use(); }

#if defined(__x86_64__) && defined(__linux__)
#define REQUEST_PERMISSION 0x1023  // ARCH_REQ_XCOMP_PERM
#define TILE_DATA 18

/// Whether the machine has the tiles of AMX with bfloat16, and the system lets this process use them.
static int tiles_are_there(void) {
  static int known = -1;  // asked first before main, so never by two threads at once
  if (known < 0)
    known = __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16") &&
            syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
  return known;
}
#elif defined(__x86_64__)
static int tiles_are_there(void) { return 0; }
#endif

int kernels_level_max(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (!avx512) return avx2 ? KERNELS_AVX2 : KERNELS_PORTABLE;
  if (!__builtin_cpu_supports("avx512bf16")) return KERNELS_AVX512;
  return tiles_are_there() ? KERNELS_AMX : KERNELS_AVX512_BF16;
#else
  return KERNELS_PORTABLE;
#endif
}

static int possible(int level) {
  int highest = kernels_level_max();
  return level < KERNELS_PORTABLE ? KERNELS_PORTABLE : level > highest ? highest : level;
}

void kernels_force(int level) { kernels_forced = level < 0 ? -1 : possible(level); }

__attribute__((constructor)) static void choose(void) {
  const char *wish = getenv("ORRERY_KERNELS");
  static const char *const names[] = {"portable", "avx2", "avx512", "avx512bf16", "amx"};
  int level = KERNELS_AMX;
  for (int i = 0; wish && i <= KERNELS_AMX; i++)
    if (strcmp(wish, names[i]) == 0) level = i;
  kernels_chosen = possible(level);
}
