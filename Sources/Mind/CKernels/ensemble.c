// What several heads say of the same thing: their mean and how far they are apart, head by head
// (Welford, 1962), so that nothing but two sums is kept.
#include "lanes.h"

static INLINE void kernel_ensemble_body(size_t n, size_t member, const float *x, float *mean,
                                        float *spread) {
  float share = 1.0f / (float)member;
  for (size_t i = 0; i < n; i += W) {
    size_t left = n - i;
    lanes new = load_up_to(x + i, left, 0);
    lanes old = member > 1 ? load_up_to(mean + i, left, 0) : splat(0);
    lanes apart = new - old, now = old + apart * share;
    lanes sum = member > 1 ? load_up_to(spread + i, left, 0) : splat(0);
    store_up_to(mean + i, now, left);
    store_up_to(spread + i, sum + apart * (new - now), left);
  }
}
VARIANTS(kernel_ensemble,
         (size_t n, size_t member, const float *x, float *mean, float *spread),
         (n, member, x, mean, spread))

static INLINE void kernel_goal_cost_body(size_t rows, size_t n, const float *mean,
                                         const float *spread, const float *goal, float near,
                                         float apart, float *costs) {
  for (size_t r = 0; r < rows; r++, mean += n, spread += n) {
    lanes distance = splat(0), doubt = splat(0);
    for (size_t i = 0; i < n; i += W) {
      lanes off = load_up_to(mean + i, n - i, 0) - load_up_to(goal + i, n - i, 0);
      distance += off * off;
      doubt += load_up_to(spread + i, n - i, 0);
    }
    costs[r] += near * total(distance) + apart * total(doubt);
  }
}
VARIANTS(kernel_goal_cost,
         (size_t rows, size_t n, const float *mean, const float *spread, const float *goal,
          float near, float apart, float *costs),
         (rows, n, mean, spread, goal, near, apart, costs))
