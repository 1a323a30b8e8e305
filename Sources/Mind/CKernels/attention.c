// Causal attention over a sliding window, with a linear penalty on distance (ALiBi, Press et al.,
// 2022, arXiv 2108.12409), so that only relative positions matter.
//
// Per batch entry and head, keys and values are first laid out densely, keys also transposed
// (one row a channel), so that 16 scores are made at once from 16 neighbouring positions and no
// sum across lanes is needed. The pullback computes the weights again instead of keeping them.
#include "functions.h"

typedef struct {
  size_t time, past, heads, width, window, all, row;  // all: positions; row: padded positions
  float scale, slope;
} form_t;

/// Dense copies of one head of k or v: `plain` [all, width] and `turned` [width, row].
static INLINE void lay_out(form_t f, const float *from, float *plain, float *turned) {
  for (size_t s = 0; s < f.all; s++)
    for (size_t d = 0; d < f.width; d++) {
      float x = from[s * f.heads * f.width + d];
      plain[s * f.width + d] = x;
      turned[d * f.row + s] = x;
    }
  for (size_t d = 0; d < f.width; d++)
    for (size_t s = f.all; s < f.row; s++) turned[d * f.row + s] = 0;
}

/// out[0..<n] = Σ_d x[d] · turned[d, first...]; writes whole lanes.
static INLINE void against(form_t f, const float *x, const float *turned, size_t first, size_t n,
                           float *out) {
  for (size_t s = 0; s < n; s += W) {
    lanes sum = splat(0);
    for (size_t d = 0; d < f.width; d++) sum += load(turned + d * f.row + first + s) * x[d];
    store(out + s, sum);
  }
}

/// The weights of one query over positions first ..< first + n, in `p` (whole lanes, zero beyond).
static INLINE void weigh(form_t f, const float *q, const float *turned, size_t first, size_t n,
                         float *p) {
  against(f, q, turned, first, n, p);
  float m = -INFINITY;
  for (size_t s = 0; s < n; s++) {
    p[s] = p[s] * f.scale - f.slope * (float)(n - 1 - s);
    m = p[s] > m ? p[s] : m;
  }
  for (size_t s = n; s % W; s++) p[s] = -INFINITY;
  lanes sum = splat(0);
  for (size_t s = 0; s < n; s += W) {
    lanes e = exp_lanes(load(p + s) - m);
    for (size_t i = 0; s + i < n + W && i < W; i++)
      if (s + i >= n) e[i] = 0;
    sum += e;
    store(p + s, e);
  }
  float inverse = 1.0f / total(sum);
  for (size_t s = 0; s < n; s += W) store(p + s, load(p + s) * inverse);
}

/// to[width] = Σ_s p[s] · rows[first + s].
static INLINE void blend(form_t f, const float *p, const float *rows, size_t first, size_t n,
                         float *to) {
  for (size_t d = 0; d < f.width; d += W) {
    lanes sum = splat(0);
    for (size_t s = 0; s < n; s++)
      sum += load_up_to(rows + (first + s) * f.width + d, f.width - d, 0) * p[s];
    store_up_to(to + d, sum, f.width - d);
  }
}

/// rows[first + s] += p[s] · x.
static INLINE void spread(form_t f, const float *p, const float *x, size_t first, size_t n,
                          float *rows) {
  for (size_t d = 0; d < f.width; d += W) {
    lanes u = load_up_to(x + d, f.width - d, 0);
    for (size_t s = 0; s < n; s++) {
      float *to = rows + (first + s) * f.width + d;
      store_up_to(to, load_up_to(to, f.width - d, 0) + u * p[s], f.width - d);
    }
  }
}

static form_t form_of(size_t time, size_t past, size_t heads, size_t width, size_t window) {
  size_t all = past + time;
  // A window may begin anywhere, and its last lanes are read whole.
  return (form_t){time, past, heads, width, window, all, all + W, 1.0f / sqrtf((float)width), 0};
}

/// The first position that query t sees.
static INLINE size_t first_seen(form_t f, size_t t, size_t missing) {
  size_t place = f.past + t;
  size_t first = place + 1 > f.window ? place + 1 - f.window : 0;
  return first > missing ? first : missing;
}

static INLINE void kernel_attention_body(size_t batch, size_t time, size_t past, size_t heads,
                                         size_t width, size_t window, const float *slopes,
                                         const int64_t *missing, const float *q, const float *k,
                                         const float *v, float *y) {
  form_t f = form_of(time, past, heads, width, window);
  size_t room = (2 * f.all * width + 2 * width * f.row + f.row + W) * sizeof(float);
  float *keys = pool_take(room), *values = keys + f.all * width;
  float *turned = values + f.all * width, *unused = turned + width * f.row;
  float *p = unused + width * f.row;
  for (size_t b = 0; b < batch; b++)
    for (size_t h = 0; h < heads; h++) {
      size_t absent = missing ? (size_t)missing[b] : 0;
      f.slope = slopes ? slopes[h] : 0;
      lay_out(f, k + (b * f.all * heads + h) * width, keys, turned);
      lay_out(f, v + (b * f.all * heads + h) * width, values, unused);
      for (size_t t = 0; t < time; t++) {
        size_t at = ((b * time + t) * heads + h) * width;
        size_t first = first_seen(f, t, absent), n = past + t + 1 - first;
        weigh(f, q + at, turned, first, n, p);
        blend(f, p, values, first, n, y + at);
      }
    }
  pool_give(keys, room);
}
VARIANTS(kernel_attention,
         (size_t batch, size_t time, size_t past, size_t heads, size_t width, size_t window,
          const float *slopes, const int64_t *missing, const float *q, const float *k,
          const float *v, float *y),
         (batch, time, past, heads, width, window, slopes, missing, q, k, v, y))

// With p the weights and gp = V gy:  gs = p·(gp − Σ p·gp)·scale,  gq = Kᵀ gs,  gk += gs qᵀ,
// gv += p gyᵀ.
static INLINE void kernel_attention_pullback_body(size_t batch, size_t time, size_t past,
                                                  size_t heads, size_t width, size_t window,
                                                  const float *slopes, const int64_t *missing,
                                                  const float *q, const float *k, const float *v,
                                                  const float *g, float *gq, float *gk,
                                                  float *gv) {
  form_t f = form_of(time, past, heads, width, window);
  size_t plain = f.all * width;
  size_t room = (4 * plain + 2 * width * f.row + 2 * (f.row + W)) * sizeof(float);
  float *keys = pool_take(room), *values = keys + plain, *gkeys = values + plain;
  float *gvalues = gkeys + plain, *turned = gvalues + plain;
  float *turned_values = turned + width * f.row, *p = turned_values + width * f.row;
  float *gp = p + f.row + W;
  for (size_t b = 0; b < batch; b++)
    for (size_t h = 0; h < heads; h++) {
      size_t absent = missing ? (size_t)missing[b] : 0;
      f.slope = slopes ? slopes[h] : 0;
      lay_out(f, k + (b * f.all * heads + h) * width, keys, turned);
      lay_out(f, v + (b * f.all * heads + h) * width, values, turned_values);
      memset(gkeys, 0, 2 * plain * sizeof(float));
      for (size_t t = 0; t < time; t++) {
        size_t at = ((b * time + t) * heads + h) * width;
        size_t first = first_seen(f, t, absent), n = past + t + 1 - first;
        weigh(f, q + at, turned, first, n, p);
        against(f, g + at, turned_values, first, n, gp);
        lanes sum = splat(0);
        for (size_t s = 0; s < n; s += W) sum += load(p + s) * load(gp + s);
        float mean = total(sum);
        spread(f, p, g + at, first, n, gvalues);
        for (size_t s = 0; s < n; s += W)
          store(gp + s, load(p + s) * (load(gp + s) - mean) * f.scale);
        blend(f, gp, keys, first, n, gq + at);
        spread(f, gp, q + at, first, n, gkeys);
      }
      for (size_t s = 0; s < f.all; s++) {
        size_t at = ((b * f.all + s) * heads + h) * width;
        memcpy(gk + at, gkeys + s * width, width * sizeof(float));
        memcpy(gv + at, gvalues + s * width, width * sizeof(float));
      }
    }
  pool_give(keys, room);
}
VARIANTS(kernel_attention_pullback,
         (size_t batch, size_t time, size_t past, size_t heads, size_t width, size_t window,
          const float *slopes, const int64_t *missing, const float *q, const float *k,
          const float *v, const float *g, float *gq, float *gk, float *gv),
         (batch, time, past, heads, width, window, slopes, missing, q, k, v, g, gq, gk, gv))
