// Small matrix products (tiles.h) for callers that do not know their extents beforehand.
#include "tiles.h"

#define DECLARED                                                                      \
  (size_t m, size_t n, size_t k, factor_t a, const float *b, size_t b_row, float keep, float *c, \
   size_t c_row)
#if defined(__x86_64__)
static void kernel_tiles_portable DECLARED { tiles_product(2, m, n, k, a, b, b_row, keep, c, c_row); }
TARGET_AVX2 static void kernel_tiles_avx2 DECLARED {
  tiles_product(4, m, n, k, a, b, b_row, keep, c, c_row);
}
TARGET_AVX512 static void kernel_tiles_avx512 DECLARED {
  tiles_product(16, m, n, k, a, b, b_row, keep, c, c_row);
}
DISPATCH(kernel_tiles, DECLARED, (m, n, k, a, b, b_row, keep, c, c_row))
#else
void kernel_tiles DECLARED { tiles_product(4, m, n, k, a, b, b_row, keep, c, c_row); }
#endif
