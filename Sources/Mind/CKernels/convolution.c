// The depthwise causal convolution over time, a few taps long, optionally followed by silu.
//
// What came before the sequence is read from `history`, so that a stream is the same computation
// as a sequence. Work goes by strips of 16 channels with the taps in registers. The pullback keeps
// nothing but the input: it makes the sums before the silu again on its way.
#include "functions.h"

#define TAPS_MAX 16

typedef struct {
  size_t time, width, left;       // left: channels of this strip, 16 or more if full
  const float *x, *history, *w;   // of this strip
} strip_t;

#define READ(p) (full ? load(p) : load_some(p, s.left, 0))
#define WRITE(p, v)                     \
  do {                                  \
    if (full) store(p, v);              \
    else store_some(p, v, s.left);      \
  } while (0)

/// Row t of x; rows before it are those of the history, or zero.
static INLINE lanes row_at(const int full, const int taps, strip_t s, ptrdiff_t t) {
  if (t >= 0) return READ(s.x + (size_t)t * s.width);
  return s.history ? READ(s.history + (size_t)(t + taps - 1) * s.width) : splat(0);
}

static INLINE lanes sum_at(const int full, const int taps, strip_t s, const lanes *w, size_t t) {
  lanes sum = splat(0);
  ptrdiff_t first = (ptrdiff_t)t - taps + 1;
  if (first >= 0)
    for (int j = 0; j < taps; j++) sum += READ(s.x + (size_t)(first + j) * s.width) * w[j];
  else
    for (int j = 0; j < taps; j++) sum += row_at(full, taps, s, first + j) * w[j];
  return sum;
}

static INLINE void forward(const int full, const int taps, strip_t s, int bends, float *y) {
  lanes w[TAPS_MAX];
  for (int j = 0; j < taps; j++) w[j] = READ(s.w + (size_t)j * s.width);
  for (size_t t = 0; t < s.time; t++) {
    lanes sum = sum_at(full, taps, s, w, t);
    WRITE(y + t * s.width, bends ? sum * sigmoid_lanes(sum) : sum);
  }
}

// With h = g·silu'(sum):  gw[j] += Σ_t h[t]·x[t − (K−1) + j],  gx[s] = Σ_j w[j]·h[s + K−1 − j] over
// the t that exist.
static INLINE void backward(const int full, const int taps, strip_t s, int bends, const float *g,
                            float *gx, float *gw, float *ghistory, float *h) {
  lanes w[TAPS_MAX], sums[TAPS_MAX];
  for (int j = 0; j < taps; j++) {
    w[j] = READ(s.w + (size_t)j * s.width);
    sums[j] = READ(gw + (size_t)j * s.width);
  }
  for (size_t t = 0; t < s.time; t++) {
    lanes d = READ(g + t * s.width);
    if (bends) {
      lanes sum = sum_at(full, taps, s, w, t), v = sigmoid_lanes(sum);
      d *= v * (1.0f + sum * (1.0f - v));
    }
    store(h + t * W, d);
    for (int j = 0; j < taps; j++)
      sums[j] += d * row_at(full, taps, s, (ptrdiff_t)t + j - taps + 1);
  }
  for (int j = 0; j < taps; j++) WRITE(gw + (size_t)j * s.width, sums[j]);
  for (ptrdiff_t at = ghistory ? 1 - taps : 0; at < (ptrdiff_t)s.time; at++) {
    lanes sum = splat(0);
    for (int j = 0; j < taps; j++) {
      ptrdiff_t t = at + taps - 1 - j;
      if (t >= 0 && t < (ptrdiff_t)s.time) sum += load(h + t * W) * w[j];
    }
    WRITE(at >= 0 ? gx + (size_t)at * s.width : ghistory + (size_t)(at + taps - 1) * s.width, sum);
  }
}

/// Literal forms for the usual case, full strips of four taps.
#define BY_FORM(NAME, ...)                                                  \
  if (s.left >= W && taps == 4) NAME(1, 4, __VA_ARGS__);                    \
  else if (s.left >= W) NAME(1, (int)taps, __VA_ARGS__);                    \
  else NAME(0, (int)taps, __VA_ARGS__);

static INLINE void kernel_convolution_body(size_t batch, size_t time, size_t width, size_t taps,
                                           int bends, const float *x, const float *history,
                                           const float *w, float *y) {
  for (size_t b = 0; b < batch; b++)
    for (size_t d = 0; d < width; d += W) {
      size_t at = b * time * width + d;
      strip_t s = {time, width, width - d, x + at,
                   history ? history + b * (taps - 1) * width + d : NULL, w + d};
      BY_FORM(forward, s, bends, y + at)
    }
}
VARIANTS(kernel_convolution,
         (size_t batch, size_t time, size_t width, size_t taps, int bends, const float *x,
          const float *history, const float *w, float *y),
         (batch, time, width, taps, bends, x, history, w, y))

static INLINE void kernel_convolution_pullback_body(size_t batch, size_t time, size_t width,
                                                    size_t taps, int bends, const float *g,
                                                    const float *x, const float *history,
                                                    const float *w, float *gx, float *gw,
                                                    float *ghistory) {
  memset(gw, 0, taps * width * sizeof(float));
  float *h = pool_take(time * W * sizeof(float));
  for (size_t b = 0; b < batch; b++)
    for (size_t d = 0; d < width; d += W) {
      size_t at = b * time * width + d, before = b * (taps - 1) * width + d;
      strip_t s = {time, width, width - d, x + at, history ? history + before : NULL, w + d};
      BY_FORM(backward, s, bends, g + at, gx + at, gw + d, ghistory ? ghistory + before : NULL, h)
    }
  pool_give(h, time * W * sizeof(float));
}
VARIANTS(kernel_convolution_pullback,
         (size_t batch, size_t time, size_t width, size_t taps, int bends, const float *g,
          const float *x, const float *history, const float *w, float *gx, float *gw,
          float *ghistory),
         (batch, time, width, taps, bends, g, x, history, w, gx, gw, ghistory))
