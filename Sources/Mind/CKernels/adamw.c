// One step of AdamW (Loshchilov and Hutter, 2019) over a flat buffer.
//
// g is the gradient times `scale`, which clips it without a pass of its own.
// m ← β1 m + (1−β1) g,  v ← β2 v + (1−β2) g²,  p ← p − rate·(m/c1 / (√(v/c2) + ε) + decay·p),
// where c1 and c2 undo the bias of the first steps.
#include "functions.h"

static INLINE void kernel_adamw_body(size_t n, float *p, const float *g, float *first,
                                     float *second, float scale, float rate, float beta1,
                                     float beta2, float epsilon, float decay,
                                     float correction1, float correction2) {
  float inverse1 = 1.0f / correction1, inverse2 = 1.0f / correction2;
  for (size_t i = 0; i < n; i += W) {
    size_t left = n - i;
    lanes d = load_up_to(g + i, left, 0) * scale, w = load_up_to(p + i, left, 0);
    lanes m = load_up_to(first + i, left, 0) * beta1 + d * (1.0f - beta1);
    lanes v = load_up_to(second + i, left, 0) * beta2 + d * d * (1.0f - beta2);
    lanes step = m * inverse1 / (__builtin_elementwise_sqrt(v * inverse2) + epsilon);
    store_up_to(first + i, m, left);
    store_up_to(second + i, v, left);
    store_up_to(p + i, w - rate * (step + decay * w), left);
  }
}
VARIANTS(kernel_adamw,
         (size_t n, float *p, const float *g, float *first, float *second, float scale,
          float rate, float beta1, float beta2, float epsilon, float decay, float correction1,
          float correction2),
         (n, p, g, first, second, scale, rate, beta1, beta2, epsilon, decay, correction1, correction2))
