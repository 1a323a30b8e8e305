// Small matrix products and transpositions, for kernels that are made of them.
//
// C is made in tiles held in registers, as large as there are registers for: each step of k loads a
// slice of a row of B and multiplies it by one number for each row of the tile. Nothing is packed:
// the operands are blocks that the caller has just made and that fit the first cache.
#pragma once
#include "lanes.h"

/// A matrix read one number at a time: element (i, p) is at[i·row + p·step].
typedef struct {
  const float *at;
  size_t row, step;
} factor_t;

/// C[m, n] = keep·C + A·B over k steps, C not read where keep is 0. Rows of B are read in whole
/// lanes, so they must be padded to a multiple of 16; rows of C may end anywhere.
void kernel_tiles(size_t m, size_t n, size_t k, factor_t a, const float *b, size_t b_row,
                  float keep, float *c, size_t c_row);

static INLINE void tile(const int rows, const int columns, size_t n, size_t k, factor_t a,
                        const float *b, size_t b_row, float keep, float *c, size_t c_row) {
  lanes sum[16][2];
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < columns; j++) sum[i][j] = splat(0);
  const float *at = a.at;
  for (size_t p = 0; p < k; p++, b += b_row, at += a.step) {
    lanes right[2];
    UNROLL for (int j = 0; j < columns; j++) right[j] = load(b + j * W);
    UNROLL for (int i = 0; i < rows; i++)
      UNROLL for (int j = 0; j < columns; j++) sum[i][j] += right[j] * at[(size_t)i * a.row];
  }
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < columns; j++) {
      float *to = c + (size_t)i * c_row + j * W;
      size_t left = n - (size_t)j * W;
      if (keep != 0) sum[i][j] += load_up_to(to, left, 0) * keep;
      store_up_to(to, sum[i][j], left);
    }
}

/// All rows of one strip of columns, `height` at a time, the rest by smaller tiles.
static INLINE void strip(const int height, const int columns, size_t m, size_t n, size_t k,
                         factor_t a, const float *b, size_t b_row, float keep, float *c,
                         size_t c_row) {
#define ROWS(R)                                                         \
  for (; m >= R; m -= R, a.at += R * a.row, c += R * c_row)             \
    tile(R, columns, n, k, a, b, b_row, keep, c, c_row);
  if (height >= 16) ROWS(16)
  if (height >= 8) ROWS(8)
  if (height >= 4) ROWS(4)
  if (height >= 2) ROWS(2)
  ROWS(1)
}

/// The same; `registers`: how many accumulators there is room for.
static INLINE void tiles_product(const int registers, size_t m, size_t n, size_t k, factor_t a,
                                 const float *b, size_t b_row, float keep, float *c,
                                 size_t c_row) {
  size_t i = 0;
  if (registers >= 16)
    for (; i + W < n; i += 2 * W)
      strip(registers / 2, 2, m, n - i, k, a, b + i, b_row, keep, c + i, c_row);
  for (; i < n; i += W)
    strip(registers < 8 ? registers : 8, 1, m, n - i, k, a, b + i, b_row, keep, c + i, c_row);
}

/// Sixteen rows become sixteen columns.
static INLINE void turn_lanes(lanes *r) {
  lanes t[W];
  UNROLL for (int i = 0; i < W; i += 2) {
    t[i] = PAIR(r[i], r[i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    t[i + 1] = PAIR(r[i], r[i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  }
  UNROLL for (int i = 0; i < W; i += 4)
    UNROLL for (int j = 0; j < 2; j++) {
      lanes a = t[i + j], b = t[i + j + 2];
      r[i + 2 * j] = PAIR(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
      r[i + 2 * j + 1] = PAIR(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
  UNROLL for (int i = 0; i < W; i += 8)
    UNROLL for (int j = 0; j < 4; j++) {
      lanes a = r[i + j], b = r[i + j + 4];
      t[i + j] = PAIR(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
      t[i + j + 4] = PAIR(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    }
  UNROLL for (int j = 0; j < 8; j++) {
    lanes a = t[j], b = t[j + 8];
    r[j] = PAIR(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    r[j + 8] = PAIR(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  }
}
static INLINE void turn(const float *from, size_t from_row, float *to, size_t to_row) {
  lanes r[W];
  UNROLL for (size_t i = 0; i < W; i++) r[i] = load(from + i * from_row);
  turn_lanes(r);
  UNROLL for (size_t i = 0; i < W; i++) store(to + i * to_row, r[i]);
}
