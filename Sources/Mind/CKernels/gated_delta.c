// The gated delta rule (Yang et al., 2024, arXiv 2412.06464), and its sequential form.
//
// Per head, with R = S_{t−1}:  u = R k,  d = β(v − α u),  S = α R + d kᵀ,  y = S q.
// The state is kept transposed, one row a key channel, its value channels in lanes (padded to 16):
// then u and y are sums of rows scaled by one number, and no product needs a sum across lanes.
//
// Which form runs, by times on one core (AVX-512, ns a step a head):
//   width                                            16    32    64    128
//   forward, 64 steps, sequential                    48    96   265   2400
//   forward, 64 steps, by chunks                     36    85   267   1070
//   pullback, 64 steps, sequential                  124   310  1170   8200
//   pullback, 64 steps, by chunks                    88   202   556   2600
// A chunk costs the same however few of its 16 steps there are. The pullback by chunks pays from 8
// steps on at any width, the forward from about 12, and from 8 where the state leaves the first
// cache. By chunks, rows are called for in time, too: with cold caches, as within a step of training,
// the difference is larger.
//
// The sequential pullback needs every R in reverse, and makes them again first.
//   gS += gy qᵀ,  gq = Sᵀ gy,  gα = ⟨gS, R⟩ − β gd·u,  gd = gS k,  gβ = gd·(v − α u),  gv = β gd,
//   gu = −αβ gd,  gk = gSᵀ d + Rᵀ gu,  gR = α gS + gu kᵀ.
// Where asked, q and k are brought to length one on the way in, which saves two passes over memory.
#include "gated_delta.h"

/// The shortest sequence whose pullback goes by chunks, and the widest state of the first cache, which
/// goes forward by whole chunks alone.
#define CHUNKS_FROM 8
#define CACHED_WIDTH 64
#define VECTORS_MAX (WIDTH_MAX / W)

/// The new state `to` (may be `from`) and y; `n` is the number of vectors in a row.
static INLINE void advance(const int n, size_t width, const float *from, float *to, const float *q,
                           const float *k, const lanes *v, float alpha, float beta, lanes *y) {
  // Four partial sums each: one would wait for itself at every step.
  lanes u[4][VECTORS_MAX], r[4][VECTORS_MAX], d[VECTORS_MAX];
  UNROLL for (int i = 0; i < 4; i++)
    UNROLL for (int c = 0; c < n; c++) u[i][c] = r[i][c] = splat(0);
  size_t row = (size_t)n * W, whole = width / 4 * 4;
  for (size_t j = 0; j < whole; j += 4)
    UNROLL for (size_t i = 0; i < 4; i++)
      UNROLL for (int c = 0; c < n; c++) u[i][c] += load(from + (j + i) * row + c * W) * k[j + i];
  for (size_t j = whole; j < width; j++)
    UNROLL for (int c = 0; c < n; c++) u[0][c] += load(from + j * row + c * W) * k[j];
  UNROLL for (int c = 0; c < n; c++)
    d[c] = beta * (v[c] - alpha * ((u[0][c] + u[1][c]) + (u[2][c] + u[3][c])));
  for (size_t j = 0; j < whole; j += 4)
    UNROLL for (size_t i = 0; i < 4; i++)
      UNROLL for (int c = 0; c < n; c++) {
        lanes s = load(from + (j + i) * row + c * W) * alpha + d[c] * k[j + i];
        store(to + (j + i) * row + c * W, s);
        r[i][c] += s * q[j + i];
      }
  for (size_t j = whole; j < width; j++)
    UNROLL for (int c = 0; c < n; c++) {
      lanes s = load(from + j * row + c * W) * alpha + d[c] * k[j];
      store(to + j * row + c * W, s);
      r[0][c] += s * q[j];
    }
  UNROLL for (int c = 0; c < n; c++) y[c] = (r[0][c] + r[1][c]) + (r[2][c] + r[3][c]);
}

static INLINE void read_row(const int n, size_t width, const float *from, lanes *to) {
  UNROLL for (int c = 0; c < n; c++) {
    size_t done = (size_t)c * W;
    to[c] = done < width ? load_up_to(from + done, width - done, 0) : splat(0);
  }
}
static INLINE void write_row(const int n, size_t width, lanes *from, float *to) {
  UNROLL for (int c = 0; c < n; c++) {
    size_t done = (size_t)c * W;
    if (done < width) store_up_to(to + done, from[c], width - done);
  }
}
/// A row of q or k as the rule uses it; returns what it was multiplied by.
static INLINE float unit_row(const int n, size_t width, float epsilon, const float *from,
                             float *to) {
  lanes row[VECTORS_MAX], sum = splat(0);
  read_row(n, width, from, row);
  UNROLL for (int c = 0; c < n; c++) sum += row[c] * row[c];
  float scale = epsilon > 0 ? 1.0f / sqrtf(total(sum) + epsilon) : 1.0f;
  UNROLL for (int c = 0; c < n; c++) store(to + c * W, row[c] * scale);
  return scale;
}

/// The gradient of such a row: scale·(g − row·(g·row)), in place.
static INLINE void unit_row_pullback(const int n, size_t width, float epsilon, float scale,
                                     const float *row, const float *g, float *out) {
  lanes sum = splat(0), from[VECTORS_MAX];
  UNROLL for (int c = 0; c < n; c++) sum += load(g + c * W) * load(row + c * W);
  float along = epsilon > 0 ? total(sum) : 0;
  UNROLL for (int c = 0; c < n; c++)
    from[c] = (load(g + c * W) - load(row + c * W) * along) * scale;
  write_row(n, width, from, out);
}

static INLINE void forward(const int n, size_t width, const delta_t *f, float *scratch) {
  for (size_t b = 0; b < f->batch; b++)
    for (size_t h = 0; h < f->heads; h++) {
      size_t place = (b * f->heads + h) * width * width;
      // Rows that need no padding are written where they belong from the first step on.
      int in_place = width == (size_t)n * W;
      float *to = in_place ? f->state_out + place : scratch;
      const float *from = f->state + place;
      if (!in_place || !f->state || f->time == 0) {
        read_state(width, f->state ? f->state + place : NULL, to);
        from = to;
      }
      size_t size = width * (size_t)n * W, chunks = (f->time + CHUNK - 1) / CHUNK;
      float *kept = f->kept ? f->kept + (b * f->heads + h) * chunks * size : NULL;
      for (size_t t = 0; t < f->time; t++, from = to) {
        if (kept && t % CHUNK == 0) {
          if (t == 0 && f->state) read_state(width, f->state + place, kept);
          if (t > 0) memcpy(kept + t / CHUNK * size, to, size * sizeof(float));
        }
        size_t gate = (b * f->time + t) * f->heads + h, at = gate * width;
        lanes value[VECTORS_MAX], out[VECTORS_MAX];
        float key[WIDTH_MAX], query[WIDTH_MAX];
        unit_row(n, width, f->epsilon, f->k + at, key);
        unit_row(n, width, f->epsilon, f->q + at, query);
        read_row(n, width, f->v + at, value);
        advance(n, width, from, to, query, key, value, f->alpha[gate], f->beta[gate], out);
        write_row(n, width, out, f->y + at);
      }
      if (!in_place) write_state(width, to, f->state_out + place);
    }
}

/// Literal numbers of vectors, and a literal width for the usual 16, which unrolls everything.
#define CASE(N, CALL) case N: { const int n = N; CALL; break; }
#define BY_VECTORS(CALL)                                  \
  if (width == W) {                                       \
    const int n = 1;                                      \
    const size_t width = W;                               \
    CALL;                                                 \
  } else switch (padded(width) / W) {                     \
    CASE(1, CALL) CASE(2, CALL) CASE(3, CALL) CASE(4, CALL) \
    CASE(5, CALL) CASE(6, CALL) CASE(7, CALL) CASE(8, CALL) \
  }

static INLINE void gated_delta_sequential_body(const delta_t *f) {
  size_t width = f->width, room = width * padded(width) * sizeof(float);
  float *s = pool_take(room);
  BY_VECTORS(forward(n, width, f, s))
  pool_give(s, room);
}
VARIANTS(gated_delta_sequential, (const delta_t *f), (f))

typedef struct {
  const float *q, *k;
  float alpha, beta;
  float *gq, *gk, *galpha, *gbeta;
} step_t;

/// What the first pass over the rows of a step backward adds up.
typedef struct {
  lanes u[VECTORS_MAX], gd[VECTORS_MAX], gates;
} gathered_t;

/// Row j: gS += gy qᵀ in place; returns the row of S times gy, whose total is gq[j].
static INLINE lanes gather_row(const int n, size_t j, const float *s, const float *r, float *gs,
                               const lanes *gy, step_t step, gathered_t *sums) {
  lanes out = splat(0);
  UNROLL for (int c = 0; c < n; c++) {
    size_t at = j * (size_t)n * W + (size_t)c * W;
    lanes before = load(r + at), g = load(gs + at) + gy[c] * step.q[j];
    store(gs + at, g);
    out += load(s + at) * gy[c];
    sums->gates += g * before;
    sums->u[c] += before * step.k[j];
    sums->gd[c] += g * step.k[j];
  }
  return out;
}

/// Row j: gS becomes gR in place; returns the row whose total is gk[j].
static INLINE lanes scatter_row(const int n, size_t j, const float *r, float *gs, const lanes *d,
                                const lanes *gu, step_t step) {
  lanes out = splat(0);
  UNROLL for (int c = 0; c < n; c++) {
    size_t at = j * (size_t)n * W + (size_t)c * W;
    lanes g = load(gs + at);
    out += g * d[c] + load(r + at) * gu[c];
    store(gs + at, g * step.alpha + gu[c] * step.k[j]);
  }
  return out;
}

/// One step backward: `s` is S_t, `r` is S_{t−1}, `gs` becomes gR.
static INLINE void retreat(const int n, size_t width, const float *s, const float *r, float *gs,
                           const lanes *v, const lanes *gy, step_t step, lanes *gv) {
#define GATHER(j) gather_row(n, j, s, r, gs, gy, step, &sums)
#define SCATTER(j) scatter_row(n, j, r, gs, d, gu, step)
  gathered_t sums = {.gates = splat(0)};
  lanes d[VECTORS_MAX], gu[VECTORS_MAX], with_u = splat(0), with_rest = splat(0);
  UNROLL for (int c = 0; c < n; c++) sums.u[c] = sums.gd[c] = splat(0);
  size_t j = 0;
  for (; j + 4 <= width; j += 4) {
    lanes a = GATHER(j), b = GATHER(j + 1), c = GATHER(j + 2), e = GATHER(j + 3);
    four_totals(a, b, c, e, step.gq + j);
  }
  for (; j < width; j++) step.gq[j] = total(GATHER(j));
  UNROLL for (int c = 0; c < n; c++) {
    lanes rest = v[c] - step.alpha * sums.u[c];
    d[c] = step.beta * rest;
    gv[c] = step.beta * sums.gd[c];
    gu[c] = -step.alpha * gv[c];
    with_u += sums.gd[c] * sums.u[c];
    with_rest += sums.gd[c] * rest;
  }
  *step.galpha = total(sums.gates) - step.beta * total(with_u);
  *step.gbeta = total(with_rest);
  for (j = 0; j + 4 <= width; j += 4) {
    lanes a = SCATTER(j), b = SCATTER(j + 1), c = SCATTER(j + 2), e = SCATTER(j + 3);
    four_totals(a, b, c, e, step.gk + j);
  }
  for (; j < width; j++) step.gk[j] = total(SCATTER(j));
}

static INLINE void backward(const int n, size_t width, const delta_t *f,
                            const delta_gradient_t *to, float *states) {
  size_t size = width * (size_t)n * W;
  float *gs = states + (f->time + 1) * size;
  for (size_t b = 0; b < f->batch; b++)
    for (size_t h = 0; h < f->heads; h++) {
      size_t place = (b * f->heads + h) * width * width;
      lanes value[VECTORS_MAX], out[VECTORS_MAX], g[VECTORS_MAX];
      read_state(width, f->state ? f->state + place : NULL, states);
      for (size_t t = 0; t < f->time; t++) {
        size_t gate = (b * f->time + t) * f->heads + h, at = gate * width;
        float *from = states + t * size, key[WIDTH_MAX];
        unit_row(n, width, f->epsilon, f->k + at, key);
        read_row(n, width, f->v + at, value);
        advance(n, width, from, from + size, key, key, value, f->alpha[gate], f->beta[gate], out);
      }
      read_state(width, to->state_out ? to->state_out + place : NULL, gs);
      for (size_t t = f->time; t-- > 0;) {
        size_t gate = (b * f->time + t) * f->heads + h, at = gate * width;
        const float *r = states + t * size;
        float query[WIDTH_MAX], key[WIDTH_MAX], gquery[WIDTH_MAX] = {0}, gkey[WIDTH_MAX] = {0};
        float query_scale = unit_row(n, width, f->epsilon, f->q + at, query);
        float key_scale = unit_row(n, width, f->epsilon, f->k + at, key);
        step_t step = {query,  key,  f->alpha[gate],   f->beta[gate],
                       gquery, gkey, to->alpha + gate, to->beta + gate};
        read_row(n, width, f->v + at, value);
        if (to->y) read_row(n, width, to->y + at, g);
        else UNROLL for (int c = 0; c < n; c++) g[c] = splat(0);
        retreat(n, width, r + size, r, gs, value, g, step, out);
        write_row(n, width, out, to->v + at);
        unit_row_pullback(n, width, f->epsilon, query_scale, query, gquery, to->q + at);
        unit_row_pullback(n, width, f->epsilon, key_scale, key, gkey, to->k + at);
      }
      if (to->state) write_state(width, gs, to->state + place);
    }
}

static INLINE void gated_delta_sequential_pullback_body(const delta_t *f,
                                                        const delta_gradient_t *to) {
  size_t width = f->width, room = (f->time + 2) * width * padded(width) * sizeof(float);
  float *states = pool_take(room);
  BY_VECTORS(backward(n, width, f, to, states))
  pool_give(states, room);
}
VARIANTS(gated_delta_sequential_pullback, (const delta_t *f, const delta_gradient_t *to), (f, to))

size_t kernel_gated_delta_kept(size_t batch, size_t time, size_t heads, size_t width) {
  if (time < CHUNKS_FROM) return 0;
  return batch * heads * ((time + CHUNK - 1) / CHUNK) * width * padded(width);
}

void kernel_gated_delta(size_t batch, size_t time, size_t heads, size_t width, float epsilon,
                        const float *q, const float *k, const float *v, const float *alpha,
                        const float *beta, const float *state, float *y, float *state_out,
                        float *kept) {
  delta_t f = {batch, time, heads, width, epsilon,   q,   k,
               v,     alpha, beta, state, y, state_out, time < CHUNKS_FROM ? NULL : kept};
  if (time < (width > CACHED_WIDTH ? CHUNKS_FROM : CHUNK)) gated_delta_sequential(&f);
  else gated_delta_chunks(&f);
}

void kernel_gated_delta_pullback(size_t batch, size_t time, size_t heads, size_t width,
                                 float epsilon, const float *q, const float *k, const float *v,
                                 const float *alpha, const float *beta, const float *state,
                                 const float *kept, const float *gy, const float *gstate_out,
                                 float *gq, float *gk, float *gv, float *galpha, float *gbeta,
                                 float *gstate) {
  delta_t f = {batch, time, heads, width, epsilon, q, k, v, alpha, beta, state, NULL, NULL,
               (float *)kept};
  delta_gradient_t g = {gy, gstate_out, gq, gk, gv, galpha, gbeta, gstate};
  if (time < CHUNKS_FROM) gated_delta_sequential_pullback(&f, &g);
  else gated_delta_chunks_pullback(&f, &g);
}
