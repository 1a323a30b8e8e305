// Functions of one number, and their pullbacks, 16 at a time.
//
// The derivative is taken from the output where that saves an exponential (exp, tanh, sigmoid,
// sqrt), else from the input.
#include "functions.h"

#define EACH(OPERATION, IN1, IN2, EXPRESSION)                                              \
  case OPERATION:                                                                         \
    for (size_t i = 0; i < n; i += W) {                                                   \
      size_t left = n - i;                                                                \
      if (left >= W) {                                                                    \
        lanes u = load(IN1 + i), w = load(IN2 + i);                                       \
        (void)w;                                                                          \
        store(out + i, EXPRESSION);                                                       \
      } else {                                                                            \
        lanes u = load_some(IN1 + i, left, 1.0f), w = load_some(IN2 + i, left, 1.0f);     \
        (void)w;                                                                          \
        store_some(out + i, EXPRESSION, left);                                            \
      }                                                                                   \
    }                                                                                     \
    break;
#define FORWARD(OPERATION, EXPRESSION) EACH(OPERATION, x, x, EXPRESSION)

static INLINE lanes huber_lanes(lanes u, float delta) {
  lanes a = absolute(u);
  return select_lanes(a <= delta, 0.5f * u * u, delta * (a - 0.5f * delta));
}

static INLINE void kernel_unary_body(int operation, size_t n, float p0, float p1, const float *x,
                                     float *out) {
  switch (operation) {
    FORWARD(UNARY_EXP, exp_lanes(u))
    FORWARD(UNARY_LOG, log_lanes(u))
    FORWARD(UNARY_TANH, tanh_lanes(u))
    FORWARD(UNARY_SIGMOID, sigmoid_lanes(u))
    FORWARD(UNARY_SILU, u * sigmoid_lanes(u))
    FORWARD(UNARY_SOFTPLUS, softplus_lanes(u))
    FORWARD(UNARY_RELU, at_least(u, 0.0f))
    FORWARD(UNARY_SQUARE, u * u)
    FORWARD(UNARY_SQRT, __builtin_elementwise_sqrt(u))
    FORWARD(UNARY_ABS, absolute(u))
    FORWARD(UNARY_SIN, sine_lanes(u, 0))
    FORWARD(UNARY_COS, sine_lanes(u, 1))
    FORWARD(UNARY_HUBER, huber_lanes(u, p0))
    FORWARD(UNARY_CLAMP, at_most(at_least(u, p0), p1))
    FORWARD(UNARY_NEGATE, -u)
  }
}
VARIANTS(kernel_unary,
         (int operation, size_t n, float p0, float p1, const float *x, float *out),
         (operation, n, p0, p1, x, out))

/// The derivative of x·σ(x).
static INLINE lanes silu_slope(lanes x) {
  lanes s = sigmoid_lanes(x);
  return s * (1.0f + x * (1.0f - s));
}
static INLINE lanes sign_lanes(lanes x) {
  return select_lanes(x > 0.0f, splat(1.0f), select_lanes(x < 0.0f, splat(-1.0f), splat(0.0f)));
}

// In these expressions w is the gradient and u the input or the output.
static INLINE void kernel_unary_pullback_body(int operation, size_t n, float p0, float p1,
                                              const float *g, const float *x, const float *y,
                                              float *out) {
  switch (operation) {
    EACH(UNARY_EXP, y, g, w * u)
    EACH(UNARY_LOG, x, g, w / u)
    EACH(UNARY_TANH, y, g, w * (1.0f - u * u))
    EACH(UNARY_SIGMOID, y, g, w * (u * (1.0f - u)))
    EACH(UNARY_SILU, x, g, w * silu_slope(u))
    EACH(UNARY_SOFTPLUS, x, g, w * sigmoid_lanes(u))
    EACH(UNARY_RELU, x, g, select_lanes(u > 0.0f, w, splat(0.0f)))
    EACH(UNARY_SQUARE, x, g, 2.0f * w * u)
    EACH(UNARY_SQRT, y, g, 0.5f * w / u)
    EACH(UNARY_ABS, x, g, w * sign_lanes(u))
    EACH(UNARY_SIN, x, g, w * sine_lanes(u, 1))
    EACH(UNARY_COS, x, g, -w * sine_lanes(u, 0))
    EACH(UNARY_HUBER, x, g, w * at_most(at_least(u, -p0), p0))
    EACH(UNARY_CLAMP, x, g, select_lanes((u >= p0) & (u <= p1), w, splat(0.0f)))
    EACH(UNARY_NEGATE, g, g, -u)
  }
}
VARIANTS(kernel_unary_pullback,
         (int operation, size_t n, float p0, float p1, const float *g, const float *x,
          const float *y, float *out),
         (operation, n, p0, p1, g, x, y, out))
