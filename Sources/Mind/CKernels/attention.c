// Causal attention over a sliding window, with a linear penalty on distance (ALiBi, Press et al.,
// 2022, arXiv 2108.12409), so that only relative positions matter.
//
// Sixteen queries are taken at once and stand in the lanes, the keys that any of them sees in rows.
// Then scores are a product of small matrices that reads keys where they lie, the softmax runs down
// the rows without folding a vector, and so do the other products:
//   S = K Qᵀ,  P = softmax S,  Yᵀ = Vᵀ P,   back:  gP = V gYᵀ,  gS = P∘(gP − Σ P∘gP)·scale,
//   gQᵀ = Kᵀ gS,  gK += gS Q,  gV += P gY.
// A window costs 15 keys more than it has, and memory one block of scores, whatever the length. The
// pullback computes the weights again instead of keeping them. A few queries, the step of a stream,
// would leave the lanes empty: they go one by one, with channels in lanes.
#include "functions.h"
#include "tiles.h"

/// Up to so many queries go one by one.
#define FEW 4

typedef struct {
  size_t time, past, heads, width, window, row, stride;  // row: padded width
  float scale, slope;
} form_t;

/// Queries t ..< t + queries, and the positions first ..< first + seen that any of them sees.
typedef struct {
  size_t t, queries, first, seen;
} block_t;

static form_t form_of(size_t time, size_t past, size_t heads, size_t width, size_t window) {
  return (form_t){time, past, heads, width, window, (width + W - 1) / W * W, heads * width,
                  1.0f / sqrtf((float)width), 0};
}
static block_t block_at(form_t f, size_t t, size_t most) {
  size_t place = f.past + t, queries = f.time - t < most ? f.time - t : most;
  size_t first = place + 1 > f.window ? place + 1 - f.window : 0;
  return (block_t){t, queries, first, place + queries - first};
}
/// How many positions a block sees at most.
static size_t most_seen(form_t f) {
  size_t all = f.past + f.time, seen = f.window < all ? f.window + W - 1 : all;
  return seen < all ? seen : all;
}

/// The rows of a block's queries in padded form, and turned.
static INLINE void take_rows(form_t f, block_t block, const float *from, float *rows,
                             float *turned) {
  for (size_t i = 0; i < W; i++)
    for (size_t c = 0; c < f.row; c += W)
      store(rows + i * f.row + c,
            i < block.queries ? load_up_to(from + i * f.stride + c, f.width - c, 0) : splat(0));
  for (size_t c = 0; c < f.row; c += W) turn(rows + c, f.row, turned + c * W, W);
}
static INLINE void put_rows(form_t f, block_t block, const float *turned, lanes scale, float *rows,
                            float *to) {
  for (size_t c = 0; c < f.row; c += W) {
    lanes r[W];
    UNROLL for (size_t i = 0; i < W; i++) r[i] = load(turned + (c + i) * W) * scale;
    turn_lanes(r);
    UNROLL for (size_t i = 0; i < W; i++) store(rows + i * f.row + c, r[i]);
  }
  for (size_t i = 0; i < block.queries; i++)
    for (size_t c = 0; c < f.width; c += W)
      store_up_to(to + i * f.stride + c, load(rows + i * f.row + c), f.width - c);
}

/// p[seen][queries]: e^(score − largest); returns the sums. A query always sees itself.
static INLINE lanes weigh(form_t f, block_t block, const float *turned, const float *k, float *p) {
  kernel_tiles(block.seen, W, f.width, (factor_t){k + block.first * f.stride, f.stride, 1}, turned,
               W, 0, p, W);
  lanes distance = (lanes){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} +
                   (float)(f.past + block.t - block.first);
  lanes most = splat(-INFINITY), sum = splat(0);
  for (size_t s = 0; s < block.seen; s++, distance -= 1.0f) {
    lanes score = load(p + s * W) * f.scale - distance * f.slope;
    whole visible = (distance >= 0.0f) & (distance < (float)f.window);
    score = select_lanes(visible, score, splat(-INFINITY));
    most = larger(score, most);
    store(p + s * W, score);
  }
  for (size_t s = 0; s < block.seen; s++) {
    lanes e = exp_lanes(load(p + s * W) - most);
    sum += e;
    store(p + s * W, e);
  }
  return sum;
}

/// One query, its channels in lanes.
static INLINE void attend(form_t f, block_t block, const float *q, const float *k, const float *v,
                          float *p, float *y) {
  k += block.first * f.stride;
  v += block.first * f.stride;
  size_t n = block.seen, whole_blocks = (n + W - 1) / W * W;
  for (size_t s = 0; s < whole_blocks; s += 4) {
    lanes dots[4];
    UNROLL for (size_t i = 0; i < 4; i++) {
      dots[i] = splat(0);
      if (s + i < n)
        for (size_t c = 0; c < f.width; c += W)
          dots[i] += load_up_to(k + (s + i) * f.stride + c, f.width - c, 0) *
                     load_up_to(q + c, f.width - c, 0);
    }
    four_totals(dots[0], dots[1], dots[2], dots[3], p + s);
  }
  lanes most = splat(-INFINITY), sum = splat(0);
  for (size_t s = 0; s < n; s++) p[s] = p[s] * f.scale - f.slope * (float)(n - 1 - s);
  for (size_t s = n; s < whole_blocks; s++) p[s] = -INFINITY;
  for (size_t s = 0; s < n; s += W) most = larger(load(p + s), most);
  float m = largest(most);
  for (size_t s = 0; s < n; s += W) {
    lanes e = exp_lanes(load(p + s) - m);
    sum += e;
    store(p + s, e);
  }
  float inverse = 1.0f / total(sum);
  for (size_t c = 0; c < f.width; c += W) {
    lanes part[4] = {splat(0), splat(0), splat(0), splat(0)};
    for (size_t s = 0; s < n; s++)
      part[s % 4] += load_up_to(v + s * f.stride + c, f.width - c, 0) * p[s];
    store_up_to(y + c, ((part[0] + part[1]) + (part[2] + part[3])) * inverse, f.width - c);
  }
}

static INLINE void kernel_attention_body(size_t batch, size_t time, size_t past, size_t heads,
                                         size_t width, size_t window, const float *slopes,
                                         const float *q, const float *k, const float *v,
                                         float *y) {
  form_t f = form_of(time, past, heads, width, window);
  size_t part = f.row * W + 5 * W, room = (3 * part + (most_seen(f) + W) * W) * sizeof(float);
  float *rows = pool_take(room), *turned = rows + part, *out = turned + part, *p = out + part;
  memset(out, 0, f.row * W * sizeof(float));
  for (size_t b = 0; b < batch; b++)
    for (size_t h = 0; h < heads; h++) {
      size_t head = b * (past + time) * heads + h;
      const float *keys = k + head * width, *values = v + head * width;
      f.slope = slopes ? slopes[h] : 0;
      for (size_t t = 0, most = time <= FEW ? 1 : W; t < time; t += most) {
        size_t at = ((b * time + t) * heads + h) * width;
        block_t block = block_at(f, t, most);
        if (most == 1) {
          attend(f, block, q + at, keys, values, p, y + at);
          continue;
        }
        take_rows(f, block, q + at, rows, turned);
        lanes sum = weigh(f, block, turned, keys, p);
        kernel_tiles(width, W, block.seen, (factor_t){values + block.first * f.stride, 1, f.stride},
                     p, W, 0, out, W);
        put_rows(f, block, out, 1.0f / sum, rows, y + at);
      }
    }
  pool_give(rows, room);
}
VARIANTS(kernel_attention,
         (size_t batch, size_t time, size_t past, size_t heads, size_t width, size_t window,
          const float *slopes, const float *q, const float *k, const float *v, float *y),
         (batch, time, past, heads, width, window, slopes, q, k, v, y))

static INLINE void kernel_attention_pullback_body(size_t batch, size_t time, size_t past,
                                                  size_t heads, size_t width, size_t window,
                                                  const float *slopes, const float *q,
                                                  const float *k, const float *v,
                                                  const float *g, float *gq, float *gk,
                                                  float *gv) {
  form_t f = form_of(time, past, heads, width, window);
  size_t part = f.row * W + 5 * W, scores = (most_seen(f) + W) * W + 3 * W;
  size_t room = (5 * part + 2 * scores) * sizeof(float);
  float *rows = pool_take(room), *turned = rows + part, *g_rows = turned + part;
  float *g_turned = g_rows + part, *out = g_turned + part, *p = out + part, *gp = p + scores;
  memset(out, 0, f.row * W * sizeof(float));
  memset(gk, 0, batch * (past + time) * f.stride * sizeof(float));
  memset(gv, 0, batch * (past + time) * f.stride * sizeof(float));
  for (size_t b = 0; b < batch; b++)
    for (size_t h = 0; h < heads; h++) {
      f.slope = slopes ? slopes[h] : 0;
      for (size_t t = 0; t < time; t += W) {
        size_t at = ((b * time + t) * heads + h) * width;
        block_t block = block_at(f, t, W);
        size_t from = ((b * (past + time) + block.first) * heads + h) * width;
        take_rows(f, block, q + at, rows, turned);
        take_rows(f, block, g + at, g_rows, g_turned);
        lanes sum = weigh(f, block, turned, k + from - block.first * f.stride, p);
        kernel_tiles(block.seen, W, width, (factor_t){v + from, f.stride, 1}, g_turned, W, 0, gp, W);
        lanes inverse = 1.0f / sum, mean = splat(0);
        for (size_t s = 0; s < block.seen; s++) {
          lanes weight = load(p + s * W) * inverse;
          mean += weight * load(gp + s * W);
          store(p + s * W, weight);
        }
        for (size_t s = 0; s < block.seen; s++)
          store(gp + s * W, load(p + s * W) * (load(gp + s * W) - mean) * f.scale);
        kernel_tiles(width, W, block.seen, (factor_t){k + from, 1, f.stride}, gp, W, 0, out, W);
        // Lanes without a query may hold anything, so the sums over queries end with the last one.
        kernel_tiles(block.seen, width, block.queries, (factor_t){gp, W, 1}, rows, f.row, 1,
                     gk + from, f.stride);
        kernel_tiles(block.seen, width, block.queries, (factor_t){p, W, 1}, g_rows, f.row, 1,
                     gv + from, f.stride);
        put_rows(f, block, out, splat(1), rows, gq + at);
      }
    }
  pool_give(rows, room);
}
VARIANTS(kernel_attention_pullback,
         (size_t batch, size_t time, size_t past, size_t heads, size_t width, size_t window,
          const float *slopes, const float *q, const float *k, const float *v, const float *g,
          float *gq, float *gk, float *gv),
         (batch, time, past, heads, width, window, slopes, q, k, v, g, gq, gk, gv))
