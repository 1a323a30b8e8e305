// Both sides of a matrix product, rearranged in the order in which the product reads them.
//
// float32, right side: strips of 64, 32 and 16 columns, each [k, columns] and dense, the last one
// padded to 16 columns. A strip of c columns after j others begins at j·k.
//
// bfloat16: tiles of 16 lines by 32 numbers along k, 1,024 bytes each, all tiles of 16 lines after
// one another. A line is a row of the left side or a column of the right one. In a tile of the left
// side a line is one run of 16 pairs; in one of the right side pair p of all 16 lines is one run.
// Lines and numbers that are not there are zero. These are the tiles of AMX, and whole vectors of
// the dot product of AVX-512 as well.
#include "product.h"

size_t kernel_packed_bytes(int precision, size_t lines, size_t k) {
  size_t padded = (lines + W - 1) / W * W;
  return precision == PRECISION_BFLOAT16 ? padded * padded_k(k) * sizeof(uint16_t)
                                         : padded * k * sizeof(float);
}

/// A square of 16 by 16 turned: pairs of rows are interleaved by halves four times.
static INLINE void turn(lanes *r) {
  lanes s[W];
  UNROLL for (int round = 0; round < 4; round++) {
    UNROLL for (int i = 0; i < W / 2; i++) {
      s[2 * i] = PAIR(r[i], r[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      s[2 * i + 1] =
          PAIR(r[i], r[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    UNROLL for (int i = 0; i < W; i++) r[i] = s[i];
  }
}

/// `width` columns of B from `b` on, k rows, as a dense strip of `padded` columns. What is beyond
/// the width is never used; it is some number of B or zero.
static INLINE void strip(size_t k, size_t width, size_t padded, const float *b, size_t b_row,
                         int transposed, float *to) {
  if (!transposed) {
    size_t end = (k - 1) * b_row + width;
    for (size_t p = 0; p < k; p++, to += padded)
      for (size_t j = 0; j < padded; j += W) {
        size_t at = p * b_row + j;
        store(to + j, at + W <= end ? load(b + at) : load_some(b + at, end - at, 0));
      }
    return;
  }
  if (width < padded)
    for (size_t i = 0; i < k * padded; i += W) store(to + i, splat(0));
  for (size_t p0 = 0; p0 < k; p0 += W)
    for (size_t j0 = 0; j0 < width; j0 += W)
      if (p0 + W <= k && j0 + W <= width) {
        lanes square[W];
        UNROLL for (size_t i = 0; i < W; i++) square[i] = load(b + (j0 + i) * b_row + p0);
        turn(square);
        UNROLL for (size_t i = 0; i < W; i++) store(to + (p0 + i) * padded + j0, square[i]);
      } else
        for (size_t j = j0; j < j0 + W && j < width; j++)
          for (size_t p = p0; p < p0 + W && p < k; p++) to[p * padded + j] = b[j * b_row + p];
}

static INLINE void kernel_pack_strips_body(size_t n, size_t k, const float *b, size_t b_row,
                                           int transposed, float *to) {
  for (size_t j = 0; j < n;) {
    size_t left = n - j, padded = strip_width(left), width = left < padded ? left : padded;
    strip(k, width, padded, transposed ? b + j * b_row : b + j, b_row, transposed, to + j * k);
    j += width;
  }
}
VARIANTS(kernel_pack_strips,
         (size_t n, size_t k, const float *b, size_t b_row, int transposed, float *to),
         (n, k, b, b_row, transposed, to))

/// One tile: `lines` lines and `numbers` numbers are there. `along`: numbers of a line are
/// neighbours, and lines `row` apart; else the other way round. `right`: of the right side.
static INLINE void tile(const int native, const int along, const int right, size_t lines,
                        size_t numbers, const float *x, size_t row, uint16_t *to) {
  lanes v[W];
  UNROLL for (size_t i = 0; i < W; i++) {
    pairs p = {0};
    if (along && i < lines) {
      const float *at = x + i * row;
      lanes first = load_up_to(at, numbers, 0);
      p = paired_run(native, first, numbers > W ? load_up_to(at + W, numbers - W, 0) : splat(0));
    }
    if (!along && 2 * i < numbers) {
      const float *at = x + 2 * i * row;
      lanes high = 2 * i + 1 < numbers ? load_up_to(at + row, lines, 0) : splat(0);
      p = paired(native, load_up_to(at, lines, 0), high);
    }
    v[i] = (lanes)p;
  }
  if (along == right) turn(v);
  UNROLL for (size_t i = 0; i < W; i++) store_pairs(to + i * 2 * W, (pairs)v[i]);
}

static INLINE void tiles(const int native, const int along, const int right, size_t lines,
                         size_t k, const float *x, size_t row, uint16_t *to) {
  for (size_t i = 0; i < lines; i += W)
    for (size_t p = 0; p < k; p += K_PAD, to += W * K_PAD) {
      const float *at = along ? x + i * row + p : x + p * row + i;
      if (lines - i >= W && k - p >= K_PAD) tile(native, along, right, W, K_PAD, at, row, to);
      else tile(native, along, right, lines - i < W ? lines - i : W,
                k - p < K_PAD ? k - p : K_PAD, at, row, to);
    }
}

#define PACK_TILES(NAME, NATIVE)                                                                \
  static void NAME(int right, size_t lines, size_t k, const float *x, size_t row, int along,    \
                   uint16_t *to) {                                                              \
    if (right && along) tiles(NATIVE, 1, 1, lines, k, x, row, to);                              \
    else if (right) tiles(NATIVE, 0, 1, lines, k, x, row, to);                                  \
    else if (along) tiles(NATIVE, 1, 0, lines, k, x, row, to);                                  \
    else tiles(NATIVE, 0, 0, lines, k, x, row, to);                                             \
  }
PACK_TILES(pack_tiles_portable, 0)
#if defined(__x86_64__)
TARGET_AVX2 PACK_TILES(pack_tiles_avx2, 0)
TARGET_AVX512 PACK_TILES(pack_tiles_avx512, 0)
TARGET_BF16 PACK_TILES(pack_tiles_native, 1)
#endif

static void pack_tiles(int right, size_t lines, size_t k, const float *x, size_t row, int along,
                       void *to) {
#if defined(__x86_64__)
  switch (kernels_in_use()) {
  case KERNELS_AMX:
  case KERNELS_AVX512_BF16: pack_tiles_native(right, lines, k, x, row, along, to); return;
  case KERNELS_AVX512: pack_tiles_avx512(right, lines, k, x, row, along, to); return;
  case KERNELS_AVX2: pack_tiles_avx2(right, lines, k, x, row, along, to); return;
  }
#endif
  pack_tiles_portable(right, lines, k, x, row, along, to);
}

void kernel_pack_right(int precision, size_t n, size_t k, const float *b, int transposed,
                       void *to) {
  size_t b_row = transposed ? k : n;
  if (precision == PRECISION_BFLOAT16) pack_tiles(1, n, k, b, b_row, transposed, to);
  else kernel_pack_strips(n, k, b, b_row, transposed, to);
}

void kernel_pack_left(int precision, size_t m, size_t k, const float *a, size_t a_row,
                      int transposed, void *to) {
  if (precision == PRECISION_BFLOAT16) pack_tiles(0, m, k, a, a_row, !transposed, to);
  else if (transposed) kernel_transpose(1, k, 1, m, 1, a, to);
  else kernel_copy_blocks(m, k, a, a_row, to, k);
}
