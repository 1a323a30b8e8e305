// Matrix products of bfloat16 with sums in float32.
//
// C is made in blocks of 32 by 32, four tiles of the packed sides (packed.c) at each step of 32
// along k. Rows are the outer loop: 32 rows of A stay in the nearest cache while the columns pass
// by, as many of them at a time as the second cache holds of B, and C is written row by row. Where k
// is so long that 32 rows of A would not stay there, it is taken in spans, and C holds the sums
// between two spans. What differs is how a block is summed:
// - AMX: four accumulating tiles, two of the left side and two of the right one in the other four
//   registers; each tile that is loaded is used twice. B is read past the nearest cache, so that
//   it does not drive A out. A block's sums go to a buffer, and are finished (bias, bend, rounding)
//   between the dot products of the next block, a few rows at each step: the unit of the tiles
//   needs the other units for nothing but its loads.
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

/// Where the blocks of a product come from and go to.
typedef struct {
  size_t m, n, steps;
  const uint16_t *left, *right;
  const finish_t *finish;
} product_t;

/// A block of sums that waits to be finished: where its next row lies and goes, and how many there
/// are. Everything is at hand: an address that had to be fetched first would hold up the loads of
/// tiles behind it.
typedef struct {
  const float *sums, *bias;
  float *out;
  uint16_t *next;
  size_t columns, row, rows, out_row, next_tiles;
  int accumulate, bends;
} waiting_t;

/// The block at row i and column j, summed over the first, the last or another span along k.
static INLINE waiting_t waiting_block(const product_t *p, size_t i, size_t j, int first, int last,
                                      const float *sums) {
  static const float none[SIDE];
  const finish_t *f = p->finish;
  size_t rows = p->m - i, line = padded_k(p->n);
  return (waiting_t){
      .sums = sums,
      .bias = last && f->bias ? f->bias + j : none,
      .out = f->out ? f->out + i * f->out_row + j : NULL,
      .next = last && f->next ? (uint16_t *)f->next + i * line + j * W : NULL,
      .columns = p->n - j,
      .rows = rows < SIDE ? rows : SIDE,
      .out_row = f->out_row,
      .next_tiles = line * W,
      .accumulate = !first || f->accumulate,
      .bends = last && f->bend == BEND_SILU,
  };
}

/// Finishes `count` rows at most; they are 32 columns wide where `whole`.
static INLINE void finish_rows(const int native, const int whole, waiting_t *w, size_t count) {
  const size_t columns = whole ? SIDE : w->columns, rest = columns > W ? columns - W : 0;
  for (; count > 0 && w->row < w->rows; count--) {
    lanes x = load(w->sums) + load_up_to(w->bias, columns, 0);
    lanes y = rest ? load(w->sums + W) + load_up_to(w->bias + W, rest, 0) : splat(0);
    if (w->accumulate) {
      x += load_up_to(w->out, columns, 0);
      if (rest) y += load_up_to(w->out + W, rest, 0);
    }
    if (w->bends) {
      x = bent(BEND_SILU, x);
      y = bent(BEND_SILU, y);
    }
    if (w->out) {
      store_up_to(w->out, x, columns);
      if (rest) store_up_to(w->out + W, y, rest);
      w->out += w->out_row;
    }
    w->sums += SIDE;
    w->row++;
    if (w->next) {
      store_pairs(w->next, paired_run(native, x, y));
      w->next += w->row == W ? w->next_tiles - (W - 1) * K_PAD : K_PAD;
    }
  }
}

/// Finishes all rows of a block.
typedef void finish_block_t(waiting_t *w);
#define FINISH(NAME, NATIVE)                                 \
  static __attribute__((noinline)) void NAME(waiting_t *w) { \
    if (w->columns >= SIDE) finish_rows(NATIVE, 1, w, SIDE); \
    else finish_rows(NATIVE, 0, w, SIDE);                    \
  }
FINISH(finish_portable, 0)
#if defined(__x86_64__)
TARGET_AVX2 FINISH(finish_avx2, 0)
TARGET_AVX512 FINISH(finish_avx512, 0)
TARGET_BF16 FINISH(finish_native, 1)
#endif

/// What is summed at once: 16 or 32 lines of each side over `steps` tiles along k, the tiles of 16
/// lines `apart` from those of the next.
typedef struct {
  const uint16_t *a, *b;
  size_t steps, apart;
  float *sums;
} block_t;

/// sums[32, 32] = 16·tall rows of A by 16·wide columns of B; finishes what waits before it writes.
#define DECLARE_BLOCK(NAME)                                                                 \
  static INLINE void NAME(const int tall, const int wide, block_t block,                    \
                          finish_block_t *finish, waiting_t *waiting)

/// Where 32 bits of a line begin, as two floats.
static INLINE float lower_of(const uint16_t *at) {
  uint32_t bits = (uint32_t)at[0] << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

DECLARE_BLOCK(block_exact) {
  finish(waiting);
  for (int i = 0; i < tall * W; i += 4)
    for (int j = 0; j < wide; j++) {
      const uint16_t *line = block.a + (size_t)(i / W) * block.apart + (size_t)(i % W) * K_PAD;
      const uint16_t *column = block.b + (size_t)j * block.apart;
      float *to = block.sums + i * SIDE + j * W;
      lanes sum[4];
      UNROLL for (int r = 0; r < 4; r++) sum[r] = splat(0);
      for (size_t s = 0; s < block.steps; s++, line += TILE, column += TILE)
        for (size_t p = 0; p < W; p++) {
          pairs two = load_pairs(column + p * 2 * W);
          UNROLL for (size_t r = 0; r < 4; r++) {
            sum[r] += lower_of(line + r * K_PAD + 2 * p) * lower(two);
            sum[r] += lower_of(line + r * K_PAD + 2 * p + 1) * upper(two);
          }
        }
      UNROLL for (int r = 0; r < 4; r++) store(to + r * SIDE, sum[r]);
    }
}

#if defined(__x86_64__)
TARGET_BF16 DECLARE_BLOCK(block_dots) {
  finish(waiting);
  for (int i = 0; i < tall * W; i += 8) {
    const uint16_t *line = block.a + (size_t)(i / W) * block.apart + (size_t)(i % W) * K_PAD;
    const uint16_t *column = block.b;
    float *to = block.sums + i * SIDE;
    __m512 sum[8][2];
    UNROLL for (int r = 0; r < 8; r++)
      UNROLL for (int j = 0; j < wide; j++) sum[r][j] = _mm512_setzero_ps();
    for (size_t s = 0; s < block.steps; s++, line += TILE, column += TILE)
      for (size_t p = 0; p < W; p++) {
        __m512bh right[2];
        UNROLL for (int j = 0; j < wide; j++)
          right[j] = (__m512bh)_mm512_loadu_si512(column + (size_t)j * block.apart + p * 2 * W);
        UNROLL for (size_t r = 0; r < 8; r++) {
          int32_t two;
          memcpy(&two, line + r * K_PAD + 2 * p, sizeof two);
          __m512bh left = (__m512bh)_mm512_set1_epi32(two);
          UNROLL for (int j = 0; j < wide; j++)
            sum[r][j] = _mm512_dpbf16_ps(sum[r][j], left, right[j]);
        }
      }
    UNROLL for (int r = 0; r < 8; r++)
      UNROLL for (int j = 0; j < wide; j++) _mm512_storeu_ps(to + r * SIDE + j * W, sum[r][j]);
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
  const uint16_t *a = block.a, *b = block.b, *a1 = a + block.apart, *b1 = b + block.apart;
  float *sums = block.sums;
  if (waiting->columns < SIDE) finish(waiting);
  waiting_t rows = *waiting;
  const size_t row = SIDE * sizeof(float);
  const size_t due = block.steps >= 16 ? 2 : block.steps >= 8 ? 4 : SIDE;  // rows at each step
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (size_t p = 0; p < block.steps * TILE; p += TILE) {
    _tile_stream_loadd(6, b + p, 64);
    _tile_loadd(4, a + p, 64);
    _tile_dpbf16ps(0, 4, 6);
    if (wide == 2) _tile_stream_loadd(7, b1 + p, 64);
    if (wide == 2) _tile_dpbf16ps(1, 4, 7);
    if (tall == 2) _tile_loadd(5, a1 + p, 64);
    if (tall == 2) _tile_dpbf16ps(2, 5, 6);
    if (tall == 2 && wide == 2) _tile_dpbf16ps(3, 5, 7);
    finish_rows(1, 1, &rows, due);
  }
  _tile_stored(0, sums, row);
  if (wide == 2) _tile_stored(1, sums + W, row);
  if (tall == 2) _tile_stored(2, sums + W * SIDE, row);
  if (tall == 2 && wide == 2) _tile_stored(3, sums + W * SIDE + W, row);
}
#endif

#define SPAN 24                 // tiles along k of which 32 rows fit the nearest cache
#define NEAR ((size_t)1 << 19)  // numbers of B in use: a megabyte of the second cache

/// All blocks of a product. Sums go by a buffer even where nothing is left to do to them: rows that
/// are a power of two apart fall on the same few lines of the cache, which slows a store of whole
/// tiles by half.
#define PRODUCT(NAME, BLOCK, FINISH)                                                            \
  static void NAME(const product_t *p) {                                                        \
    float sums[SIDE * SIDE] __attribute__((aligned(64)));                                       \
    const size_t spans = p->finish->out ? (p->steps + SPAN - 1) / SPAN : 1;                     \
    const size_t span = (p->steps + spans - 1) / spans, apart = p->steps * TILE;                \
    size_t most = NEAR / (p->steps * K_PAD) / SIDE * SIDE;                                      \
    if (most < 2 * SIDE) most = 2 * SIDE;                                                       \
    waiting_t waiting = {.rows = 0};                                                            \
    for (size_t left = 0; left < p->n; left += most)                                            \
      for (size_t i = 0; i < p->m; i += SIDE)                                                   \
        for (size_t s = 0; s < p->steps; s += span)                                             \
          for (size_t j = left; j < left + most && j < p->n; j += SIDE) {                       \
            size_t rest = p->steps - s;                                                         \
            block_t block = {                                                                   \
                .a = p->left + i / W * apart + s * TILE,                                        \
                .b = p->right + j / W * apart + s * TILE,                                       \
                .steps = rest < span ? rest : span,                                             \
                .apart = apart,                                                                 \
                .sums = sums,                                                                   \
            };                                                                                  \
            int tall = p->m - i > W, wide = p->n - j > W;                                       \
            if (tall && wide) BLOCK(2, 2, block, FINISH, &waiting);                             \
            else if (tall) BLOCK(2, 1, block, FINISH, &waiting);                                \
            else if (wide) BLOCK(1, 2, block, FINISH, &waiting);                                \
            else BLOCK(1, 1, block, FINISH, &waiting);                                          \
            waiting = waiting_block(p, i, j, s == 0, rest <= span, sums);                       \
          }                                                                                     \
    FINISH(&waiting);                                                                           \
  }
PRODUCT(product_portable, block_exact, finish_portable)
#if defined(__x86_64__)
TARGET_AVX2 PRODUCT(product_avx2, block_exact, finish_avx2)
TARGET_AVX512 PRODUCT(product_avx512, block_exact, finish_avx512)
TARGET_BF16 PRODUCT(product_dots, block_dots, finish_native)
TARGET_AMX PRODUCT(product_tiles, block_tiles, finish_native)
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
