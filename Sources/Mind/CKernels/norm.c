// Normalisation of rows: root mean square (Zhang and Sennrich, 2019), layer norm (Ba et al., 2016)
// and unit length. The forward keeps one or two numbers a row; the pullback needs no more.
#include "functions.h"

#define COLUMNS for (size_t i = 0; i < n; i += W)
#define PART(p) load_up_to((p) + i, n - i, 0)

static INLINE float row_square_sum(size_t n, const float *x) {
  lanes s = splat(0);
  COLUMNS {
    lanes u = PART(x);
    s += u * u;
  }
  return total(s);
}

static INLINE void kernel_rms_norm_body(size_t rows, size_t n, float epsilon, const float *x,
                                        const float *weight, float *y, float *inverse) {
  for (size_t r = 0; r < rows; r++, x += n, y += n) {
    float v = 1.0f / sqrtf(row_square_sum(n, x) / (float)n + epsilon);
    inverse[r] = v;
    COLUMNS store_up_to(y + i, PART(x) * v * PART(weight), n - i);
  }
}
VARIANTS(kernel_rms_norm,
         (size_t rows, size_t n, float epsilon, const float *x, const float *weight, float *y,
          float *inverse),
         (rows, n, epsilon, x, weight, y, inverse))

// With h = g·w:  gx = v·h − x·v³/n·Σ(h·x),  gw = Σ_rows g·x·v. What is added to gx is the gradient
// that goes past the norm.
static INLINE void kernel_rms_norm_pullback_body(size_t rows, size_t n, const float *g,
                                                 const float *x, const float *weight,
                                                 const float *inverse, int accumulate, float *gx,
                                                 float *gweight) {
  memset(gweight, 0, n * sizeof(float));
  for (size_t r = 0; r < rows; r++, x += n, g += n, gx += n) {
    float v = inverse[r];
    lanes s = splat(0);
    COLUMNS {
      lanes d = PART(g), u = PART(x);
      s += d * PART(weight) * u;
      store_up_to(gweight + i, PART(gweight) + d * u * v, n - i);
    }
    float c = total(s) * v * v * v / (float)n;
    COLUMNS {
      lanes before = accumulate ? PART(gx) : splat(0);
      store_up_to(gx + i, before + (PART(g) * PART(weight) * v - PART(x) * c), n - i);
    }
  }
}
VARIANTS(kernel_rms_norm_pullback,
         (size_t rows, size_t n, const float *g, const float *x, const float *weight,
          const float *inverse, int accumulate, float *gx, float *gweight),
         (rows, n, g, x, weight, inverse, accumulate, gx, gweight))

static INLINE void kernel_gated_norm_body(size_t rows, size_t n, float epsilon, const float *x,
                                          const float *gate, const float *weight, float *y,
                                          float *inverse) {
  for (size_t r = 0; r < rows; r++, x += n, gate += n, y += n) {
    float v = 1.0f / sqrtf(row_square_sum(n, x) / (float)n + epsilon);
    inverse[r] = v;
    COLUMNS {
      lanes u = PART(gate);
      store_up_to(y + i, PART(x) * v * PART(weight) * u * sigmoid_lanes(u), n - i);
    }
  }
}
VARIANTS(kernel_gated_norm,
         (size_t rows, size_t n, float epsilon, const float *x, const float *gate,
          const float *weight, float *y, float *inverse),
         (rows, n, epsilon, x, gate, weight, y, inverse))

// As above with h = g·w·silu(gate); ggate = g·w·x·v·silu'(gate).
static INLINE void kernel_gated_norm_pullback_body(size_t rows, size_t n, const float *g,
                                                   const float *x, const float *gate,
                                                   const float *weight, const float *inverse,
                                                   float *gx, float *ggate, float *gweight) {
  memset(gweight, 0, n * sizeof(float));
  for (size_t r = 0; r < rows; r++, x += n, gate += n, g += n, gx += n, ggate += n) {
    float v = inverse[r];
    lanes sum = splat(0);
    COLUMNS {
      lanes d = PART(g), u = PART(x) * v, z = PART(gate), w = PART(weight);
      lanes s = sigmoid_lanes(z), open = d * z * s;
      store_up_to(ggate + i, d * w * u * s * (1.0f + z * (1.0f - s)), n - i);
      store_up_to(gweight + i, PART(gweight) + open * u, n - i);
      store_up_to(gx + i, open * w, n - i);
      sum += open * w * u;
    }
    float c = total(sum) / (float)n;
    COLUMNS store_up_to(gx + i, (PART(gx) - PART(x) * v * c) * v, n - i);
  }
}
VARIANTS(kernel_gated_norm_pullback,
         (size_t rows, size_t n, const float *g, const float *x, const float *gate,
          const float *weight, const float *inverse, float *gx, float *ggate, float *gweight),
         (rows, n, g, x, gate, weight, inverse, gx, ggate, gweight))

static INLINE void kernel_layer_norm_body(size_t rows, size_t n, float epsilon, const float *x,
                                          const float *weight, const float *bias, float *y,
                                          float *mean, float *inverse) {
  for (size_t r = 0; r < rows; r++, x += n, y += n) {
    lanes s = splat(0), q = splat(0);
    COLUMNS s += PART(x);
    float m = total(s) / (float)n;
    COLUMNS {
      lanes u = load_up_to(x + i, n - i, m) - m;
      q += u * u;
    }
    float v = 1.0f / sqrtf(total(q) / (float)n + epsilon);
    mean[r] = m;
    inverse[r] = v;
    COLUMNS store_up_to(y + i, (PART(x) - m) * v * PART(weight) + PART(bias), n - i);
  }
}
VARIANTS(kernel_layer_norm,
         (size_t rows, size_t n, float epsilon, const float *x, const float *weight,
          const float *bias, float *y, float *mean, float *inverse),
         (rows, n, epsilon, x, weight, bias, y, mean, inverse))

// With h = g·w and z = (x − m)·v:  gx = v·(h − mean(h) − z·mean(h·z)).
static INLINE void kernel_layer_norm_pullback_body(size_t rows, size_t n, const float *g,
                                                   const float *x, const float *weight,
                                                   const float *mean, const float *inverse,
                                                   float *gx, float *gweight, float *gbias) {
  memset(gweight, 0, n * sizeof(float));
  memset(gbias, 0, n * sizeof(float));
  for (size_t r = 0; r < rows; r++, x += n, g += n, gx += n) {
    float m = mean[r], v = inverse[r];
    lanes s = splat(0), q = splat(0);
    COLUMNS {
      lanes d = PART(g), z = (PART(x) - m) * v, h = d * PART(weight);
      s += h;
      q += h * z;
      store_up_to(gweight + i, PART(gweight) + d * z, n - i);
      store_up_to(gbias + i, PART(gbias) + d, n - i);
    }
    float hm = total(s) / (float)n, hz = total(q) / (float)n;
    COLUMNS {
      lanes z = (PART(x) - m) * v;
      store_up_to(gx + i, (PART(g) * PART(weight) - hm - z * hz) * v, n - i);
    }
  }
}
VARIANTS(kernel_layer_norm_pullback,
         (size_t rows, size_t n, const float *g, const float *x, const float *weight,
          const float *mean, const float *inverse, float *gx, float *gweight, float *gbias),
         (rows, n, g, x, weight, mean, inverse, gx, gweight, gbias))

static INLINE void kernel_unit_norm_body(size_t rows, size_t n, float epsilon, const float *x,
                                         float *y, float *inverse) {
  for (size_t r = 0; r < rows; r++, x += n, y += n) {
    float v = 1.0f / sqrtf(row_square_sum(n, x) + epsilon);
    inverse[r] = v;
    COLUMNS store_up_to(y + i, PART(x) * v, n - i);
  }
}
VARIANTS(kernel_unit_norm,
         (size_t rows, size_t n, float epsilon, const float *x, float *y, float *inverse),
         (rows, n, epsilon, x, y, inverse))

// gx = v·(g − y·Σ(g·y)).
static INLINE void kernel_unit_norm_pullback_body(size_t rows, size_t n, const float *g,
                                                  const float *y, const float *inverse,
                                                  float *gx) {
  for (size_t r = 0; r < rows; r++, g += n, y += n, gx += n) {
    lanes s = splat(0);
    COLUMNS s += PART(g) * PART(y);
    float c = total(s), v = inverse[r];
    COLUMNS store_up_to(gx + i, (PART(g) - PART(y) * c) * v, n - i);
  }
}
VARIANTS(kernel_unit_norm_pullback,
         (size_t rows, size_t n, const float *g, const float *y, const float *inverse, float *gx),
         (rows, n, g, y, inverse, gx))
