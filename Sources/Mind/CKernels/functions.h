// Elementary functions of 16 floats at a time, to about 2 units in the last place.
//
// exp: x = n ln 2 + r, a polynomial in r, and 2^n made in the exponent. What would fall below 1.7e-38
// becomes zero, what would overflow infinity. log, sin, cos: the reductions and minimax polynomials
// of Cephes (Moshier). No branches: each lane takes both sides and selects.
#pragma once
#include "lanes.h"
#include <math.h>

/// e^x = 2·half·(1 + rest) for x in −87.3...88.8: half = 2^(n−1), rest = e^r − 1.
typedef struct {
  lanes half, rest;
} power_t;
static INLINE power_t power_lanes(lanes x) {
  // Adding 1.5·2^23 rounds to a whole number, which then stands in the low bits; with the bias of
  // an exponent in the same addition, a shift is all that is left to do.
  const float magic = 12582912.0f + 126.0f;
  lanes t = x * 1.44269504f + magic;
  lanes n = t - magic;
  lanes r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  lanes p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return (power_t){(lanes)((whole)t << 23), p * (r * r) + r};
}

static INLINE lanes exp_lanes(lanes x) {
  power_t e = power_lanes(at_most(at_least(x, -87.3f), 88.8f));
  lanes y = e.half * e.rest + e.half;
  return y + y;
}

/// log(1 + m) + n ln 2 for m in √½ − 1 ... √2 − 1.
static INLINE lanes log_sum(lanes m, lanes n) {
  lanes z = m * m;
  lanes p = m * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  lanes y = p * m * z + n * -2.12194440e-4f - 0.5f * z;
  return m + y + n * 0.693359375f;
}

static INLINE lanes log_lanes(lanes x) {
  whole tiny = x < 1.17549435e-38f;
  lanes scaled = select_lanes(tiny, x * 8388608.0f, x);
  whole bits = (whole)scaled;
  whole e = (bits >> 23) - 126 - (tiny & 23);
  lanes m = (lanes)((bits & 0x007fffff) | 0x3f000000);
  whole low = m < 0.707106781f;
  e = e + low;
  m = select_lanes(low, m + m, m) - 1.0f;
  lanes y = log_sum(m, __builtin_convertvector(e, lanes));
  y = select_lanes(x == INFINITY, x, y);
  y = select_lanes(x == 0.0f, splat(-INFINITY), y);
  return select_lanes((x < 0.0f) | (x != x), splat(NAN), y);
}

static INLINE lanes sigmoid_lanes(lanes x) { return 1.0f / (1.0f + exp_lanes(-x)); }

/// (e^2|x| − 1) / (e^2|x| + 1), with e^2|x| − 1 made without cancellation.
static INLINE lanes tanh_lanes(lanes x) {
  power_t e = power_lanes(at_most(absolute(x) * 2.0f, 40.0f));
  lanes twice = e.half + e.half, less = twice * e.rest + (twice - 1.0f);
  return (lanes)((whole)(less / (less + 2.0f)) | ((whole)x & (whole)splat(-0.0f)));
}

/// max(x, 0) + log(1 + e) with e = e^−|x|, by the polynomial of the logarithm: of 1 + e = 1 + m, or
/// of 1 + e = 2 (1 + m) where e is large. In both m is exact.
static INLINE lanes softplus_lanes(lanes x) {
  lanes e = exp_lanes(-absolute(x));
  whole large = e > 0.414213562f;
  lanes m = select_lanes(large, e * 0.5f - 0.5f, e);
  lanes n = select_lanes(large, splat(1), splat(0));
  return at_least(x, 0.0f) + log_sum(m, n);
}

/// The sine, or the cosine where `quarter` is 1; to 2e-7 for angles up to a few thousand.
static INLINE lanes sine_lanes(lanes x, int quarter) {
  lanes n = (x * 0.636619772f + 12582912.0f) - 12582912.0f;
  lanes r = x - n * 1.5703125f;
  r = r - n * 4.837512969970703e-4f;
  r = r - n * 7.549789948768648e-8f;
  lanes z = r * r;
  lanes s = z * -1.9515295891e-4f + 8.3321608736e-3f;
  s = (s * z - 1.6666654611e-1f) * z * r + r;
  lanes c = z * 2.443315711809948e-5f - 1.388731625493765e-3f;
  c = (c * z + 4.166664568298827e-2f) * z * z - 0.5f * z + 1.0f;
  whole q = __builtin_convertvector(n, whole) + quarter;
  lanes y = select_lanes((q & 1) != 0, c, s);
  return select_lanes((q & 2) != 0, -y, y);
}
