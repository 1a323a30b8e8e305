// Numbers of 16 bits with the range of float32 (bfloat16): the upper half of a float, rounded to nearest even.
//
// A machine multiplies them in pairs along k and adds the products up in float32. Two neighbours of a
// row therefore share 32 bits everywhere, the earlier one in the lower half.
#pragma once
#include "lanes.h"

typedef uint32_t pairs __attribute__((vector_size(64)));

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

/// Pairs from two vectors: `low` in the lower halves, `high` in the upper ones.
static INLINE pairs paired(lanes low, lanes high) {
  return (rounded(low) >> 16) | (rounded(high) & 0xffff0000);
}

/// 32 numbers that follow each other, as 16 pairs.
static INLINE pairs paired_run(lanes first, lanes second) {
  return paired(PAIR(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
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
