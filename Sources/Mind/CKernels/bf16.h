// Numbers of 16 bits with the range of float32 (bfloat16): the upper half of a float, rounded to nearest even.
//
// A machine multiplies them in pairs along k and adds the products up in float32. Two neighbours of a
// row therefore share 32 bits everywhere, the earlier one in the lower half.
#pragma once
#include "lanes.h"

typedef uint32_t pairs __attribute__((vector_size(64)));

#if defined(__x86_64__)
#define TARGET_BF16 \
  __attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#define TARGET_AMX                                                                            \
  __attribute__((                                                                             \
      target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,amx-tile,amx-bf16")))
#endif

/// How many numbers along k a row of the left side is a multiple of; the rest is zero.
#define K_PAD 32

static INLINE size_t padded_k(size_t k) { return (k + K_PAD - 1) / K_PAD * K_PAD; }

/// The bits of x as bfloat16, in the upper halves; a NaN stays a NaN.
static INLINE pairs rounded(lanes x) {
  pairs bits = (pairs)x;
  pairs up = bits + 0x7fff + ((bits >> 16) & 1);
  pairs mask = (pairs)(x != x);
  return ((bits | 0x00400000) & mask) | (up & ~mask);
}

typedef __bf16 halves __attribute__((vector_size(32)));
#define JOIN(a, b, ...) (pairs) __builtin_shufflevector(a, b, __VA_ARGS__)

// Where the machine has an instruction for it (`native`, a literal), that rounds; it takes denormal
// numbers for zero.

/// Pairs from two vectors: `low` in the lower halves, `high` in the upper ones.
static INLINE pairs paired(const int native, lanes low, lanes high) {
  if (!native) return (rounded(low) >> 16) | (rounded(high) & 0xffff0000);
  return JOIN(__builtin_convertvector(low, halves), __builtin_convertvector(high, halves), 0, 16,
              1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12,
              28, 13, 29, 14, 30, 15, 31);
}

/// 32 numbers that follow each other, as 16 pairs.
static INLINE pairs paired_run(const int native, lanes first, lanes second) {
  if (native)
    return JOIN(__builtin_convertvector(first, halves), __builtin_convertvector(second, halves),
                0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                23, 24, 25, 26, 27, 28, 29, 30, 31);
  return paired(
      0, PAIR(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
      PAIR(first, second, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
}

static INLINE lanes lower(pairs x) { return (lanes)(x << 16); }
static INLINE lanes upper(pairs x) { return (lanes)(x & 0xffff0000); }
static INLINE void store_pairs(uint16_t *to, pairs x) { memcpy(to, &x, sizeof x); }
static INLINE pairs load_pairs(const uint16_t *from) {
  pairs x;
  memcpy(&x, from, sizeof x);
  return x;
}
