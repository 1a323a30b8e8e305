// What the two forms of the gated delta rule share: their arguments, named.
#pragma once
#include "lanes.h"
#include <math.h>

#define WIDTH_MAX 128
/// Steps that the chunkwise form takes at once.
#define CHUNK W

/// q, k, v, y [B, T, H, D], alpha, beta [B, T, H], state, state_out [B, H, D, D]. `kept` is what the
/// forward leaves to the chunkwise pullback: the state before each chunk, in padded rows; not written
/// where that is the zero that a sequence without a state begins with.
typedef struct {
  size_t batch, time, heads, width;
  float epsilon;
  const float *q, *k, *v, *alpha, *beta, *state;
  float *y, *state_out, *kept;
} delta_t;
typedef struct {
  const float *y, *state_out;
  float *q, *k, *v, *alpha, *beta, *state;
} delta_gradient_t;

void gated_delta_sequential(const delta_t *f);
void gated_delta_sequential_pullback(const delta_t *f, const delta_gradient_t *g);
void gated_delta_chunks(const delta_t *f);
void gated_delta_chunks_pullback(const delta_t *f, const delta_gradient_t *g);

static INLINE size_t padded(size_t width) { return (width + W - 1) / W * W; }

/// A state [width, width] into or out of its form with padded rows; null is zero.
static INLINE void read_state(size_t width, const float *from, float *to) {
  size_t row = padded(width);
  if (!from || row != width) memset(to, 0, width * row * sizeof(float));
  if (from)
    for (size_t j = 0; j < width; j++) memcpy(to + j * row, from + j * width, width * sizeof(float));
}
static INLINE void write_state(size_t width, const float *from, float *to) {
  for (size_t j = 0; j < width; j++)
    memcpy(to + j * width, from + j * padded(width), width * sizeof(float));
}
