// What the two kinds of matrix product share: how the right side is cut, and how sums are finished.
#pragma once
#include "bf16.h"
#include "functions.h"

/// How wide the next strip of a right side is with `left` columns to go; the last is padded to 16.
static INLINE size_t strip_width(size_t left) { return left >= 64 ? 64 : left >= 32 ? 32 : W; }

static INLINE lanes bent(const int bend, lanes x) {
  return bend == BEND_SILU ? x * sigmoid_lanes(x) : x;
}

// packed.c
void kernel_pack_strips(size_t n, size_t k, const float *b, size_t b_row, int transposed,
                        float *to);
// matmul_bf16.c
void kernel_product_bf16(size_t m, size_t n, size_t k, const uint16_t *left,
                         const uint16_t *right, const finish_t *finish);
