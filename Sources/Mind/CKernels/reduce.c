// Sums in an order that depends on the extents alone.
//
// Along the last axis: 16 running sums over blocks of 4,096, folded as a tree and added in double,
// so that a sum over millions keeps its digits. Along other axes: row after row, 16 columns at a
// time, with partial sums of 64 rows.
#include "lanes.h"

#define BLOCK 4096

static INLINE float sum_run(size_t n, const float *x) {
  double sum = 0;
  for (size_t start = 0; start < n; start += BLOCK) {
    size_t end = start + BLOCK < n ? start + BLOCK : n, i = start;
    lanes s0 = splat(0), s1 = s0;
    for (; i + 2 * W <= end; i += 2 * W) {
      s0 += load(x + i);
      s1 += load(x + i + W);
    }
    if (i + W <= end) {
      s0 += load(x + i);
      i += W;
    }
    if (i < end) s1 += load_some(x + i, end - i, 0);
    sum += total(s0 + s1);
  }
  return (float)sum;
}

static INLINE void sum_rows(size_t n, size_t inner, const float *x, float *out) {
  for (size_t c = 0; c < inner; c += W) {
    size_t left = inner - c;
    lanes sum = splat(0);
    for (size_t start = 0; start < n; start += 64) {
      size_t end = start + 64 < n ? start + 64 : n;
      lanes part = splat(0);
      if (left >= W)
        for (size_t r = start; r < end; r++) part += load(x + r * inner + c);
      else
        for (size_t r = start; r < end; r++) part += load_some(x + r * inner + c, left, 0);
      sum += part;
    }
    store_up_to(out + c, sum, left);
  }
}

static INLINE void kernel_sum_body(size_t outer, size_t n, size_t inner, const float *x,
                                   float *out) {
  if (inner == 1)
    for (size_t o = 0; o < outer; o++) out[o] = sum_run(n, x + o * n);
  else
    for (size_t o = 0; o < outer; o++) sum_rows(n, inner, x + o * n * inner, out + o * inner);
}
VARIANTS(kernel_sum, (size_t outer, size_t n, size_t inner, const float *x, float *out),
         (outer, n, inner, x, out))

void kernel_cumulative_sum(size_t outer, size_t n, size_t inner, int backward, const float *x,
                           float *out) {
  for (size_t o = 0; o < outer; o++, x += n * inner, out += n * inner)
    for (size_t s = 0; s < n; s++) {
      size_t r = backward ? n - 1 - s : s, before = backward ? r + 1 : r - 1;
      for (size_t i = 0; i < inner; i++)
        out[r * inner + i] = x[r * inner + i] + (s ? out[before * inner + i] : 0);
    }
}

static INLINE void combine_body(size_t n, size_t count, const float *const *parts,
                                       float scale, float *out, double *squares) {
  for (size_t start = 0; start < n; start += BLOCK) {
    size_t end = start + BLOCK < n ? start + BLOCK : n;
    lanes square = splat(0);
    for (size_t i = start; i < end; i += W) {
      lanes sum = load_up_to(parts[0] + i, end - i, 0);
      for (size_t p = 1; p < count; p++) sum += load_up_to(parts[p] + i, end - i, 0);
      sum *= scale;
      square += sum * sum;
      store_up_to(out + i, sum, end - i);
    }
    *squares += total(square);
  }
}
VARIANTS(combine,
         (size_t n, size_t count, const float *const *parts, float scale, float *out,
          double *squares),
         (n, count, parts, scale, out, squares))

double kernel_combine(size_t n, size_t count, const float *const *parts, float scale, float *out) {
  double squares = 0;
  combine(n, count, parts, scale, out, &squares);
  return squares;
}
