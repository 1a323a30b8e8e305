// One chunk of 16 steps of the gated delta rule: what its forward (gated_delta_chunks.c) and its
// pullback (gated_delta_chunks_pullback.c) both begin with.
//
// Rows are steps, S is the state before the chunk, c_i = α_1…α_i and Γ_ij = α_{j+1}…α_i (j <= i):
//   A = Γ∘(K Kᵀ) below the diagonal,  P = Γ∘(Q Kᵀ) up to it,
//   rest_i = v_i − c_i k_i S − Σ_{j<i} A_ij d_j,  d_i = β_i rest_i       (forward substitution)
// The last chunk is filled up with steps that change nothing: α = 1 and zeros.
//
// Bodies are made for literal widths where these are usual, and then hold their products of small
// matrices themselves (`inside`): every loop is as long as it says.
#pragma once
#include "gated_delta.h"
#include "tiles.h"

/// One chunk of one head: matrices with steps in rows (padded to lanes), or, `turned`, in lanes.
typedef struct {
  size_t steps;  // those of the sequence, the others are filling
  float *keys;   // K, below it Q
  float *turned;  // [row][K's steps, Q's steps]
  float *rest, *d, *faded;        // first V, which becomes rest; faded: e∘K
  float *reads;                   // K S, below it Q S
  float products[2 * CHUNK * W];  // K Kᵀ, below it Q Kᵀ
  float a[CHUNK * W], p[CHUNK * W], decay[CHUNK * W];
  float alpha[CHUNK], beta[CHUNK], since[CHUNK], until[CHUNK];  // since: c, until: e
  float scales[2 * CHUNK];                                      // of k and q to length one
} chunk_t;

/// Where a chunk stands: its numbers begin at `at`, those of its gates at `gates`.
typedef struct {
  size_t at, gates, steps;
} place_t;
static INLINE place_t place_of(const delta_t *f, size_t b, size_t h, size_t t) {
  size_t gates = (b * f->time + t) * f->heads + h;
  return (place_t){gates * f->width, gates, f->time - t < CHUNK ? f->time - t : CHUNK};
}

static const float unit[2 * CHUNK] = {[CHUNK] = 1};
/// The row of the unit matrix with its 1 in lane i.
static INLINE lanes unit_at(size_t i) { return load(unit + CHUNK - i); }

/// Memory is handed out matrix by matrix, with gaps, so that no two of them begin at the same place
/// of a page: a store would hold up loads from the same place in other pages.
#define GAP (5 * W)
static INLINE float *part_of(float **memory, size_t count) {
  float *part = *memory;
  *memory += count + GAP;
  return part;
}
static INLINE size_t chunk_room(size_t row) { return 9 * CHUNK * row + 6 * GAP; }
static INLINE void lay_out(chunk_t *x, size_t row, float **memory) {
  size_t rows = CHUNK * row;
  x->keys = part_of(memory, 2 * rows);
  x->turned = part_of(memory, 2 * rows);
  x->rest = part_of(memory, rows);
  x->d = part_of(memory, rows);
  x->faded = part_of(memory, rows);
  x->reads = part_of(memory, 2 * rows);
}

/// C[m, n] = keep·C + A·B, as `kernel_tiles` says.
static INLINE void multiply(const int inside, size_t m, size_t n, size_t k, factor_t a,
                            const float *b, size_t b_row, float keep, float *c, size_t c_row) {
  if (inside) tiles_product(16, m, n, k, a, b, b_row, keep, c, c_row);
  else kernel_tiles(m, n, k, a, b, b_row, keep, c, c_row);
}

static INLINE void read_rows(size_t width, size_t steps, const float *from, size_t stride,
                             float *to) {
  size_t row = padded(width);
  for (size_t i = 0; i < steps; i++)
    for (size_t c = 0; c < width; c += W)
      store(to + i * row + c, load_up_to(from + i * stride + c, width - c, 0));
  if (steps < CHUNK) memset(to + steps * row, 0, (CHUNK - steps) * row * sizeof(float));
}
static INLINE void write_rows(size_t width, size_t steps, const float *from, float *to,
                              size_t stride) {
  for (size_t i = 0; i < steps; i++)
    for (size_t c = 0; c < width; c += W)
      store_up_to(to + i * stride + c, load(from + i * padded(width) + c), width - c);
}
static INLINE void turn_rows(size_t row, const float *from, float *to, size_t to_row) {
  for (size_t c = 0; c < row; c += W) turn(from + c, row, to + c * to_row, to_row);
}
/// Calls for rows that will be read (or written): they lie too far apart for the machine to guess.
static INLINE void call_rows(const int writes, size_t width, size_t steps, const float *from,
                             size_t stride) {
  for (size_t i = 0; i < steps; i++)
    for (size_t c = 0; c < width; c += W)
      if (writes) __builtin_prefetch(from + i * stride + c, 1, 2);
      else __builtin_prefetch(from + i * stride + c, 0, 2);
}

/// Brings rows to length one, in place and turned.
static INLINE void normalize(float epsilon, size_t row, float *rows, float *turned, float *scales) {
  lanes sum[4] = {splat(epsilon), splat(0), splat(0), splat(0)};
  for (size_t c = 0; c < row; c += 4)
    UNROLL for (size_t i = 0; i < 4; i++) {
      lanes x = load(turned + (c + i) * 2 * W);
      sum[i] += x * x;
    }
  lanes scale = 1.0f / __builtin_elementwise_sqrt((sum[0] + sum[1]) + (sum[2] + sum[3]));
  store(scales, scale);
  for (size_t c = 0; c < row; c++) store(turned + c * 2 * W, load(turned + c * 2 * W) * scale);
  for (size_t i = 0; i < CHUNK; i++)
    for (size_t c = 0; c < row; c += W)
      store(rows + i * row + c, load(rows + i * row + c) * scales[i]);
}

/// V becomes rest, and D is made, 16 channels at a time; the last term of each sum is the one that
/// was made last.
static INLINE void substitute(size_t row, chunk_t *x) {
  for (size_t c = 0; c < row; c += W) {
    lanes d[CHUNK];
    UNROLL for (size_t i = 0; i < CHUNK; i++) {
      size_t at = i * row + c;
      lanes rest = load(x->rest + at) - load(x->reads + at) * x->since[i];
      UNROLL for (size_t j = 0; j < i; j++) rest -= d[j] * x->a[i * W + j];
      d[i] = rest * x->beta[i];
      store(x->rest + at, rest);
      store(x->d + at, d[i]);
    }
  }
}

/// Everything of a chunk but Y and S'; a null `s` is zero. Reads Q S where wanted.
static INLINE void prepare(const int inside, const int reads_queries, size_t width, chunk_t *x,
                           const delta_t *f, place_t place, const float *s) {
  size_t stride = f->heads * width, row = padded(width), rows = CHUNK * row;
  x->steps = place.steps;
  read_rows(width, place.steps, f->k + place.at, stride, x->keys);
  read_rows(width, place.steps, f->q + place.at, stride, x->keys + rows);
  read_rows(width, place.steps, f->v + place.at, stride, x->rest);
  lanes decay = splat(0);
  float c = 1;
  for (size_t i = 0; i < CHUNK; i++) {
    int there = i < place.steps;
    x->alpha[i] = there ? f->alpha[place.gates + i * f->heads] : 1;
    x->beta[i] = there ? f->beta[place.gates + i * f->heads] : 0;
    x->since[i] = c *= x->alpha[i];
    decay = decay * x->alpha[i] + unit_at(i);
    store(x->decay + i * W, decay);
  }
  store(x->until, decay);
  turn_rows(row, x->keys, x->turned, 2 * W);
  turn_rows(row, x->keys + rows, x->turned + W, 2 * W);
  if (f->epsilon > 0) {
    normalize(f->epsilon, row, x->keys, x->turned, x->scales);
    normalize(f->epsilon, row, x->keys + rows, x->turned + W, x->scales + W);
  }
  for (size_t i = 0; i < CHUNK; i++)
    for (size_t c = 0; c < row; c += W)
      store(x->faded + i * row + c, load(x->keys + i * row + c) * x->until[i]);
  multiply(inside, 2 * CHUNK, W, width, (factor_t){x->keys, row, 1}, x->turned, 2 * W, 0,
           x->products, W);
  for (size_t i = 0; i < CHUNK; i++) {
    lanes g = load(x->decay + i * W);
    store(x->a + i * W, load(x->products + i * W) * (g - unit_at(i)));
    store(x->p + i * W, load(x->products + (CHUNK + i) * W) * g);
  }
  size_t read = reads_queries ? 2 * CHUNK : CHUNK;
  if (s)
    multiply(inside, read, row, width, (factor_t){x->keys, row, 1}, s, row, 0, x->reads, row);
  else
    memset(x->reads, 0, read * row * sizeof(float));
  substitute(row, x);
}

/// A body over the usual widths, literally, and over any other.
#define BY_WIDTH(INSIDE, WIDTH, BODY)                    \
  switch (WIDTH) {                                       \
  case 16: { const size_t width = 16; const int inside = INSIDE; BODY; break; } \
  case 32: { const size_t width = 32; const int inside = INSIDE; BODY; break; } \
  case 64: { const size_t width = 64; const int inside = INSIDE; BODY; break; } \
  default: { const size_t width = WIDTH; const int inside = 0; BODY; }          \
  }

/// As VARIANTS; products are held inside where registers are many.
#if defined(__x86_64__)
#define CHUNK_VARIANTS(name, declared, ...)                                           \
  static void name##_portable declared { name##_body(0, __VA_ARGS__); }               \
  TARGET_AVX2 static void name##_avx2 declared { name##_body(0, __VA_ARGS__); }       \
  TARGET_AVX512 static void name##_avx512 declared { name##_body(1, __VA_ARGS__); }   \
  DISPATCH(name, declared, (__VA_ARGS__))
#else
#define CHUNK_VARIANTS(name, declared, ...) \
  void name declared { name##_body(0, __VA_ARGS__); }
#endif
