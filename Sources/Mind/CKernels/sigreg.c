// How far projections are from the standard normal distribution: the statistic of Epps and Pulley
// (1983) as SIGReg sums it over random directions (LeJEPA, arXiv 2511.08544).
//
//   mean over directions of  N · Σ_j w_j |φ_j − e^(−t_j²/2)|²,   φ_j = mean over rows of e^(i t_j h),
// with knots t_j = j·Δ, j = 0 ..< knots, and w_j the trapezoid rule for both signs of t under the
// window e^(−t²/2). Equispaced knots need one sine and cosine a number: with z = e^(iΔh), the next
// power is one complex product. Knot 0 adds nothing. Directions lie in lanes, rows are summed in
// groups of four in registers, and the pullback is a polynomial in z, by Horner's rule.
#include "functions.h"

#define KNOTS_MAX 64

/// The normal's φ at a knot, which is also the window.
static INLINE float normal_at(size_t j, float step) {
  float t = (float)j * step;
  return expf(-0.5f * t * t);
}

static INLINE void kernel_sigreg_body(size_t rows, size_t directions, size_t knots, float step,
                                      const float *h, float *statistic, float *slopes) {
  lanes all = splat(0);
  float scale = 1.0f / (float)rows;
  for (size_t p = 0; p < directions; p += W) {
    size_t left = directions - p;
    lanes re[KNOTS_MAX], im[KNOTS_MAX], sum = splat(0);
    for (size_t j = 1; j < knots; j++) re[j] = im[j] = splat(0);
    for (size_t r = 0; r < rows; r += 4) {
      lanes c1[4], s1[4], c[4], s[4];
      UNROLL for (size_t i = 0; i < 4; i++) {
        int there = r + i < rows;
        lanes angle = there ? load_up_to(h + (r + i) * directions + p, left, 0) * step : splat(0);
        s[i] = s1[i] = sine_lanes(angle, 0);
        c[i] = c1[i] = sine_lanes(angle, 1);
        // A row beyond the end is the number 0 with all its powers.
        if (!there) c[i] = c1[i] = splat(0);
      }
      for (size_t j = 1; j < knots; j++) {
        re[j] += (c[0] + c[1]) + (c[2] + c[3]);
        im[j] += (s[0] + s[1]) + (s[2] + s[3]);
        UNROLL for (size_t i = 0; i < 4; i++) {
          lanes next = c[i] * c1[i] - s[i] * s1[i];
          s[i] = s[i] * c1[i] + c[i] * s1[i];
          c[i] = next;
        }
      }
    }
    for (size_t j = 1; j < knots; j++) {
      float normal = normal_at(j, step), weight = normal * step * (j + 1 < knots ? 2.0f : 1.0f);
      lanes a = re[j] * scale - normal, b = im[j] * scale;
      sum += (a * a + b * b) * weight;
      // N/directions of the sum, its derivative by φ, and that of φ by h up to i·z^j.
      float slope = 2.0f * weight * (float)j * step / (float)directions;
      if (slopes) {
        store_up_to(slopes + (2 * j) * directions + p, a * slope, left);
        store_up_to(slopes + (2 * j + 1) * directions + p, b * slope, left);
      }
    }
    for (size_t i = left; i < W; i++) sum[i] = 0;
    all += sum;
  }
  *statistic = total(all) * (float)rows / (float)directions;
}
VARIANTS(kernel_sigreg,
         (size_t rows, size_t directions, size_t knots, float step, const float *h,
          float *statistic, float *slopes),
         (rows, directions, knots, step, h, statistic, slopes))

// gh = g · Σ_j (b_j cos(t_j h) − a_j sin(t_j h)), the real part of g · Σ_j (b_j + i a_j) z^j, where
// a_j + i b_j is the slope kept of knot j.
static INLINE void kernel_sigreg_pullback_body(size_t rows, size_t directions, size_t knots,
                                               float step, float g, const float *h,
                                               const float *slopes, float *gh) {
  for (size_t p = 0; p < directions; p += W) {
    size_t left = directions - p;
    lanes a[KNOTS_MAX], b[KNOTS_MAX];
    for (size_t j = 1; j < knots; j++) {
      a[j] = load_up_to(slopes + (2 * j) * directions + p, left, 0) * g;
      b[j] = load_up_to(slopes + (2 * j + 1) * directions + p, left, 0) * g;
    }
    for (size_t r = 0; r < rows; r += 4) {
      lanes c[4], s[4], re[4], im[4];
      size_t count = rows - r < 4 ? rows - r : 4;
      UNROLL for (size_t i = 0; i < 4; i++) {
        lanes angle = i < count ? load_up_to(h + (r + i) * directions + p, left, 0) * step : splat(0);
        s[i] = sine_lanes(angle, 0);
        c[i] = sine_lanes(angle, 1);
        re[i] = im[i] = splat(0);
      }
      for (size_t j = knots; j-- > 1;)
        UNROLL for (size_t i = 0; i < 4; i++) {
          lanes x = re[i] + b[j], y = im[i] + a[j];
          re[i] = x * c[i] - y * s[i];
          im[i] = x * s[i] + y * c[i];
        }
      for (size_t i = 0; i < count; i++) store_up_to(gh + (r + i) * directions + p, re[i], left);
    }
  }
}
VARIANTS(kernel_sigreg_pullback,
         (size_t rows, size_t directions, size_t knots, float step, float g, const float *h,
          const float *slopes, float *gh),
         (rows, directions, knots, step, g, h, slopes, gh))
