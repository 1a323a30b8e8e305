// Which variant of the kernels runs: chosen once at start. A thread may force another for itself,
// so that tests compare variants without disturbing what other threads compute.
#include "lanes.h"
#include <stdlib.h>

int kernels_chosen = KERNELS_PORTABLE;
_Thread_local int kernels_forced = -1;

int kernels_level(void) { return kernels_in_use(); }

int kernels_level_max(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  return avx512 ? KERNELS_AVX512 : avx2 ? KERNELS_AVX2 : KERNELS_PORTABLE;
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
  int level = KERNELS_AVX512;
  if (wish && strcmp(wish, "portable") == 0) level = KERNELS_PORTABLE;
  if (wish && strcmp(wish, "avx2") == 0) level = KERNELS_AVX2;
  kernels_chosen = possible(level);
}
