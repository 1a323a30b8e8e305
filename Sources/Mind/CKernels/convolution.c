// The depthwise causal convolution over time, a few taps long, 16 channels at a time.
//
// What came before the sequence is read from `history`, so that a stream is the same computation
// as a sequence. The pullback walks over time once a strip of channels with the gradients of the
// taps in registers or the first cache.
#include "lanes.h"

/// Row s of x, where negative rows are those of the history; null where there is none.
static INLINE const float *row_at(ptrdiff_t s, size_t width, size_t taps, const float *x,
                                  const float *history) {
  if (s >= 0) return x + (size_t)s * width;
  return history ? history + (size_t)(s + (ptrdiff_t)taps - 1) * width : NULL;
}

static INLINE void kernel_convolution_body(size_t batch, size_t time, size_t width, size_t taps,
                                           const float *x, const float *history, const float *w,
                                           float *y) {
  for (size_t b = 0; b < batch; b++, x += time * width, y += time * width) {
    for (size_t t = 0; t < time; t++) {
      for (size_t d = 0; d < width; d += W) {
        lanes sum = splat(0);
        for (size_t j = 0; j < taps; j++) {
          const float *row = row_at((ptrdiff_t)(t + j) - (ptrdiff_t)taps + 1, width, taps, x,
                                    history);
          if (row)
            sum += load_up_to(row + d, width - d, 0) * load_up_to(w + j * width + d, width - d, 0);
        }
        store_up_to(y + t * width + d, sum, width - d);
      }
    }
    if (history) history += (taps - 1) * width;
  }
}
VARIANTS(kernel_convolution,
         (size_t batch, size_t time, size_t width, size_t taps, const float *x,
          const float *history, const float *w, float *y),
         (batch, time, width, taps, x, history, w, y))

// gx[s] = Σ_j w[j]·g[s + K−1 − j] over the t that exist;  gw[j] = Σ_t g[t]·x[t − (K−1) + j].
static INLINE void kernel_convolution_pullback_body(size_t batch, size_t time, size_t width,
                                                    size_t taps, const float *g, const float *x,
                                                    const float *history, const float *w,
                                                    float *gx, float *gw, float *ghistory) {
  ptrdiff_t past = (ptrdiff_t)taps - 1;
  memset(gw, 0, taps * width * sizeof(float));
  for (size_t b = 0; b < batch; b++) {
    for (ptrdiff_t s = ghistory ? -past : 0; s < (ptrdiff_t)time; s++) {
      float *to = s >= 0 ? gx + (size_t)s * width : ghistory + (size_t)(s + past) * width;
      for (size_t d = 0; d < width; d += W) {
        lanes sum = splat(0);
        for (ptrdiff_t j = 0; j <= past; j++) {
          ptrdiff_t t = s + past - j;
          if (t >= 0 && t < (ptrdiff_t)time)
            sum += load_up_to(g + (size_t)t * width + d, width - d, 0) *
                   load_up_to(w + (size_t)j * width + d, width - d, 0);
        }
        store_up_to(to + d, sum, width - d);
      }
    }
    for (size_t j = 0; j < taps; j++)
      for (size_t d = 0; d < width; d += W) {
        lanes sum = load_up_to(gw + j * width + d, width - d, 0);
        for (size_t t = 0; t < time; t++) {
          const float *row = row_at((ptrdiff_t)(t + j) - past, width, taps, x, history);
          if (row)
            sum += load_up_to(row + d, width - d, 0) * load_up_to(g + t * width + d, width - d, 0);
        }
        store_up_to(gw + j * width + d, sum, width - d);
      }
    g += time * width;
    x += time * width;
    gx += time * width;
    if (history) history += (size_t)past * width;
    if (ghistory) ghistory += (size_t)past * width;
  }
}
VARIANTS(kernel_convolution_pullback,
         (size_t batch, size_t time, size_t width, size_t taps, const float *g, const float *x,
          const float *history, const float *w, float *gx, float *gw, float *ghistory),
         (batch, time, width, taps, g, x, history, w, gx, gw, ghistory))
