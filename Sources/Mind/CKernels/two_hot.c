// The cross-entropy of classes that stand for numbers: two-hot targets over symlog bins (Hafner et
// al., 2023, arXiv 2301.04104).
//
// Bin j of K stands for the number whose symlog, sign(x)·log(1 + |x|), is low + j·(high − low)/(K − 1).
// A target between two bins gives each of them its share, and beyond the ends the whole to the last.
// Loss and gradient share their exponentials: softmax − two-hot is made in the same pass, and a
// pullback has only to scale its rows.
#include "functions.h"

/// log(1 + |x|) with the sign of x.
static INLINE lanes symlog_lanes(lanes x) {
  lanes y = softplus_lanes(log_lanes(absolute(x)));
  return (lanes)((whole)y | ((whole)x & (whole)splat(-0.0f)));
}

static INLINE void kernel_two_hot_body(size_t rows, size_t n, float low, float high,
                                       const float *logits, const float *targets, float *losses,
                                       float *gradient) {
  float finest = (float)(n - 1) / (high - low), places[W];
  for (size_t r = 0; r < rows; r++, logits += n) {
    if (r % W == 0) {
      lanes place = (symlog_lanes(load_up_to(targets + r, rows - r, 0)) - low) * finest;
      store(places, at_most(at_least(place, 0), (float)(n - 1)));
    }
    lanes most = splat(-INFINITY), sum = splat(0);
    for (size_t i = 0; i < n; i += W) most = larger(load_up_to(logits + i, n - i, -INFINITY), most);
    float m = largest(most);
    for (size_t i = 0; i < n; i += W) {
      lanes e = exp_lanes(load_up_to(logits + i, n - i, -INFINITY) - m);
      sum += e;
      if (gradient) store_up_to(gradient + i, e, n - i);
    }
    float whole_sum = total(sum), place = places[r % W];
    size_t bin = (size_t)place < n - 2 ? (size_t)place : n - 2;
    float share = place - (float)bin;
    losses[r] = m + logf(whole_sum) - (logits[bin] + share * (logits[bin + 1] - logits[bin]));
    if (!gradient) continue;
    float inverse = 1.0f / whole_sum;
    for (size_t i = 0; i < n; i += W)
      store_up_to(gradient + i, load_up_to(gradient + i, n - i, 0) * inverse, n - i);
    gradient[bin] -= 1.0f - share;
    gradient[bin + 1] -= share;
    gradient += n;
  }
}
VARIANTS(kernel_two_hot,
         (size_t rows, size_t n, float low, float high, const float *logits, const float *targets,
          float *losses, float *gradient),
         (rows, n, low, high, logits, targets, losses, gradient))
