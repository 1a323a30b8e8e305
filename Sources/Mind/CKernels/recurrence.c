// A scalar recurrence with a small residual network inside, over many rows at once.
//
//   w[n][0]   = start[n]
//   a[h]      = input[0][h]·w + input[1][h]·T + bias[n][h]
//   w[n][j+1] = w + rate[n]·(T − w) + gate[n]·Σ_h output[h]·bend(a[h])   T = targets[n][j]
//   bend(a)   = a · clamp(a/4 + 1/2, 0, 1), silu without its exponential
//
// and every w is kept within ±limit: a residual that feeds on itself must not run away.
//
// One step needs so little arithmetic that general operations would spend their time on calls and
// on memory. Here sixteen rows lie side by side in a vector, and a row's whole life stays in
// registers and in the first cache. The backward pass keeps only the path w and computes the
// hidden units again: that is cheaper than reading them back.
#include "functions.h"

#define HIDDEN_MAX 64

// Lanes of a row-major [rows][stride] array: element `column` of rows n … n+15, 0 beyond the end.
static INLINE lanes load_column(const float *base, size_t stride, size_t column, size_t n, size_t rows) {
  float lane[W] = {0};
  size_t count = rows - n < W ? rows - n : W;
  for (size_t i = 0; i < count; i++) lane[i] = base[(n + i) * stride + column];
  return load(lane);
}

static INLINE void store_column(float *base, size_t stride, size_t column, size_t n, size_t rows, lanes v) {
  size_t count = rows - n < W ? rows - n : W;
  for (size_t i = 0; i < count; i++) base[(n + i) * stride + column] = v[i];
}

static INLINE lanes share_of(lanes a) {
  return at_least(at_most(a * 0.25f + 0.5f, 1.0f), 0.0f);
}

static INLINE void kernel_recurrence_body(const recurrence_t *r, float *path) {
  lanes bias[HIDDEN_MAX];
  for (size_t n = 0; n < r->rows; n += W) {
    for (size_t h = 0; h < r->hidden; h++) bias[h] = load_column(r->bias, r->hidden, h, n, r->rows);
    lanes w = load_column(r->start, 1, 0, n, r->rows);
    lanes rate = load_column(r->rate, 1, 0, n, r->rows);
    lanes gate = load_column(r->gate, 1, 0, n, r->rows);
    for (size_t j = 0; j < r->steps; j++) {
      lanes target = load_column(r->targets, r->steps, j, n, r->rows);
      lanes residual = splat(0);
      for (size_t h = 0; h < r->hidden; h++) {
        lanes a = bias[h] + r->input[h] * w + r->input[r->hidden + h] * target;
        residual += r->output[h] * a * share_of(a);
      }
      w += rate * (target - w) + gate * residual;
      w = at_most(at_least(w, -r->limit), r->limit);
      store_column(path, r->steps, j, n, r->rows, w);
    }
  }
}

VARIANTS(kernel_recurrence, (const recurrence_t *r, float *path), (r, path))

static INLINE void kernel_recurrence_pullback_body(
  const recurrence_t *r, const float *path, const float *upstream, const recurrence_gradient_t *g
) {
  lanes bias[HIDDEN_MAX], bias_g[HIDDEN_MAX];
  lanes input_w_g[HIDDEN_MAX], input_t_g[HIDDEN_MAX], output_g[HIDDEN_MAX];
  for (size_t h = 0; h < r->hidden; h++) input_w_g[h] = input_t_g[h] = output_g[h] = splat(0);
  for (size_t n = 0; n < r->rows; n += W) {
    for (size_t h = 0; h < r->hidden; h++) {
      bias[h] = load_column(r->bias, r->hidden, h, n, r->rows);
      bias_g[h] = splat(0);
    }
    lanes rate = load_column(r->rate, 1, 0, n, r->rows);
    lanes gate = load_column(r->gate, 1, 0, n, r->rows);
    lanes rate_g = splat(0), gate_g = splat(0), w_g = splat(0);
    for (size_t j = r->steps; j-- > 0;) {
      lanes w = j > 0 ? load_column(path, r->steps, j - 1, n, r->rows)
                    : load_column(r->start, 1, 0, n, r->rows);
      lanes target = load_column(r->targets, r->steps, j, n, r->rows);
      lanes after = load_column(path, r->steps, j, n, r->rows);
      lanes out_g = w_g + load_column(upstream, r->steps, j, n, r->rows);
      out_g = select_lanes(absolute(after) < r->limit, out_g, splat(0));
      rate_g += out_g * (target - w);
      lanes target_g = out_g * rate;
      w_g = out_g * (1.0f - rate);
      lanes inner_g = out_g * gate, residual = splat(0);
      for (size_t h = 0; h < r->hidden; h++) {
        lanes a = bias[h] + r->input[h] * w + r->input[r->hidden + h] * target;
        lanes s = share_of(a);
        residual += r->output[h] * a * s;
        output_g[h] += inner_g * a * s;
        lanes a_g = inner_g * r->output[h] * select_lanes(absolute(a) < 2.0f, s + a * 0.25f, s);
        bias_g[h] += a_g;
        input_w_g[h] += a_g * w;
        input_t_g[h] += a_g * target;
        w_g += a_g * r->input[h];
        target_g += a_g * r->input[r->hidden + h];
      }
      gate_g += out_g * residual;
      store_column(g->targets, r->steps, j, n, r->rows, target_g);
    }
    store_column(g->start, 1, 0, n, r->rows, w_g);
    store_column(g->rate, 1, 0, n, r->rows, rate_g);
    store_column(g->gate, 1, 0, n, r->rows, gate_g);
    for (size_t h = 0; h < r->hidden; h++) store_column(g->bias, r->hidden, h, n, r->rows, bias_g[h]);
  }
  for (size_t h = 0; h < r->hidden; h++) {
    g->input[h] = total(input_w_g[h]);
    g->input[r->hidden + h] = total(input_t_g[h]);
    g->output[h] = total(output_g[h]);
  }
}
VARIANTS(kernel_recurrence_pullback,
         (const recurrence_t *r, const float *path, const float *upstream,
          const recurrence_gradient_t *g),
         (r, path, upstream, g))
