// The gates of a gated recurrent unit (Cho et al., 2014; the form of cuDNN), in one pass.
//
// x and u are [rows, 3n]: what the input and what the last state say about the reset gate r, the
// update gate z and the candidate c:  c = tanh(x_c + r·u_c),  out = c + z·(h − c).
// The pullback computes the gates again instead of keeping them.
#include "functions.h"

#define PART(p) load_up_to((p) + i, n - i, 0)

static INLINE void kernel_gru_body(size_t rows, size_t n, const float *x, const float *u,
                                   const float *h, float *out) {
  for (size_t row = 0; row < rows; row++, x += 3 * n, u += 3 * n, h += n, out += n)
    for (size_t i = 0; i < n; i += W) {
      lanes r = sigmoid_lanes(PART(x) + PART(u));
      lanes z = sigmoid_lanes(PART(x + n) + PART(u + n));
      lanes c = tanh_lanes(PART(x + 2 * n) + r * PART(u + 2 * n));
      store_up_to(out + i, c + z * (PART(h) - c), n - i);
    }
}
VARIANTS(kernel_gru, (size_t rows, size_t n, const float *x, const float *u, const float *h,
                      float *out),
         (rows, n, x, u, h, out))

static INLINE void kernel_gru_pullback_body(size_t rows, size_t n, const float *g, const float *x,
                                            const float *u, const float *h, float *gx, float *gu,
                                            float *gh) {
  for (size_t row = 0; row < rows;
       row++, g += n, x += 3 * n, u += 3 * n, h += n, gx += 3 * n, gu += 3 * n, gh += n)
    for (size_t i = 0; i < n; i += W) {
      lanes r = sigmoid_lanes(PART(x) + PART(u));
      lanes z = sigmoid_lanes(PART(x + n) + PART(u + n));
      lanes from = PART(u + 2 * n);
      lanes c = tanh_lanes(PART(x + 2 * n) + r * from);
      lanes d = PART(g);
      lanes gz = d * (PART(h) - c) * z * (1.0f - z);
      lanes gc = d * (1.0f - z) * (1.0f - c * c);
      lanes gr = gc * from * r * (1.0f - r);
      store_up_to(gx + i, gr, n - i);
      store_up_to(gu + i, gr, n - i);
      store_up_to(gx + n + i, gz, n - i);
      store_up_to(gu + n + i, gz, n - i);
      store_up_to(gx + 2 * n + i, gc, n - i);
      store_up_to(gu + 2 * n + i, gc * r, n - i);
      store_up_to(gh + i, d * z, n - i);
    }
}
VARIANTS(kernel_gru_pullback,
         (size_t rows, size_t n, const float *g, const float *x, const float *u, const float *h,
          float *gx, float *gu, float *gh),
         (rows, n, g, x, u, h, gx, gu, gh))
