// Sixteen floats at a time, and how one body becomes three variants.
//
// `lanes` is a vector of 16 floats whatever the machine: one register with AVX-512, two with AVX2,
// four with SSE2 or NEON. A kernel is written once as an always-inlined body over `lanes`;
// VARIANTS then instantiates it under each target, so that the order of all additions is the same
// everywhere and the variants differ only where a multiplication and an addition are fused.
// Off x86-64 the portable form is the only one, and it is the NEON form: the compiler makes four NEON
// registers of every vector (scripts/check-aarch64 runs it).
#pragma once
#include "ckernels.h"
#include <string.h>

#define INLINE inline __attribute__((always_inline))
#define W 16
#define UNROLL _Pragma("clang loop unroll(full)")

// Vectors wider than the baseline are passed between always-inlined functions only.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((vector_size(64)));
typedef int32_t whole __attribute__((vector_size(64)));

extern int kernels_chosen;
extern _Thread_local int kernels_forced;
static INLINE int kernels_in_use(void) {
  return kernels_forced >= 0 ? kernels_forced : kernels_chosen;
}

#if defined(__x86_64__)
#define TARGET_AVX2 __attribute__((target("avx2,fma")))
#define TARGET_AVX512 \
  __attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq")))
#define VARIANTS(name, declared, passed)                                              \
  static void name##_portable declared { name##_body passed; }                        \
  TARGET_AVX2 static void name##_avx2 declared { name##_body passed; }                \
  TARGET_AVX512 static void name##_avx512 declared { name##_body passed; }            \
  DISPATCH(name, declared, passed)
#define DISPATCH(name, declared, passed)                                              \
  void name declared {                                                                \
    int level = kernels_in_use();                                                     \
    if (level >= KERNELS_AVX512) name##_avx512 passed;                                \
    else if (level == KERNELS_AVX2) name##_avx2 passed;                               \
    else name##_portable passed;                                                      \
  }
#else
#define VARIANTS(name, declared, passed) \
  void name declared { name##_body passed; }
#endif

static INLINE lanes load(const float *p) {
  lanes v;
  memcpy(&v, p, sizeof v);
  return v;
}
static INLINE void store(float *p, lanes v) { memcpy(p, &v, sizeof v); }
static INLINE lanes splat(float x) {
  return (lanes){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}
/// The first n < 16 floats at p, the rest `fill`.
static INLINE lanes load_some(const float *p, size_t n, float fill) {
  float t[W];
  for (size_t i = 0; i < W; i++) t[i] = fill;
  for (size_t i = 0; i < n; i++) t[i] = p[i];
  return load(t);
}
static INLINE void store_some(float *p, lanes v, size_t n) {
  float t[W];
  store(t, v);
  for (size_t i = 0; i < n; i++) p[i] = t[i];
}
static INLINE lanes load_up_to(const float *p, size_t n, float fill) {
  return n >= W ? load(p) : load_some(p, n, fill);
}
static INLINE void store_up_to(float *p, lanes v, size_t n) {
  if (n >= W) store(p, v);
  else store_some(p, v, n);
}

static INLINE lanes select_lanes(whole mask, lanes yes, lanes no) {
  return (lanes)(((whole)yes & mask) | ((whole)no & ~mask));
}
// A NaN stays a NaN in all three.
static INLINE lanes at_least(lanes x, float low) { return select_lanes(x < low, splat(low), x); }
static INLINE lanes at_most(lanes x, float high) { return select_lanes(x > high, splat(high), x); }
static INLINE lanes absolute(lanes x) { return (lanes)((whole)x & 0x7fffffff); }
static INLINE lanes larger(lanes a, lanes b) { return select_lanes(a > b, a, b); }

#define SWIZZLE(x, ...) __builtin_shufflevector(x, x, __VA_ARGS__)
/// The sum of all lanes, always as the same tree.
static INLINE float total(lanes x) {
  x += SWIZZLE(x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  x += SWIZZLE(x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
  x += SWIZZLE(x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  x += SWIZZLE(x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
  return x[0];
}
#define PAIR(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
/// The totals of four vectors at once, by the same tree in half the steps.
static INLINE void four_totals(lanes a, lanes b, lanes c, lanes d, float *out) {
  lanes e = PAIR(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
            PAIR(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  lanes f = PAIR(c, d, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
            PAIR(c, d, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  lanes g = PAIR(e, f, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
            PAIR(e, f, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  g += SWIZZLE(g, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  g += SWIZZLE(g, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
  out[0] = g[0];
  out[1] = g[4];
  out[2] = g[8];
  out[3] = g[12];
}
static INLINE float largest(lanes x) {
  x = larger(x, SWIZZLE(x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  x = larger(x, SWIZZLE(x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  x = larger(x, SWIZZLE(x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  x = larger(x, SWIZZLE(x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
  return x[0];
}
