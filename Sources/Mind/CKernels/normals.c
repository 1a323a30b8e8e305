// Random numbers from the standard normal distribution, by counting: the very numbers that
// `Random.normal()` gives one after another, bit for bit, in whatever variant.
//
// Each number takes two counts, one for its radius and one for its angle (Box and Muller, 1958), the
// hash of a count is SplitMix64's, and logarithm and cosine are those of `Basics`: the same
// operations in the same order, none of them fused.
#include "lanes.h"

#pragma clang fp contract(off)

typedef uint64_t counts __attribute__((vector_size(128)));

/// 24 random bits each, as numbers in 0 ..< 1.
static INLINE lanes uniform_lanes(uint64_t key, counts counter) {
  counts z = key + counter * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z = z ^ (z >> 31);
  return __builtin_convertvector(__builtin_convertvector(z >> 40, whole), lanes) * 0x1p-24f;
}

static INLINE lanes natural_logarithm(lanes x) {
  whole bits = (whole)x;
  lanes m = (lanes)((bits & 0x007fffff) | 0x3f000000);
  whole low = m < 0.70710678f;
  lanes exponent = __builtin_convertvector((bits >> 23) - 126 + low, lanes);
  m = select_lanes(low, m + m - 1.0f, m - 1.0f);
  lanes z = m * m;
  lanes p = splat(7.0376836e-2f);
  p = p * m - 1.15146103e-1f;
  p = p * m + 1.16769987e-1f;
  p = p * m - 1.24201408e-1f;
  p = p * m + 1.42493228e-1f;
  p = p * m - 1.66680577e-1f;
  p = p * m + 2.00007148e-1f;
  p = p * m - 2.4999994e-1f;
  p = p * m + 3.3333331e-1f;
  p = p * m * z;
  p = p - exponent * 2.1219444e-4f;
  p = p - 0.5f * z;
  return m + p + exponent * 0.693359375f;
}

static INLINE lanes cosine_lanes(lanes angle) {
  lanes quarter = (angle * 0.63661977f + 12582912.0f) - 12582912.0f;
  lanes r = angle - quarter * 1.5703125f;
  r = r - quarter * 4.837512969970703e-4f;
  r = r - quarter * 7.549789948768648e-8f;
  lanes z = r * r;
  lanes s = r + r * z * (-1.6666654611e-1f + z * (8.3321608736e-3f - z * 1.951529589e-4f));
  lanes c = 1.0f - 0.5f * z +
            z * z * (4.1666645683e-2f + z * (-1.3887316255e-3f + z * 2.4433157118e-5f));
  whole q = __builtin_convertvector(quarter, whole);
  lanes y = select_lanes((q & 1) != 0, s, c);
  return select_lanes(((q + 1) & 2) != 0, -y, y);
}

static INLINE void kernel_normals_body(uint64_t key, uint64_t counter, size_t n, float scale,
                                       float *out) {
  counts steps;
  for (size_t i = 0; i < W; i++) steps[i] = 2 * i + 1;
  for (size_t i = 0; i < n; i += W) {
    counts at = steps + (counter + 2 * i);
    lanes logarithm = natural_logarithm(1.0f - uniform_lanes(key, at));
    lanes radius = __builtin_elementwise_sqrt(-2.0f * logarithm);
    // A circle as Swift's Float.pi has it, which is rounded down.
    lanes y = radius * cosine_lanes(0x1.921fb4p2f * uniform_lanes(key, at + 1));
    store_up_to(out + i, scale * y, n - i);
  }
}
VARIANTS(kernel_normals, (uint64_t key, uint64_t counter, size_t n, float scale, float *out),
         (key, counter, n, scale, out))
