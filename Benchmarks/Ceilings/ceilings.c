// The ceilings: loops of nothing but multiply-adds on registers.
//
// Sixteen independent sums hide the latency of a multiply-add (4 or 5 cycles on two ports), so the
// loop runs at what the ports can do. No memory is read: a real product can only come near.
// bf16 is measured twice where the machine has both, as dot products of vectors (vdpbf16ps) and as
// products of tiles (tdpbf16ps), because they differ by a factor of eight.
#define _GNU_SOURCE
#include "ceilings.h"
#include <stdint.h>
#include <time.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#define SUMS 16
#define ROUNDS 20000

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/// One burst of `ROUNDS` rounds; returns its FLOPs.
typedef double (*burst)(void);

/// A loop of sixteen independent sums over vectors of `LANES` floats; `STEP` adds to one of them.
/// The steps are assembly so that the compiler neither moves nor joins them.
#define BURST(NAME, TARGET, LANES, FLOPS, STEP)                              \
  TARGET static double NAME(void) {                                          \
    typedef float lanes __attribute__((vector_size(LANES * 4)));             \
    lanes a = {0}, b = a, c = a, d = a, e = a, f = a, g = a, h = a;          \
    lanes i = a, j = a, k = a, l = a, m = a, n = a, o = a, p = a, x = a;     \
    for (int r = 0; r < ROUNDS; r++) {                                       \
      STEP(a) STEP(b) STEP(c) STEP(d) STEP(e) STEP(f) STEP(g) STEP(h)        \
      STEP(i) STEP(j) STEP(k) STEP(l) STEP(m) STEP(n) STEP(o) STEP(p)        \
    }                                                                        \
    return FLOPS * LANES * SUMS * ROUNDS;                                    \
  }

#if defined(__x86_64__)
#define FMA(sum) __asm__ volatile("vfmadd231ps %1, %1, %0" : "+v"(sum) : "v"(x));
#define DOT(sum) __asm__ volatile("vdpbf16ps %1, %1, %0" : "+v"(sum) : "v"(x));
BURST(fma_avx2, __attribute__((target("avx2,fma"))), 8, 2.0, FMA)
BURST(fma_avx512, __attribute__((target("avx512f"))), 16, 2.0, FMA)
BURST(dot_bf16, __attribute__((target("avx512f,avx512bf16"))), 16, 4.0, DOT)

/// Four sums of tiles from two times two factors, as in a product of matrices.
__attribute__((target("amx-tile,amx-bf16"))) static double dot_tiles(void) {
  struct __attribute__((packed)) {
    uint8_t palette, start, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
  } shape = {.palette = 1};
  for (int i = 0; i < 8; i++) shape.bytes[i] = 64, shape.rows[i] = 16;
  _tile_loadconfig(&shape);
  static const uint16_t zeros[16 * 32];
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_loadd(4, zeros, 64);
  _tile_loadd(5, zeros, 64);
  _tile_loadd(6, zeros, 64);
  _tile_loadd(7, zeros, 64);
  for (int r = 0; r < ROUNDS; r++) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  float sums[16 * 16];
  _tile_stored(0, sums, 64);
  volatile float sink = sums[0];
  (void)sink;
  _tile_release();
  return 4.0 * 2 * 16 * 16 * 32 * ROUNDS;
}

static int has_leaf7(int subleaf, int which, int bit) {
  unsigned int r[4];
  if (!__get_cpuid_count(7, (unsigned int)subleaf, r, r + 1, r + 2, r + 3)) return 0;
  return (r[which] >> bit) & 1;
}

/// Whether the system lets this process use tiles; it has to be asked.
static int has_tiles(void) {
#if defined(__linux__)
  enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  return has_leaf7(0, 3, 22) && has_leaf7(0, 3, 24) &&
         syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
#else
  return 0;
#endif
}

static burst best(int kind) {
  __builtin_cpu_init();
  int wide = __builtin_cpu_supports("avx512f");
  switch (kind) {
  case CEILING_FP32:
    return wide ? fma_avx512 : __builtin_cpu_supports("fma") ? fma_avx2 : 0;
  case CEILING_BF16: return wide && has_leaf7(1, 0, 5) ? dot_bf16 : 0;
  case CEILING_TILES: return has_tiles() ? dot_tiles : 0;
  default: return 0;
  }
}
#elif defined(__aarch64__)
#define FMA(sum) __asm__ volatile("fmla %0.4s, %1.4s, %1.4s" : "+w"(sum) : "w"(x));
BURST(fma_neon, , 4, 2.0, FMA)

static burst best(int kind) { return kind == CEILING_FP32 ? fma_neon : 0; }
#endif

double ceiling(int kind, double seconds) {
  burst run = best(kind);
  if (!run) return 0;
  run();
  // The best burst of 50 microseconds or more: what others do to the machine is no property of it.
  double most = 0, begin = now(), last = begin;
  while (last - begin < seconds) {
    double flops = run(), at = now();
    if (flops / (at - last) > most) most = flops / (at - last);
    last = at;
  }
  return most * 1e-9;
}
