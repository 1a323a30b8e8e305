// Matrix products, in the transpose forms that forward and backward need.
//
// Method (Goto and van de Geijn, 2008): C is made in tiles of a few rows by 16, 32 or 64 columns
// held in registers; for each step of k a tile loads its slice of a row of B and multiplies it by
// one number a row of A. A is never packed: its element (i, p) is a[i·row + p·step], which serves
// A and Aᵀ alike. k is cut into spans of KC, so that the part of B in use stays in the cache, and the
// rows into groups whose part of A stays in the second one. B is packed into strips (packed.c), or
// read in place where its rows are short and dense. With one or two rows of A, packing Bᵀ would cost
// more than the product: there each element is a dot product.
// Every element adds its products in the order of k, in spans that do not depend on m or n.
#include "product.h"

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

static strip_t *strip_in_use(void) {
#if defined(__x86_64__)
  if (kernels_in_use() >= KERNELS_AVX512) return strip_avx512;
  if (kernels_in_use() == KERNELS_AVX2) return strip_avx2;
#endif
  return strip_portable;
}

/// One strip of columns for some rows, over all of k; `b` is the strip, its rows `b_row` apart.
static void strip_of_rows(strip_t *strip, size_t m, size_t width, size_t k, left_t a,
                          const float *b, size_t b_row, float *c, size_t c_row, int accumulate) {
  for (size_t p = 0; p < k; p += KC) {
    size_t span = k - p < KC ? k - p : KC;
    left_t part = {a.at + p * a.step, a.row, a.step};
    int adding = accumulate || p > 0;
    if (width < W) narrow(strip, m, width, span, part, b + p * b_row, c, c_row, adding);
    else strip((int)(width / W), m, span, part, b + p * b_row, b_row, c, c_row, adding);
  }
}

/// What is left to do to a block of sums, at column `at` of the result, in place.
static INLINE void kernel_finish_body(size_t rows, size_t columns, const finish_t *f, size_t at,
                                      float *out, size_t out_row) {
  for (size_t r = 0; r < rows; r++, out += out_row)
    for (size_t c = 0; c < columns; c += W) {
      size_t left = columns - c;
      lanes x = load_up_to(out + c, left, 0);
      if (f->bias) x += load_up_to(f->bias + at + c, left, 0);
      store_up_to(out + c, bent(f->bend, x), left);
    }
}
VARIANTS(kernel_finish,
         (size_t rows, size_t columns, const finish_t *f, size_t at, float *out, size_t out_row),
         (rows, columns, f, at, out, out_row))

/// Rows that share a visit to all strips: as many as keep their part of A in the second cache.
static size_t rows_at_once(size_t k) {
  size_t rows = ((size_t)1 << 17) / k / 12 * 12;
  return rows < 48 ? 48 : rows;
}

void kernel_product_f32(size_t m, size_t n, size_t k, left_t a, const float *packed,
                        const float *plain, const finish_t *f) {
  strip_t *strip = strip_in_use();
  size_t most = rows_at_once(k), out_row = f->out ? f->out_row : n;
  float *out = f->out ? f->out : f->next;
  for (size_t i = 0; i < m; i += most) {
    size_t rows = m - i < most ? m - i : most;
    left_t part = {a.at + i * a.row, a.row, a.step};
    for (size_t j = 0; j < n;) {
      size_t left = n - j, width = strip_width(left);
      float *to = out + i * out_row + j;
      const float *b = packed ? packed + j * k : plain + j;
      size_t b_row = packed ? width : n, room = packed || left >= W ? 0 : k * W * sizeof(float);
      float *padded = room ? pool_take(room) : NULL;
      if (padded) {
        kernel_pack_strips(left, k, b, n, 0, padded);
        b = padded;
        b_row = W;
      }
      if (left < width) width = left;
      strip_of_rows(strip, rows, width, k, part, b, b_row, to, out_row, f->accumulate);
      if (padded) pool_give(padded, room);
      if (f->bias || f->bend) kernel_finish(rows, width, f, j, to, out_row);
      j += width;
    }
    if (f->out && f->next)
      kernel_copy_blocks(rows, n, out + i * out_row, out_row, (float *)f->next + i * n, n);
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

void kernel_matmul(size_t m, size_t n, size_t k, const float *a, int transpose_a, const float *b,
                   int transpose_b, float *c, int accumulate) {
  if (k == 0 && !accumulate) memset(c, 0, m * n * sizeof(float));
  if (m == 0 || n == 0 || k == 0) return;
  if (m <= 2 && transpose_b && !transpose_a) {
    kernel_dots(m, n, k, a, b, c, accumulate);
    return;
  }
  left_t left = {a, transpose_a ? 1 : k, transpose_a ? m : 1};
  finish_t finish = {.out = c, .out_row = n, .accumulate = accumulate};
  if (!transpose_b && (m < 48 || n <= 64)) {
    kernel_product_f32(m, n, k, left, NULL, b, &finish);
    return;
  }
  // B is packed and used in parts along k that fit the second cache: gradients of weights sum over
  // many thousand rows.
  size_t most = ((size_t)1 << 16) / n / KC * KC;
  if (most < KC) most = KC;
  if (most > k) most = k;
  size_t room = kernel_packed_bytes(PRECISION_FLOAT32, n, most);
  float *packed = pool_take(room);
  for (size_t p = 0; p < k; p += most, finish.accumulate = 1) {
    size_t span = k - p < most ? k - p : most;
    kernel_pack_strips(n, span, transpose_b ? b + p : b + p * n, transpose_b ? k : n, transpose_b,
                       packed);
    left_t part = {left.at + p * left.step, left.row, left.step};
    kernel_product_f32(m, n, span, part, packed, NULL, &finish);
  }
  pool_give(packed, room);
}

void kernel_product(int precision, size_t m, size_t n, size_t k, const void *left,
                    const void *right, const finish_t *finish) {
  if (precision == PRECISION_BFLOAT16) kernel_product_bf16(m, n, k, left, right, finish);
  else kernel_product_f32(m, n, k, (left_t){left, k, 1}, right, NULL, finish);
}
