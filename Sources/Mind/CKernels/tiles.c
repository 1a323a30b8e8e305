// Small matrix products, their operands read where they lie.
//
// C is made in tiles held in registers, as large as there are registers for: each step of k loads a
// slice of a row of B and multiplies it by one number for each row of the tile. Nothing is packed:
// the operands are blocks that the caller has just made and that fit the first cache.
#include "tiles.h"

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

/// `registers`: how many tiles' accumulators there is room for.
static INLINE void product(const int registers, size_t m, size_t n, size_t k, factor_t a,
                           const float *b, size_t b_row, float keep, float *c, size_t c_row) {
  size_t i = 0;
  if (registers >= 16)
    for (; i + W < n; i += 2 * W)
      strip(registers / 2, 2, m, n - i, k, a, b + i, b_row, keep, c + i, c_row);
  for (; i < n; i += W) strip(registers < 8 ? registers : 8, 1, m, n - i, k, a, b + i, b_row, keep, c + i, c_row);
}

#define DECLARED                                                                      \
  (size_t m, size_t n, size_t k, factor_t a, const float *b, size_t b_row, float keep, float *c, \
   size_t c_row)
#if defined(__x86_64__)
static void kernel_tiles_portable DECLARED { product(2, m, n, k, a, b, b_row, keep, c, c_row); }
TARGET_AVX2 static void kernel_tiles_avx2 DECLARED {
  product(4, m, n, k, a, b, b_row, keep, c, c_row);
}
TARGET_AVX512 static void kernel_tiles_avx512 DECLARED {
  product(16, m, n, k, a, b, b_row, keep, c, c_row);
}
DISPATCH(kernel_tiles, DECLARED, (m, n, k, a, b, b_row, keep, c, c_row))
#else
void kernel_tiles DECLARED { product(4, m, n, k, a, b, b_row, keep, c, c_row); }
#endif
