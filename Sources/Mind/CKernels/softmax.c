// Softmax and log-sum-exp over rows, with the largest entry taken out first.
#include "functions.h"

static INLINE float row_max(size_t n, const float *x) {
  lanes m = splat(-INFINITY);
  for (size_t i = 0; i < n; i += W) m = larger(load_up_to(x + i, n - i, -INFINITY), m);
  return largest(m);
}

static INLINE float row_exp_sum(size_t n, const float *x, float shift) {
  lanes s = splat(0);
  for (size_t i = 0; i < n; i += W) s += exp_lanes(load_up_to(x + i, n - i, -INFINITY) - shift);
  return total(s);
}

static INLINE void kernel_softmax_body(size_t rows, size_t n, const float *x, float *y) {
  for (size_t r = 0; r < rows; r++, x += n, y += n) {
    float m = row_max(n, x);
    lanes s = splat(0);
    for (size_t i = 0; i < n; i += W) {
      lanes e = exp_lanes(load_up_to(x + i, n - i, -INFINITY) - m);
      s += e;
      store_up_to(y + i, e, n - i);
    }
    float scale = 1.0f / total(s);
    for (size_t i = 0; i < n; i += W)
      store_up_to(y + i, load_up_to(y + i, n - i, 0) * scale, n - i);
  }
}
VARIANTS(kernel_softmax, (size_t rows, size_t n, const float *x, float *y), (rows, n, x, y))

static INLINE void kernel_softmax_pullback_body(size_t rows, size_t n, const float *g,
                                                const float *y, float *gx) {
  for (size_t r = 0; r < rows; r++, g += n, y += n, gx += n) {
    lanes s = splat(0);
    for (size_t i = 0; i < n; i += W)
      s += load_up_to(g + i, n - i, 0) * load_up_to(y + i, n - i, 0);
    float mean = total(s);
    for (size_t i = 0; i < n; i += W) {
      lanes p = load_up_to(y + i, n - i, 0);
      store_up_to(gx + i, p * (load_up_to(g + i, n - i, 0) - mean), n - i);
    }
  }
}
VARIANTS(kernel_softmax_pullback,
         (size_t rows, size_t n, const float *g, const float *y, float *gx), (rows, n, g, y, gx))

static INLINE void kernel_log_sum_exp_body(size_t rows, size_t n, const float *x, float *out) {
  for (size_t r = 0; r < rows; r++, x += n) {
    float m = row_max(n, x);
    out[r] = m + log_lanes(splat(row_exp_sum(n, x, m)))[0];
  }
}
VARIANTS(kernel_log_sum_exp, (size_t rows, size_t n, const float *x, float *out),
         (rows, n, x, out))
