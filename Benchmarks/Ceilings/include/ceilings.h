// What one core can do at most, measured; and how many blocks of memory were asked for.
#pragma once

/// The kinds of arithmetic that have a ceiling of their own.
enum { CEILING_FP32 = 0, CEILING_BF16 = 1, CEILING_TILES = 2, CEILING_KINDS = 3 };

/// GFLOP/s of this thread over about `seconds`, a multiply and an add counted as two; 0 where the
/// machine does not have it.
double ceiling(int kind, double seconds);

/// How many blocks of memory the process has asked the C library for; −1 where nobody counts
/// (Benchmarks/allocations preloads the library that does).
long long allocations_counted(void);
