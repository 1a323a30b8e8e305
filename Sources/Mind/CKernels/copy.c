// Moving numbers without changing them: slices, joins and transpositions.
#include "ckernels.h"
#include <string.h>

void kernel_copy_blocks(size_t count, size_t block, const float *from, size_t from_stride,
                        float *to, size_t to_stride) {
  if (block <= 8) {
    for (size_t i = 0; i < count; i++)
      for (size_t j = 0; j < block; j++) to[i * to_stride + j] = from[i * from_stride + j];
    return;
  }
  for (size_t i = 0; i < count; i++)
    memcpy(to + i * to_stride, from + i * from_stride, block * sizeof(float));
}

/// One matrix, in squares of 16, so that both sides stay in the cache.
static void transpose_matrix(size_t rows, size_t columns, size_t from_stride, size_t to_stride,
                             const float *from, float *to) {
  for (size_t r0 = 0; r0 < rows; r0 += 16)
    for (size_t c0 = 0; c0 < columns; c0 += 16) {
      size_t r1 = r0 + 16 < rows ? r0 + 16 : rows, c1 = c0 + 16 < columns ? c0 + 16 : columns;
      for (size_t c = c0; c < c1; c++)
        for (size_t r = r0; r < r1; r++) to[c * to_stride + r] = from[r * from_stride + c];
    }
}

void kernel_transpose(size_t outer, size_t a, size_t middle, size_t b, size_t inner,
                      const float *from, float *to) {
  for (size_t o = 0; o < outer; o++, from += a * middle * b * inner, to += a * middle * b * inner)
    for (size_t m = 0; m < middle; m++) {
      if (inner == 1) {
        transpose_matrix(a, b, middle * b, middle * a, from + m * b, to + m * a);
        continue;
      }
      for (size_t j = 0; j < b; j++)
        kernel_copy_blocks(a, inner, from + (m * b + j) * inner, middle * b * inner,
                           to + (j * middle + m) * a * inner, inner);
    }
}
