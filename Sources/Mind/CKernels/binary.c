// Functions of two numbers with broadcasting, and the fused gate of SwiGLU.
//
// A broadcast operand has stride 0 along rows (a suffix shape) or along columns (a last axis of
// extent 1), so no operand is ever spread out in memory.
#include "functions.h"

static INLINE lanes combine(int operation, lanes a, lanes b) {
  switch (operation) {
  case BINARY_ADD: return a + b;
  case BINARY_SUBTRACT: return a - b;
  case BINARY_MULTIPLY: return a * b;
  default: return a / b;
  }
}

static INLINE void combine_rows(int operation, int a_full, int b_full, size_t rows, size_t columns,
                                const float *a, size_t a_row, const float *b, size_t b_row,
                                float *out) {
  for (size_t r = 0; r < rows; r++, a += a_row, b += b_row, out += columns) {
    size_t c = 0;
    for (; c + W <= columns; c += W)
      store(out + c, combine(operation, a_full ? load(a + c) : splat(*a),
                             b_full ? load(b + c) : splat(*b)));
    for (; c < columns; c++) {
      float u = a[a_full ? c : 0], w = b[b_full ? c : 0];
      out[c] = operation == BINARY_ADD        ? u + w
               : operation == BINARY_SUBTRACT ? u - w
               : operation == BINARY_MULTIPLY ? u * w
                                              : u / w;
    }
  }
}

#define FORMS(OPERATION)                                                                     \
  case OPERATION:                                                                            \
    if (a_column && b_column)                                                                \
      combine_rows(OPERATION, 1, 1, rows, columns, a, a_row, b, b_row, out);                 \
    else if (a_column)                                                                       \
      combine_rows(OPERATION, 1, 0, rows, columns, a, a_row, b, b_row, out);                 \
    else                                                                                     \
      combine_rows(OPERATION, 0, 1, rows, columns, a, a_row, b, b_row, out);                 \
    break;

static INLINE void kernel_binary_body(int operation, size_t rows, size_t columns, const float *a,
                                      size_t a_row, size_t a_column, const float *b, size_t b_row,
                                      size_t b_column, float *out) {
  switch (operation) {
    FORMS(BINARY_ADD)
    FORMS(BINARY_SUBTRACT)
    FORMS(BINARY_MULTIPLY)
    FORMS(BINARY_DIVIDE)
  }
}
VARIANTS(kernel_binary,
         (int operation, size_t rows, size_t columns, const float *a, size_t a_row,
          size_t a_column, const float *b, size_t b_row, size_t b_column, float *out),
         (operation, rows, columns, a, a_row, a_column, b, b_row, b_column, out))

static INLINE void kernel_affine_body(size_t n, float scale, float shift, const float *x,
                                      float *out) {
  size_t i = 0;
  for (; i + W <= n; i += W) store(out + i, load(x + i) * scale + shift);
  if (i < n) store_some(out + i, load_some(x + i, n - i, 0) * scale + shift, n - i);
}
VARIANTS(kernel_affine, (size_t n, float scale, float shift, const float *x, float *out),
         (n, scale, shift, x, out))

static INLINE void kernel_accumulate_body(size_t n, float scale, const float *x, float *y) {
  size_t i = 0;
  for (; i + W <= n; i += W) store(y + i, load(y + i) + load(x + i) * scale);
  if (i < n)
    store_some(y + i, load_some(y + i, n - i, 0) + load_some(x + i, n - i, 0) * scale, n - i);
}
VARIANTS(kernel_accumulate, (size_t n, float scale, const float *x, float *y), (n, scale, x, y))

static INLINE void kernel_accumulate_blocks_body(size_t count, size_t block, const float *from,
                                                 size_t from_stride, float *to,
                                                 size_t to_stride) {
  for (size_t i = 0; i < count; i++)
    kernel_accumulate_body(block, 1, from + i * from_stride, to + i * to_stride);
}
VARIANTS(kernel_accumulate_blocks,
         (size_t count, size_t block, const float *from, size_t from_stride, float *to,
          size_t to_stride),
         (count, block, from, from_stride, to, to_stride))

static INLINE void kernel_swiglu_body(size_t rows, size_t h, const float *x, float *out) {
  for (size_t r = 0; r < rows; r++, x += 2 * h, out += h)
    for (size_t c = 0; c < h; c += W) {
      lanes u = load_up_to(x + c, h - c, 0), w = load_up_to(x + h + c, h - c, 0);
      store_up_to(out + c, u * sigmoid_lanes(u) * w, h - c);
    }
}
VARIANTS(kernel_swiglu, (size_t rows, size_t h, const float *x, float *out), (rows, h, x, out))

static INLINE void kernel_swiglu_pullback_body(size_t rows, size_t h, const float *g,
                                               const float *x, float *gx) {
  for (size_t r = 0; r < rows; r++, x += 2 * h, gx += 2 * h, g += h)
    for (size_t c = 0; c < h; c += W) {
      lanes u = load_up_to(x + c, h - c, 0), w = load_up_to(x + h + c, h - c, 0);
      lanes d = load_up_to(g + c, h - c, 0);
      lanes s = sigmoid_lanes(u);
      store_up_to(gx + c, d * w * s * (1.0f + u * (1.0f - s)), h - c);
      store_up_to(gx + h + c, d * u * s, h - c);
    }
}
VARIANTS(kernel_swiglu_pullback,
         (size_t rows, size_t h, const float *g, const float *x, float *gx), (rows, h, g, x, gx))
