// Elementary functions of 16 floats at a time, to about 2 units in the last place.
//
// exp: x = n ln 2 + r, a polynomial in r, and 2^n put in by two factors, so that overflow gives
// infinity and underflow goes through the denormal numbers. log, tanh, sin, cos: the reductions and
// minimax polynomials of Cephes (Moshier). No branches: each lane takes both sides and selects.
#pragma once
#include "lanes.h"
#include <math.h>

static INLINE lanes exp_lanes(lanes x) {
  x = at_most(at_least(x, -104.0f), 89.0f);
  lanes n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;
  lanes r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  lanes p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  whole e = __builtin_convertvector(n, whole);
  whole half = e >> 1;
  return p * (lanes)((half + 127) << 23) * (lanes)((e - half + 127) << 23);
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
  lanes z = m * m;
  lanes p = m * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  lanes n = __builtin_convertvector(e, lanes);
  lanes y = p * m * z + n * -2.12194440e-4f - 0.5f * z;
  y = m + y + n * 0.693359375f;
  y = select_lanes(x == INFINITY, x, y);
  y = select_lanes(x == 0.0f, splat(-INFINITY), y);
  return select_lanes((x < 0.0f) | (x != x), splat(NAN), y);
}

static INLINE lanes sigmoid_lanes(lanes x) { return 1.0f / (1.0f + exp_lanes(-x)); }

static INLINE lanes tanh_lanes(lanes x) {
  lanes z = x * x;
  lanes p = z * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  lanes near = p * z * x + x;
  lanes a = absolute(x);
  lanes far = 1.0f - 2.0f / (exp_lanes(a + a) + 1.0f);
  far = (lanes)((whole)far | ((whole)x & (whole)splat(-0.0f)));
  return select_lanes(a < 0.625f, near, far);
}

/// log(1 + e) with the rounding of 1 + e taken out (Kahan).
static INLINE lanes softplus_lanes(lanes x) {
  lanes e = exp_lanes(-absolute(x));
  lanes u = 1.0f + e;
  lanes d = u - 1.0f;
  lanes l = select_lanes(d == 0.0f, e, log_lanes(u) * (e / d));
  return at_least(x, 0.0f) + l;
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
