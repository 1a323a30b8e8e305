// The gated delta rule (Yang et al., 2024, arXiv 2412.06464), sequential in time.
//
// Per head, with R = S_{t−1}:  u = R k,  d = β(v − α u),  S = α R + d kᵀ,  y = S q.
// The state is kept transposed, one row a key channel, its value channels in lanes (padded to 16):
// then u and y are sums of rows scaled by one number, and no product needs a sum across lanes.
//
// The pullback needs every R in reverse. It does not store them: it runs forward once, keeping the
// state of every 16th step, and then makes the 16 states of one span after another again, so that
// memory stays small whatever the length and the span in use stays in the cache.
// Where asked, q and k are brought to length one on the way in, which saves two passes over memory.
//   gS += gy qᵀ,  gq = Sᵀ gy,  gα = ⟨gS, R⟩ − β gd·u,  gd = gS k,  gβ = gd·(v − α u),  gv = β gd,
//   gu = −αβ gd,  gk = gSᵀ d + Rᵀ gu,  gR = α gS + gu kᵀ.
#include "lanes.h"
#include <math.h>

#define SPAN 16
#define WIDTH_MAX 128
#define VECTORS_MAX (WIDTH_MAX / W)

/// The new state `to` (may be `from`) and y; `n` is the number of vectors in a row.
static INLINE void advance(const int n, size_t width, const float *from, float *to, const float *q,
                           const float *k, const lanes *v, float alpha, float beta, lanes *y) {
  lanes u0[VECTORS_MAX], u1[VECTORS_MAX], d[VECTORS_MAX];
  UNROLL for (int c = 0; c < n; c++) u0[c] = u1[c] = y[c] = splat(0);
  size_t row = (size_t)n * W, j = 0;
  for (; j + 2 <= width; j += 2)
    UNROLL for (int c = 0; c < n; c++) {
      u0[c] += load(from + j * row + c * W) * k[j];
      u1[c] += load(from + (j + 1) * row + c * W) * k[j + 1];
    }
  if (j < width)
    UNROLL for (int c = 0; c < n; c++) u0[c] += load(from + j * row + c * W) * k[j];
  UNROLL for (int c = 0; c < n; c++) d[c] = beta * (v[c] - alpha * (u0[c] + u1[c]));
  for (j = 0; j < width; j++)
    UNROLL for (int c = 0; c < n; c++) {
      lanes s = load(from + j * row + c * W) * alpha + d[c] * k[j];
      store(to + j * row + c * W, s);
      y[c] += s * q[j];
    }
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
/// A state [width, width] into or out of its padded form; null is zero.
static INLINE void read_state(const int n, size_t width, const float *from, float *to) {
  if (!from) memset(to, 0, width * (size_t)n * W * sizeof(float));
  else
    for (size_t j = 0; j < width; j++) {
      lanes row[VECTORS_MAX];
      read_row(n, width, from + j * width, row);
      UNROLL for (int c = 0; c < n; c++) store(to + (j * (size_t)n + (size_t)c) * W, row[c]);
    }
}
static INLINE void write_state(const int n, size_t width, const float *from, float *to) {
  for (size_t j = 0; j < width; j++)
    for (size_t i = 0; i < width; i++) to[j * width + i] = from[j * (size_t)n * W + i];
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

static INLINE void forward(const int n, size_t batch, size_t time, size_t heads, size_t width,
                           float epsilon, const float *q, const float *k, const float *v,
                           const float *alpha, const float *beta, const float *state, float *y,
                           float *state_out, float *s) {
  for (size_t b = 0; b < batch; b++)
    for (size_t h = 0; h < heads; h++) {
      size_t place = (b * heads + h) * width * width;
      read_state(n, width, state ? state + place : NULL, s);
      for (size_t t = 0; t < time; t++) {
        size_t gate = (b * time + t) * heads + h, at = gate * width;
        lanes value[VECTORS_MAX], out[VECTORS_MAX];
        float key[WIDTH_MAX], query[WIDTH_MAX];
        unit_row(n, width, epsilon, k + at, key);
        unit_row(n, width, epsilon, q + at, query);
        read_row(n, width, v + at, value);
        advance(n, width, s, s, query, key, value, alpha[gate], beta[gate], out);
        write_row(n, width, out, y + at);
      }
      write_state(n, width, s, state_out + place);
    }
}

#define BY_VECTORS(CALL)                                  \
  switch ((width + W - 1) / W) {                          \
  case 1: { const int n = 1; CALL; break; }               \
  case 2: { const int n = 2; CALL; break; }               \
  case 3: { const int n = 3; CALL; break; }               \
  case 4: { const int n = 4; CALL; break; }               \
  default: { const int n = VECTORS_MAX; CALL; break; }    \
  }

static size_t padded_row(size_t width) {
  size_t n = (width + W - 1) / W;
  return (n <= 4 ? n : VECTORS_MAX) * W;
}

static INLINE void kernel_gated_delta_body(size_t batch, size_t time, size_t heads, size_t width,
                                           float epsilon, const float *q, const float *k,
                                           const float *v, const float *alpha, const float *beta,
                                           const float *state, float *y, float *state_out) {
  size_t room = width * padded_row(width) * sizeof(float);
  float *s = pool_take(room);
  BY_VECTORS(forward(n, batch, time, heads, width, epsilon, q, k, v, alpha, beta, state, y,
                     state_out, s))
  pool_give(s, room);
}
VARIANTS(kernel_gated_delta,
         (size_t batch, size_t time, size_t heads, size_t width, float epsilon, const float *q,
          const float *k, const float *v, const float *alpha, const float *beta,
          const float *state, float *y, float *state_out),
         (batch, time, heads, width, epsilon, q, k, v, alpha, beta, state, y, state_out))

/// Everything that one step backward reads and writes; rows of one head at one time.
typedef struct {
  const float *q, *k;
  float alpha, beta;
  float *gq, *gk, *galpha, *gbeta;
} step_t;

/// One step backward: `s` is S_t, `r` is S_{t−1}, `gs` becomes gR.
static INLINE void retreat(const int n, size_t width, const float *s, const float *r, float *gs,
                           const lanes *v, const lanes *gy, step_t step, lanes *gv) {
  lanes u[VECTORS_MAX], gd[VECTORS_MAX], d[VECTORS_MAX], gu[VECTORS_MAX], gates = splat(0);
  size_t row = (size_t)n * W;
  UNROLL for (int c = 0; c < n; c++) u[c] = gd[c] = splat(0);
  for (size_t j = 0; j < width; j++) {
    lanes sum = splat(0);
    UNROLL for (int c = 0; c < n; c++) {
      size_t at = j * row + (size_t)c * W;
      lanes before = load(r + at), g = load(gs + at) + gy[c] * step.q[j];
      store(gs + at, g);
      sum += load(s + at) * gy[c];
      gates += g * before;
      u[c] += before * step.k[j];
      gd[c] += g * step.k[j];
    }
    step.gq[j] = total(sum);
  }
  lanes with_u = splat(0), with_rest = splat(0);
  UNROLL for (int c = 0; c < n; c++) {
    lanes rest = v[c] - step.alpha * u[c];
    d[c] = step.beta * rest;
    gv[c] = step.beta * gd[c];
    gu[c] = -step.alpha * gv[c];
    with_u += gd[c] * u[c];
    with_rest += gd[c] * rest;
  }
  *step.galpha = total(gates) - step.beta * total(with_u);
  *step.gbeta = total(with_rest);
  for (size_t j = 0; j < width; j++) {
    lanes sum = splat(0);
    UNROLL for (int c = 0; c < n; c++) {
      size_t at = j * row + (size_t)c * W;
      lanes g = load(gs + at);
      sum += g * d[c] + load(r + at) * gu[c];
      store(gs + at, g * step.alpha + gu[c] * step.k[j]);
    }
    step.gk[j] = total(sum);
  }
}

static INLINE void backward(const int n, size_t batch, size_t time, size_t heads, size_t width,
                            float epsilon, const float *q, const float *k, const float *v,
                            const float *alpha, const float *beta, const float *state,
                            const float *gy, const float *gstate_out, float *gq, float *gk,
                            float *gv, float *galpha, float *gbeta, float *gstate,
                            float *scratch) {
  size_t size = width * (size_t)n * W, spans = (time + SPAN - 1) / SPAN;
  float *kept = scratch, *states = kept + spans * size, *gs = states + (SPAN + 1) * size;
  for (size_t b = 0; b < batch; b++)
    for (size_t h = 0; h < heads; h++) {
      size_t place = (b * heads + h) * width * width;
      lanes value[VECTORS_MAX], out[VECTORS_MAX], g[VECTORS_MAX];
      float keys[SPAN * WIDTH_MAX], key_scale[SPAN];
      read_state(n, width, state ? state + place : NULL, states);
      for (size_t t = 0; t < time; t++) {
        size_t gate = (b * time + t) * heads + h, at = gate * width;
        if (t % SPAN == 0) memcpy(kept + t / SPAN * size, states, size * sizeof(float));
        if (t / SPAN + 1 == spans) break;  // the last span is made again below in any case
        unit_row(n, width, epsilon, k + at, keys);
        read_row(n, width, v + at, value);
        advance(n, width, states, states, keys, keys, value, alpha[gate], beta[gate], out);
      }
      read_state(n, width, gstate_out ? gstate_out + place : NULL, gs);
      for (size_t span = spans; span-- > 0;) {
        size_t first = span * SPAN, last = first + SPAN < time ? first + SPAN : time;
        memcpy(states, kept + span * size, size * sizeof(float));
        for (size_t t = first; t < last; t++) {
          size_t gate = (b * time + t) * heads + h, at = gate * width;
          float *from = states + (t - first) * size;
          float *key = keys + (t - first) * WIDTH_MAX;
          key_scale[t - first] = unit_row(n, width, epsilon, k + at, key);
          read_row(n, width, v + at, value);
          advance(n, width, from, from + size, key, key, value, alpha[gate], beta[gate], out);
        }
        for (size_t t = last; t-- > first;) {
          size_t gate = (b * time + t) * heads + h, at = gate * width;
          const float *r = states + (t - first) * size;
          const float *key = keys + (t - first) * WIDTH_MAX;
          float query[WIDTH_MAX], gquery[WIDTH_MAX] = {0}, gkey[WIDTH_MAX] = {0};
          float query_scale = unit_row(n, width, epsilon, q + at, query);
          step_t step = {query,  key,  alpha[gate],   beta[gate],
                         gquery, gkey, galpha + gate, gbeta + gate};
          read_row(n, width, v + at, value);
          if (gy) read_row(n, width, gy + at, g);
          else UNROLL for (int c = 0; c < n; c++) g[c] = splat(0);
          retreat(n, width, r + size, r, gs, value, g, step, out);
          write_row(n, width, out, gv + at);
          unit_row_pullback(n, width, epsilon, query_scale, query, gquery, gq + at);
          unit_row_pullback(n, width, epsilon, key_scale[t - first], key, gkey, gk + at);
        }
      }
      if (gstate) write_state(n, width, gs, gstate + place);
    }
}

static INLINE void kernel_gated_delta_pullback_body(
    size_t batch, size_t time, size_t heads, size_t width, float epsilon, const float *q,
    const float *k, const float *v, const float *alpha, const float *beta, const float *state,
    const float *gy, const float *gstate_out, float *gq, float *gk, float *gv, float *galpha,
    float *gbeta, float *gstate) {
  size_t spans = (time + SPAN - 1) / SPAN;
  size_t room = (spans + SPAN + 2) * width * padded_row(width) * sizeof(float);
  float *scratch = pool_take(room);
  BY_VECTORS(backward(n, batch, time, heads, width, epsilon, q, k, v, alpha, beta, state, gy,
                      gstate_out, gq, gk, gv, galpha, gbeta, gstate, scratch))
  pool_give(scratch, room);
}
VARIANTS(kernel_gated_delta_pullback,
         (size_t batch, size_t time, size_t heads, size_t width, float epsilon, const float *q,
          const float *k, const float *v, const float *alpha, const float *beta,
          const float *state, const float *gy, const float *gstate_out, float *gq, float *gk,
          float *gv, float *galpha, float *gbeta, float *gstate),
         (batch, time, heads, width, epsilon, q, k, v, alpha, beta, state, gy, gstate_out, gq, gk,
          gv, galpha, gbeta, gstate))
