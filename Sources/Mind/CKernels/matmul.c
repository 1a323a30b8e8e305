// Matrix products, in the transpose forms that forward and backward need.
//
// Method (Goto and van de Geijn, 2008): C is made in tiles of a few rows by 16, 32 or 64 columns
// held in registers; for each step of k a tile loads its slice of a row of B and multiplies it by
// one number a row of A. A is never packed: its element (i, p) is a[i·row + p·step], which serves
// A and Aᵀ alike. k is cut into spans of KC, so that the part of B in use stays in the cache. B is
// read in place where its rows are short and dense, and else packed into panels of 32 columns
// (transposing on the way for Bᵀ, padding the last panel with zeros). With one or two rows of A,
// packing Bᵀ would cost more than the product: there each element is a dot product.
// Every element adds its products in the order of k, in spans that do not depend on m or n.
#include "lanes.h"

#define KC 128

typedef struct {
  const float *at;
  size_t row, step;  // element (i, p) is at[i * row + p * step]
} left_t;

/// C[rows, 16·columns] (+)= A·B over k steps; rows and columns are literals at every call.
static INLINE void tile(const int rows, const int columns, size_t k, left_t a, const float *b,
                        size_t b_row, float *c, size_t c_row, int accumulate) {
  lanes sum[12][4];
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < columns; j++) sum[i][j] = splat(0);
  for (size_t p = 0; p < k; p++, b += b_row) {
    lanes right[4];
    UNROLL for (int j = 0; j < columns; j++) right[j] = load(b + j * W);
    UNROLL for (int i = 0; i < rows; i++) {
      lanes x = splat(a.at[(size_t)i * a.row + p * a.step]);
      UNROLL for (int j = 0; j < columns; j++) sum[i][j] += x * right[j];
    }
  }
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < columns; j++) {
      float *to = c + (size_t)i * c_row + j * W;
      store(to, accumulate ? load(to) + sum[i][j] : sum[i][j]);
    }
}

#define TILE(R, C) \
  case R: tile(R, C, k, a, b, b_row, c, c_row, accumulate); break;

/// All rows of one strip of columns. `height` rows a tile, the rest by smaller ones.
#define STRIP(NAME, COLUMNS, HEIGHT, CASES)                                                   \
  static INLINE void NAME(size_t m, size_t k, left_t a, const float *b, size_t b_row, float *c, \
                          size_t c_row, int accumulate) {                                     \
    while (m >= HEIGHT) {                                                                     \
      tile(HEIGHT, COLUMNS, k, a, b, b_row, c, c_row, accumulate);                            \
      m -= HEIGHT;                                                                            \
      a.at += HEIGHT * a.row;                                                                 \
      c += HEIGHT * c_row;                                                                    \
    }                                                                                         \
    switch (m) { CASES }                                                                      \
  }
#if defined(__x86_64__)
STRIP(strip_1x3, 1, 3, TILE(1, 1) TILE(2, 1))
#endif
STRIP(strip_1x6, 1, 6, TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1))
#if defined(__x86_64__)
STRIP(strip_1x12, 1, 12,
      TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1) TILE(7, 1) TILE(8, 1)
      TILE(9, 1) TILE(10, 1) TILE(11, 1))
STRIP(strip_2x12, 2, 12,
      TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2) TILE(7, 2) TILE(8, 2)
      TILE(9, 2) TILE(10, 2) TILE(11, 2))
STRIP(strip_4x6, 4, 6, TILE(1, 4) TILE(2, 4) TILE(3, 4) TILE(4, 4) TILE(5, 4))
#endif

void kernel_dots(size_t m, size_t n, size_t k, const float *a, const float *b, float *c,
                 int accumulate);
void kernel_pack(size_t k, size_t width, size_t padded, const float *b, size_t b_row,
                 int transposed, float *panel);

/// The 16·columns wide strip, `wide` of 1, 2 or 4.
typedef void strip_t(int wide, size_t m, size_t k, left_t a, const float *b, size_t b_row,
                     float *c, size_t c_row, int accumulate);

static void strip_portable(int wide, size_t m, size_t k, left_t a, const float *b, size_t b_row,
                           float *c, size_t c_row, int accumulate) {
  for (int j = 0; j < wide; j++)
#if defined(__x86_64__)
    strip_1x3(m, k, a, b + j * W, b_row, c + j * W, c_row, accumulate);  // 16 registers of 4
#else
    strip_1x6(m, k, a, b + j * W, b_row, c + j * W, c_row, accumulate);  // NEON has 32 of them
#endif
}
#if defined(__x86_64__)
TARGET_AVX2 static void strip_avx2(int wide, size_t m, size_t k, left_t a, const float *b,
                                   size_t b_row, float *c, size_t c_row, int accumulate) {
  for (int j = 0; j < wide; j++)
    strip_1x6(m, k, a, b + j * W, b_row, c + j * W, c_row, accumulate);
}
TARGET_AVX512 static void strip_avx512(int wide, size_t m, size_t k, left_t a, const float *b,
                                       size_t b_row, float *c, size_t c_row, int accumulate) {
  if (wide == 4) strip_4x6(m, k, a, b, b_row, c, c_row, accumulate);
  else if (wide == 2) strip_2x12(m, k, a, b, b_row, c, c_row, accumulate);
  else strip_1x12(m, k, a, b, b_row, c, c_row, accumulate);
}
#endif

#define PAIR(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
/// A square of 16 by 16, rows `from_row` apart, turned into rows `to_row` apart: pairs of rows are
/// interleaved by halves four times, which is a transposition.
static INLINE void turn_body(const float *from, size_t from_row, float *to, size_t to_row) {
  lanes r[W], s[W];
  UNROLL for (int i = 0; i < W; i++) r[i] = load(from + (size_t)i * from_row);
  UNROLL for (int round = 0; round < 4; round++) {
    UNROLL for (int i = 0; i < W / 2; i++) {
      s[2 * i] = PAIR(r[i], r[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      s[2 * i + 1] =
          PAIR(r[i], r[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    UNROLL for (int i = 0; i < W; i++) r[i] = s[i];
  }
  UNROLL for (int i = 0; i < W; i++) store(to + (size_t)i * to_row, r[i]);
}

/// `width` columns of B from `b` on, k rows, as a dense panel of `padded` columns. What is beyond
/// the width is never used; it is some number of B or zero.
static INLINE void kernel_pack_body(size_t k, size_t width, size_t padded, const float *b,
                                    size_t b_row, int transposed, float *panel) {
  if (!transposed) {
    size_t end = (k - 1) * b_row + width;
    for (size_t p = 0; p < k; p++, panel += padded)
      for (size_t j = 0; j < padded; j += W) {
        size_t at = p * b_row + j;
        store(panel + j, at + W <= end ? load(b + at) : load_some(b + at, end - at, 0));
      }
    return;
  }
  if (width < padded)
    for (size_t i = 0; i < k * padded; i += W) store(panel + i, splat(0));
  for (size_t p0 = 0; p0 < k; p0 += W)
    for (size_t j0 = 0; j0 < width; j0 += W)
      if (p0 + W <= k && j0 + W <= width)
        turn_body(b + j0 * b_row + p0, b_row, panel + p0 * padded + j0, padded);
      else
        for (size_t j = j0; j < j0 + W && j < width; j++)
          for (size_t p = p0; p < p0 + W && p < k; p++) panel[p * padded + j] = b[j * b_row + p];
}
VARIANTS(kernel_pack,
         (size_t k, size_t width, size_t padded, const float *b, size_t b_row, int transposed,
          float *panel),
         (k, width, padded, b, b_row, transposed, panel))

/// The last, narrow strip goes through a buffer of 16 columns.
static void narrow(strip_t *strip, size_t m, size_t width, size_t k, left_t a, const float *panel,
                   float *c, size_t c_row, int accumulate) {
  float buffer[48 * W];
  for (size_t i = 0; i < m; i += 48) {
    size_t rows = m - i < 48 ? m - i : 48;
    left_t part = {a.at + i * a.row, a.row, a.step};
    strip(1, rows, k, part, panel, W, buffer, W, 0);
    for (size_t r = 0; r < rows; r++) {
      float *to = c + (i + r) * c_row;
      for (size_t j = 0; j < width; j++)
        to[j] = accumulate ? to[j] + buffer[r * W + j] : buffer[r * W + j];
    }
  }
}

/// C[m, n] with B in place or packed; `scratch` holds one panel of KC by 64.
static void product(strip_t *strip, size_t m, size_t n, size_t k, left_t a, const float *b,
                    int transposed, float *c, int accumulate, float *scratch) {
  size_t b_row = transposed ? k : n, b_step = transposed ? 1 : n, b_column = transposed ? k : 1;
  int packing = transposed || (m >= 48 && n > 64);
  for (size_t p = 0; p < k; p += KC) {
    size_t span = k - p < KC ? k - p : KC;
    left_t part = {a.at + p * a.step, a.row, a.step};
    int adding = accumulate || p > 0;
    for (size_t j = 0; j < n;) {
      size_t left = n - j;
      int wide = left >= 64 ? 4 : left >= 32 ? 2 : 1;
      const float *from = b + p * b_step + j * b_column;
      if (left < W) {
        kernel_pack(span, left, W, from, b_row, transposed, scratch);
        narrow(strip, m, left, span, part, scratch, c + j, n, adding);
        j += left;
        continue;
      }
      size_t width = (size_t)wide * W;
      if (packing) kernel_pack(span, width, width, from, b_row, transposed, scratch);
      strip(wide, m, span, part, packing ? scratch : from, packing ? width : b_row, c + j, n,
            adding);
      j += width;
    }
  }
}

/// C = A·Bᵀ by dot products of rows, for one or two rows of A.
static INLINE void kernel_dots_body(size_t m, size_t n, size_t k, const float *a, const float *b,
                                    float *c, int accumulate) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      const float *x = a + i * k, *y = b + j * k;
      lanes s = splat(0);
      for (size_t p = 0; p < k; p += W)
        s += load_up_to(x + p, k - p, 0) * load_up_to(y + p, k - p, 0);
      c[i * n + j] = (accumulate ? c[i * n + j] : 0.0f) + total(s);
    }
}
VARIANTS(kernel_dots,
         (size_t m, size_t n, size_t k, const float *a, const float *b, float *c, int accumulate),
         (m, n, k, a, b, c, accumulate))

static strip_t *strip_in_use(void) {
#if defined(__x86_64__)
  if (kernels_in_use() == KERNELS_AVX512) return strip_avx512;
  if (kernels_in_use() == KERNELS_AVX2) return strip_avx2;
#endif
  return strip_portable;
}

void kernel_matmul(size_t m, size_t n, size_t k, const float *a, int transpose_a, const float *b,
                   int transpose_b, float *c, int accumulate) {
  if (k == 0 && !accumulate) memset(c, 0, m * n * sizeof(float));
  if (m == 0 || n == 0 || k == 0) return;
  if (m <= 2 && transpose_b && !transpose_a) {
    kernel_dots(m, n, k, a, b, c, accumulate);
    return;
  }
  left_t left = {a, transpose_a ? 1 : k, transpose_a ? m : 1};
  size_t room = KC * 64 * sizeof(float);
  float *scratch = pool_take(room);
  product(strip_in_use(), m, n, k, left, b, transpose_b, c, accumulate, scratch);
  pool_give(scratch, room);
}
