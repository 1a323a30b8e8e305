// The kernels against plain loops in double precision, for machines on which no test of ours runs.
#include "ckernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int failures;

static void expect(const char *name, size_t n, const float *found, const double *wanted,
                   double limit) {
  double worst = 0;
  for (size_t i = 0; i < n; i++) {
    double error = fabs(found[i] - wanted[i]) / (1 + fabs(wanted[i]));
    if (!(error <= worst)) worst = error;
  }
  printf("%-24s %s, largest difference %.1e\n", name, worst <= limit ? "agrees" : "DIFFERS", worst);
  failures += !(worst <= limit);
}

/// n numbers of a stream, with mean 0 and deviation `scale`, padded for reads in whole lanes.
static float *numbers(uint64_t key, size_t n, float scale) {
  float *x = calloc(n + 16, sizeof(float));
  kernel_normals(key, 0, n, scale, x);
  return x;
}
static double *doubles(size_t n) { return calloc(n, sizeof(double)); }

static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static void check_normals(void) {
  size_t n = 1003;
  float *x = numbers(7, n, 1);
  double *wanted = doubles(n);
  for (size_t i = 0; i < n; i++) {
    double u[2];
    for (size_t j = 0; j < 2; j++)
      u[j] = (double)(mix(7 + (2 * i + 1 + j) * 0x9E3779B97F4A7C15u) >> 40) * 0x1p-24;
    wanted[i] = sqrt(-2 * log(1 - u[0])) * cos(2 * acos(-1) * u[1]);
  }
  expect("normals", n, x, wanted, 2e-6);
}

static double identity(double x) { return x; }
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double silu(double x) { return x * sigmoid(x); }
static double softplus(double x) { return fmax(x, 0) + log1p(exp(-fabs(x))); }

static void check_functions(void) {
  static const struct {
    const char *name;
    int code;
    double (*plain)(double), (*before)(double);
  } table[] = {{"exp", UNARY_EXP, exp, identity},           {"log", UNARY_LOG, log, fabs},
               {"tanh", UNARY_TANH, tanh, identity},        {"sigmoid", UNARY_SIGMOID, sigmoid, identity},
               {"silu", UNARY_SILU, silu, identity},        {"softplus", UNARY_SOFTPLUS, softplus, identity},
               {"sin", UNARY_SIN, sin, identity},           {"cos", UNARY_COS, cos, identity}};
  size_t n = 517;
  for (size_t f = 0; f < sizeof table / sizeof *table; f++) {
    float *x = numbers(f, n, 5), *y = calloc(n, sizeof(float));
    double *wanted = doubles(n);
    for (size_t i = 0; i < n; i++) {
      x[i] = (float)table[f].before(x[i]);
      wanted[i] = table[f].plain(x[i]);
    }
    kernel_unary(table[f].code, n, 0, 0, x, y);
    expect(table[f].name, n, y, wanted, 1e-6);
  }
}

static void check_product(void) {
  size_t m = 13, n = 37, k = 29;
  float *a = numbers(1, m * k, 1), *b = numbers(2, k * n, 1), *c = calloc(m * n, sizeof(float));
  double *wanted = doubles(m * n);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++)
      for (size_t p = 0; p < k; p++) wanted[i * n + j] += (double)a[i * k + p] * b[p * n + j];
  kernel_matmul(m, n, k, a, 0, b, 0, c, 0);
  expect("matrix product", m * n, c, wanted, 1e-5);
}

static void check_softmax(void) {
  size_t rows = 5, n = 41;
  float *x = numbers(3, rows * n, 2), *y = calloc(rows * n, sizeof(float));
  double *wanted = doubles(rows * n);
  for (size_t r = 0; r < rows; r++) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += exp(x[r * n + i]);
    for (size_t i = 0; i < n; i++) wanted[r * n + i] = exp(x[r * n + i]) / sum;
  }
  kernel_softmax(rows, n, x, y);
  expect("softmax", rows * n, y, wanted, 1e-6);
}

/// One head, D channels: the sequential form at a few steps, the chunkwise at many and wide.
static void check_delta(size_t time, size_t width) {
  size_t n = time * width, size = width * width;
  float *q = numbers(1, n, 1), *k = numbers(2, n, 1), *v = numbers(3, n, 1);
  float *alpha = numbers(4, time, 1), *beta = numbers(5, time, 1), *start = numbers(6, size, 1);
  float *y = calloc(n, sizeof(float)), *last = calloc(size, sizeof(float));
  double *wanted = doubles(n), *s = doubles(size);
  for (size_t i = 0; i < size; i++) s[i] = start[i];
  for (size_t t = 0; t < time; t++) {
    double q_length = 1e-6, k_length = 1e-6;
    alpha[t] = 1 / (1 + expf(-alpha[t]));
    beta[t] = 2 / (1 + expf(-beta[t]));
    for (size_t j = 0; j < width; j++) {
      q_length += pow(q[t * width + j], 2);
      k_length += pow(k[t * width + j], 2);
    }
    for (size_t i = 0; i < width; i++) {
      double read = 0;
      for (size_t j = 0; j < width; j++) read += s[j * width + i] * k[t * width + j] / sqrt(k_length);
      double d = beta[t] * (v[t * width + i] - alpha[t] * read);
      for (size_t j = 0; j < width; j++) {
        double *at = s + j * width + i;
        *at = alpha[t] * *at + d * k[t * width + j] / sqrt(k_length);
        wanted[t * width + i] += *at * q[t * width + j] / sqrt(q_length);
      }
    }
  }
  kernel_gated_delta(1, time, 1, width, 1e-6f, q, k, v, alpha, beta, start, y, last, NULL);
  expect("gated delta", n, y, wanted, 2e-5);
  expect("gated delta, its state", size, last, s, 2e-5);
}

static void check_attention(size_t time) {
  size_t past = 5, width = 19, window = 7, n = time * width, all = (past + time) * width;
  float *q = numbers(1, n, 1), *k = numbers(2, all, 1), *v = numbers(3, all, 1), slope = 0.25f;
  float *y = calloc(n, sizeof(float));
  double *wanted = doubles(n);
  for (size_t t = 0; t < time; t++) {
    double sum = 0;
    size_t place = past + t;
    for (size_t s = place + 1 > window ? place + 1 - window : 0; s <= place; s++) {
      double dot = 0;
      for (size_t d = 0; d < width; d++) dot += (double)q[t * width + d] * k[s * width + d];
      double e = exp(dot / sqrt((double)width) - slope * (double)(place - s));
      sum += e;
      for (size_t d = 0; d < width; d++) wanted[t * width + d] += e * v[s * width + d];
    }
    for (size_t d = 0; d < width; d++) wanted[t * width + d] /= sum;
  }
  kernel_attention(1, time, past, 1, width, window, &slope, q, k, v, y);
  expect("attention", n, y, wanted, 1e-5);
}

int main(void) {
  check_normals();
  check_functions();
  check_product();
  check_softmax();
  check_delta(3, 24);
  check_delta(37, 24);
  check_delta(37, 100);
  check_attention(2);
  check_attention(37);
  return failures != 0;
}
