// Matrix products of bfloat16 with sums in float32.
//
// C is made in blocks of 32 by 32, four tiles of the packed sides (packed.c) at each step of 32
// along k, and each block is finished while it is in the nearest cache. What differs is how a block
// is summed:
// - AMX: four accumulating tiles, two of the left side and two of the right one in the other four
//   registers; each tile that is loaded is used twice.
// - AVX-512 with bfloat16: 8 rows by 32 columns in registers, a pair of the left side broadcast.
// - else: the pairs are taken apart exactly, which is the oracle of the other two.
// They differ in the last bits: the machine adds the two products of a pair before it rounds, and
// takes denormal numbers for zero.
#include "product.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define SIDE 32
#define TILE (W * K_PAD)

/// sums[32, 32] = 16·tall rows of A by 16·wide columns of B, over `steps` tiles along k; what is
/// `ahead` will be read soon.
#define DECLARE_BLOCK(NAME)                                                                   \
  static INLINE void NAME(const int tall, const int wide, size_t steps, const uint16_t *a,    \
                          const uint16_t *b, float *sums, const uint16_t *ahead)

/// Where 32 bits of a line begin, as two floats.
static INLINE float lower_of(const uint16_t *at) {
  uint32_t bits = (uint32_t)at[0] << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

DECLARE_BLOCK(block_exact) {
  for (int i = 0; i < tall * W; i += 4)
    for (int j = 0; j < wide; j++) {
      const uint16_t *line = a + (size_t)(i / W) * steps * TILE + (size_t)(i % W) * K_PAD;
      const uint16_t *column = b + (size_t)j * steps * TILE;
      lanes sum[4];
      UNROLL for (int r = 0; r < 4; r++) sum[r] = splat(0);
      for (size_t s = 0; s < steps; s++, line += TILE, column += TILE)
        for (size_t p = 0; p < W; p++) {
          pairs two = load_pairs(column + p * 2 * W);
          UNROLL for (size_t r = 0; r < 4; r++) {
            sum[r] += lower_of(line + r * K_PAD + 2 * p) * lower(two);
            sum[r] += lower_of(line + r * K_PAD + 2 * p + 1) * upper(two);
          }
        }
      UNROLL for (int r = 0; r < 4; r++) store(sums + (i + r) * SIDE + j * W, sum[r]);
    }
}

#if defined(__x86_64__)
TARGET_BF16 DECLARE_BLOCK(block_dots) {
  for (int i = 0; i < tall * W; i += 8) {
    const uint16_t *line = a + (size_t)(i / W) * steps * TILE + (size_t)(i % W) * K_PAD;
    const uint16_t *column = b;
    __m512 sum[8][2];
    UNROLL for (int r = 0; r < 8; r++) sum[r][0] = sum[r][1] = _mm512_setzero_ps();
    for (size_t s = 0; s < steps; s++, line += TILE, column += TILE)
      for (size_t p = 0; p < W; p++) {
        __m512bh right[2];
        UNROLL for (int j = 0; j < wide; j++)
          right[j] = (__m512bh)_mm512_loadu_si512(column + (size_t)j * steps * TILE + p * 2 * W);
        UNROLL for (size_t r = 0; r < 8; r++) {
          int32_t two;
          memcpy(&two, line + r * K_PAD + 2 * p, sizeof two);
          __m512bh left = (__m512bh)_mm512_set1_epi32(two);
          UNROLL for (int j = 0; j < wide; j++)
            sum[r][j] = _mm512_dpbf16_ps(sum[r][j], left, right[j]);
        }
      }
    UNROLL for (int r = 0; r < 8; r++)
      UNROLL for (int j = 0; j < wide; j++)
        _mm512_storeu_ps(sums + (i + r) * SIDE + j * W, sum[r][j]);
  }
}

/// The shapes of all eight tile registers: 16 rows of 64 bytes.
static const struct {
  uint8_t palette, start, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_shapes = {.palette = 1,
                 .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
                 .rows = {16, 16, 16, 16, 16, 16, 16, 16}};

TARGET_AMX DECLARE_BLOCK(block_tiles) {
  const uint16_t *a1 = a + steps * TILE, *b1 = b + steps * TILE;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (size_t p = 0; p < steps * TILE; p += TILE) {
    _tile_loadd(4, a + p, 64);
    _tile_loadd(6, b + p, 64);
    if (wide == 2) _tile_loadd(7, b1 + p, 64);
    _tile_dpbf16ps(0, 4, 6);
    UNROLL for (int i = 0; i < W; i++) __builtin_prefetch(ahead + p + i * K_PAD, 0, 2);
    if (wide == 2) _tile_dpbf16ps(1, 4, 7);
    if (tall == 2) {
      _tile_loadd(5, a1 + p, 64);
      _tile_dpbf16ps(2, 5, 6);
      if (wide == 2) _tile_dpbf16ps(3, 5, 7);
    }
  }
  const size_t row = SIDE * sizeof(float);
  _tile_stored(0, sums, row);
  if (wide == 2) _tile_stored(1, sums + W, row);
  if (tall == 2) _tile_stored(2, sums + W * SIDE, row);
  if (tall == 2 && wide == 2) _tile_stored(3, sums + W * SIDE + W, row);
}
#endif

/// Where the blocks of a product come from and go to.
typedef struct {
  size_t m, n, steps;
  const uint16_t *left, *right;
  const finish_t *finish;
} product_t;

/// One block of sums, at row i and column j, to where it goes.
static INLINE void finish_rows(const int native, const int bend, const product_t *p, size_t i,
                               size_t j, const float *sums) {
  const finish_t *f = p->finish;
  size_t rows = p->m - i < SIDE ? p->m - i : SIDE, columns = p->n - j;
  size_t rest = columns > W ? columns - W : 0;
  lanes bias0 = f->bias ? load_up_to(f->bias + j, columns, 0) : splat(0);
  lanes bias1 = f->bias && rest ? load_up_to(f->bias + j + W, rest, 0) : splat(0);
  float *out = f->out ? f->out + i * f->out_row + j : NULL;
  uint16_t *next = f->next ? (uint16_t *)f->next + i * padded_k(p->n) + j * W : NULL;
  for (size_t r = 0; r < rows; r++, sums += SIDE) {
    lanes x = load(sums) + bias0, y = rest ? load(sums + W) + bias1 : splat(0);
    if (f->accumulate) {
      x += load_up_to(out, columns, 0);
      if (rest) y += load_up_to(out + W, rest, 0);
    }
    x = bent(bend, x);
    y = bent(bend, y);
    if (out) {
      store_up_to(out, x, columns);
      if (rest) store_up_to(out + W, y, rest);
      out += f->out_row;
    }
    if (next) {
      store_pairs(next, paired_run(native, x, y));
      next += r + 1 == W ? padded_k(p->n) * W - (W - 1) * K_PAD : K_PAD;
    }
  }
}

static INLINE void finish_block(const int native, const product_t *p, size_t i, size_t j,
                                const float *sums) {
  if (p->finish->bend == BEND_SILU) finish_rows(native, BEND_SILU, p, i, j, sums);
  else finish_rows(native, BEND_NONE, p, i, j, sums);
}

/// All blocks of a product: columns outside, so that their part of B stays in the nearest cache; the
/// first two blocks of a column call for the two halves of the next. Sums go by a buffer even where
/// nothing is left to do to them: rows that are a power of two apart fall on the same few lines of the
/// cache, which slows a store of whole tiles by half.
#define PRODUCT(NAME, BLOCK, NATIVE)                                                           \
  static void NAME(const product_t *p) {                                                       \
    float buffers[2][SIDE * SIDE] __attribute__((aligned(64)));                                \
    int turn = 0;                                                                              \
    for (size_t j = 0; j < p->n; j += SIDE)                                                    \
      for (size_t i = 0; i < p->m; i += SIDE) {                                                \
        size_t rows = p->m - i, columns = p->n - j, steps = p->steps;                          \
        const uint16_t *a = p->left + i * steps * K_PAD, *b = p->right + j * steps * K_PAD;    \
        float *sums = buffers[turn ^= 1];                                                      \
        size_t beyond = j + SIDE >= p->n || i > SIDE ? 0 : i == 0 ? SIDE : SIDE + W;           \
        const uint16_t *ahead = b + beyond * steps * K_PAD;                                    \
        if (rows > W && columns > W) BLOCK(2, 2, steps, a, b, sums, ahead);                    \
        else if (rows > W) BLOCK(2, 1, steps, a, b, sums, ahead);                              \
        else if (columns > W) BLOCK(1, 2, steps, a, b, sums, ahead);                           \
        else BLOCK(1, 1, steps, a, b, sums, ahead);                                            \
        finish_block(NATIVE, p, i, j, sums);                                                   \
      }                                                                                        \
  }
PRODUCT(product_portable, block_exact, 0)
#if defined(__x86_64__)
TARGET_AVX2 PRODUCT(product_avx2, block_exact, 0)
TARGET_AVX512 PRODUCT(product_avx512, block_exact, 0)
TARGET_BF16 PRODUCT(product_dots, block_dots, 1)
TARGET_AMX PRODUCT(product_tiles, block_tiles, 1)
TARGET_AMX static void product_amx(const product_t *p) {
  _tile_loadconfig(&tile_shapes);
  product_tiles(p);
  _tile_release();
}
#endif

void kernel_product_bf16(size_t m, size_t n, size_t k, const uint16_t *left,
                         const uint16_t *right, const finish_t *finish) {
  product_t p = {m, n, padded_k(k) / K_PAD, left, right, finish};
#if defined(__x86_64__)
  switch (kernels_in_use()) {
  case KERNELS_AMX: product_amx(&p); return;
  case KERNELS_AVX512_BF16: product_dots(&p); return;
  case KERNELS_AVX512: product_avx512(&p); return;
  case KERNELS_AVX2: product_avx2(&p); return;
  }
#endif
  product_portable(&p);
}
