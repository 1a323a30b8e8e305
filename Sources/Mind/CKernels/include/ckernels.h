// The numeric kernels under the tensors: plain C, each on its caller's thread, one family a file.
//
// Every kernel exists in up to three variants, built from one source or beside each other:
// portable, AVX2 and AVX-512; products of bfloat16 in two more. Which one runs is chosen once at
// start from the features of the machine; the environment variable
// ORRERY_KERNELS=portable|avx2|avx512|avx512bf16|amx asks for a lower one.
// All sums are taken in an order that depends on the extents alone, so a machine repeats itself
// bit for bit. Arrays are dense, row-major float32; outputs never overlap inputs except where said.
#pragma once
#include <stddef.h>
#include <stdint.h>

// The variants (variants.c).
enum {
  KERNELS_PORTABLE = 0, KERNELS_AVX2 = 1, KERNELS_AVX512 = 2,
  KERNELS_AVX512_BF16 = 3,  // dot products of bfloat16 pairs
  KERNELS_AMX = 4           // tiles of them
};
/// The variant in use on this thread.
int kernels_level(void);
/// The best variant that this machine can run.
int kernels_level_max(void);
/// Makes this thread use `level`, or the best variant where that is lower; −1 ends this.
void kernels_force(int level);

// Memory (pool.c).
/// Room for `bytes` bytes, aligned to 64, not cleared.
void *pool_take(size_t bytes);
/// Gives back what `pool_take(bytes)` gave.
void pool_give(void *block, size_t bytes);

// Threads (crew.c).
typedef struct crew crew_t;
typedef void crew_body(void *context, size_t part);
/// `helpers` threads that wait for jobs, besides the caller's own.
crew_t *crew_create(int helpers);
/// Sends them home; no job may be on.
void crew_destroy(crew_t *crew);
/// Calls body(context, part) for 0..<parts, on all threads together; returns when all are done.
void crew_run(crew_t *crew, size_t parts, crew_body *body, void *context);

// Matrix products (matmul.c, matmul_bf16.c).
/// C[m, n] = op(A)·op(B), or C += where `accumulate`. A is [m, k], or [k, m] where `transpose_a`;
/// B is [k, n], or [n, k] where `transpose_b`.
void kernel_matmul(size_t m, size_t n, size_t k, const float *a, int transpose_a, const float *b,
                   int transpose_b, float *c, int accumulate);
/// How the factors of a product are held; its sums are float32 in any case.
enum { PRECISION_FLOAT32, PRECISION_BFLOAT16 };
/// What this thread was last told to use (variants.c); float32 at first.
int kernels_precision(void);
void kernels_set_precision(int precision);
enum { BEND_NONE, BEND_SILU };
/// What becomes of the sums of a product: plus `bias` [n], bent, and to `out` (rows `out_row`
/// apart; onto what is there where `accumulate`), to `next` as the left side of another product, or
/// to both. Null pointers: not wanted.
typedef struct {
  const float *bias;
  int bend, accumulate;
  float *out;
  size_t out_row;
  void *next;
} finish_t;
/// left·right, both packed before: [m, k]·[k, n].
void kernel_product(int precision, size_t m, size_t n, size_t k, const void *left,
                    const void *right, const finish_t *finish);
/// Room for a packed side of `lines` rows (left) or columns (right) of k numbers each.
size_t kernel_packed_bytes(int precision, size_t lines, size_t k);
/// A [m, k], rows `a_row` apart, or [k, m] where `transposed`, as the left side of products.
void kernel_pack_left(int precision, size_t m, size_t k, const float *a, size_t a_row,
                      int transposed, void *to);
/// B [k, n], or [n, k] where `transposed`, as the right side of products.
void kernel_pack_right(int precision, size_t n, size_t k, const float *b, int transposed,
                       void *to);

// Functions of one number (unary.c).
enum {
  UNARY_EXP, UNARY_LOG, UNARY_TANH, UNARY_SIGMOID, UNARY_SILU, UNARY_SOFTPLUS, UNARY_RELU,
  UNARY_SQUARE, UNARY_SQRT, UNARY_ABS, UNARY_SIN, UNARY_COS, UNARY_HUBER, UNARY_CLAMP,
  UNARY_NEGATE, UNARY_COUNT
};
/// y[i] = f(x[i]). `p0` and `p1` are the threshold of huber, and the bounds of clamp. y may be x.
void kernel_unary(int operation, size_t n, float p0, float p1, const float *x, float *y);
/// gx[i] = g[i] · f'(x[i]); reads whichever of x and y = f(x) is cheaper, the other may be null.
void kernel_unary_pullback(int operation, size_t n, float p0, float p1, const float *g,
                           const float *x, const float *y, float *gx);

// Functions of two numbers (binary.c).
enum { BINARY_ADD, BINARY_SUBTRACT, BINARY_MULTIPLY, BINARY_DIVIDE };
/// out[r, c] = a[r·a_row + c·a_column] op b[r·b_row + c·b_column]; column strides are 0 or 1.
void kernel_binary(int operation, size_t rows, size_t columns, const float *a, size_t a_row,
                   size_t a_column, const float *b, size_t b_row, size_t b_column, float *out);
/// out[i] = scale · x[i] + shift. out may be x.
void kernel_affine(size_t n, float scale, float shift, const float *x, float *out);
/// y[i] += scale · x[i].
void kernel_accumulate(size_t n, float scale, const float *x, float *y);
/// Adds `count` blocks of `block` floats from one stride to another.
void kernel_accumulate_blocks(size_t count, size_t block, const float *from, size_t from_stride,
                              float *to, size_t to_stride);
/// out = silu(x[r, 0..<h]) · x[r, h..<2h], x is [rows, 2h].
void kernel_swiglu(size_t rows, size_t h, const float *x, float *out);
void kernel_swiglu_pullback(size_t rows, size_t h, const float *g, const float *x, float *gx);

// Sums (reduce.c).
/// out[i] = Σ_r x[o, r, i], x is [outer, n, inner], out is [outer, inner].
void kernel_sum(size_t outer, size_t n, size_t inner, const float *x, float *out);
/// out[o, r, i] = Σ_{s <= r} x[o, s, i], or Σ_{s >= r} where `backward`.
void kernel_cumulative_sum(size_t outer, size_t n, size_t inner, int backward, const float *x,
                           float *out);
/// out[i] = scale · Σ_p parts[p][i], added in their order; returns Σ out².
double kernel_combine(size_t n, size_t count, const float *const *parts, float scale, float *out);

// Rows that sum to one (softmax.c).
void kernel_softmax(size_t rows, size_t n, const float *x, float *y);
void kernel_softmax_pullback(size_t rows, size_t n, const float *g, const float *y, float *gx);
/// out[r] = log Σ_c exp x[r, c].
void kernel_log_sum_exp(size_t rows, size_t n, const float *x, float *out);

// The cross-entropy of numbers (two_hot.c).
/// losses[r] = log Σ e^logits − logits at the target, between two of n >= 2 bins from low to high in
/// symlog. `gradient` [rows, n] of each loss where not null.
void kernel_two_hot(size_t rows, size_t n, float low, float high, const float *logits,
                    const float *targets, float *losses, float *gradient);

// The distance from a normal distribution (sigreg.c).
/// The statistic of h [rows, directions] at 2 <= knots <= 64 knots; `slopes` [2·knots, directions],
/// where not null, is what the pullback needs.
void kernel_sigreg(size_t rows, size_t directions, size_t knots, float step, const float *h,
                   float *statistic, float *slopes);
/// gh from the gradient `g` of the statistic.
void kernel_sigreg_pullback(size_t rows, size_t directions, size_t knots, float step, float g,
                            const float *h, const float *slopes, float *gh);

// Random numbers (normals.c).
/// scale times the next n normal numbers of the stream `key`, of which `counter` were taken: two
/// counts a number.
void kernel_normals(uint64_t key, uint64_t counter, size_t n, float scale, float *out);

// Rows brought to one length (norm.c).
/// y = x · inverse · weight with inverse[r] = 1/√(mean x² + epsilon); `inverse` is kept for later.
void kernel_rms_norm(size_t rows, size_t n, float epsilon, const float *x, const float *weight,
                     float *y, float *inverse);
/// gx (onto what is there where `accumulate`), and gweight (overwritten).
void kernel_rms_norm_pullback(size_t rows, size_t n, const float *g, const float *x,
                              const float *weight, const float *inverse, int accumulate,
                              float *gx, float *gweight);
/// y = x · inverse · weight · silu(gate): the norm and the gate behind a memory, in one pass.
void kernel_gated_norm(size_t rows, size_t n, float epsilon, const float *x, const float *gate,
                       const float *weight, float *y, float *inverse);
/// gx, ggate, and gweight (overwritten).
void kernel_gated_norm_pullback(size_t rows, size_t n, const float *g, const float *x,
                                const float *gate, const float *weight, const float *inverse,
                                float *gx, float *ggate, float *gweight);
/// y = (x − mean) · inverse · weight + bias; `mean` and `inverse` are kept for later.
void kernel_layer_norm(size_t rows, size_t n, float epsilon, const float *x, const float *weight,
                       const float *bias, float *y, float *mean, float *inverse);
void kernel_layer_norm_pullback(size_t rows, size_t n, const float *g, const float *x,
                                const float *weight, const float *mean, const float *inverse,
                                float *gx, float *gweight, float *gbias);
/// y = x / √(Σ x² + epsilon).
void kernel_unit_norm(size_t rows, size_t n, float epsilon, const float *x, float *y,
                      float *inverse);
void kernel_unit_norm_pullback(size_t rows, size_t n, const float *g, const float *y,
                               const float *inverse, float *gx);

// Moving numbers (copy.c).
/// `count` blocks of `block` floats from one stride to another.
void kernel_copy_blocks(size_t count, size_t block, const float *from, size_t from_stride,
                        float *to, size_t to_stride);
/// to[o, b, m, a, i] = from[o, a, m, b, i].
void kernel_transpose(size_t outer, size_t a, size_t middle, size_t b, size_t inner,
                      const float *from, float *to);

// The depthwise causal convolution (convolution.c).
/// y[b, t, d] = Σ_j w[j, d] · x[b, t − (K−1) + j, d], then silu where `bends`; K <= 16. What lies
/// before x is `history` [B, K−1, D], or zero where that is null.
void kernel_convolution(size_t batch, size_t time, size_t width, size_t taps, int bends,
                        const float *x, const float *history, const float *w, float *y);
/// gx, gw and (where not null) ghistory, all overwritten.
void kernel_convolution_pullback(size_t batch, size_t time, size_t width, size_t taps, int bends,
                                 const float *g, const float *x, const float *history,
                                 const float *w, float *gx, float *gw, float *ghistory);

// The gated recurrent unit (gru.c).
/// out [rows, n] from x, u [rows, 3n] (reset, update, candidate) and the last state h [rows, n].
void kernel_gru(size_t rows, size_t n, const float *x, const float *u, const float *h, float *out);
void kernel_gru_pullback(size_t rows, size_t n, const float *g, const float *x, const float *u,
                         const float *h, float *gx, float *gu, float *gh);

// Several heads (ensemble.c).
/// Takes in what head `member` (counted from 1) says: `mean` becomes the mean of the heads so far,
/// `spread` the sum of their squared distances from it. The first head overwrites both.
void kernel_ensemble(size_t n, size_t member, const float *x, float *mean, float *spread);
/// costs[r] += near · Σ (mean[r, i] − goal[i])² + apart · Σ spread[r, i].
void kernel_goal_cost(size_t rows, size_t n, const float *mean, const float *spread,
                      const float *goal, float near, float apart, float *costs);

// The gated delta rule (gated_delta.c).
/// S_t = α_t S_{t−1}(I − β_t k kᵀ) + β_t v kᵀ, y = S q. q, k, v, y are [B, T, H, D], α and β
/// [B, T, H], the states [B, H, D, D] hold Sᵀ (key axis first); a null `state` is zero; D <= 128.
/// Where epsilon > 0, q and k are first brought to length one: q / √(Σ q² + epsilon). `kept`, as
/// long as `kernel_gated_delta_kept` says, is what the pullback needs; null if none will be wanted.
void kernel_gated_delta(size_t batch, size_t time, size_t heads, size_t width, float epsilon,
                        const float *q, const float *k, const float *v, const float *alpha,
                        const float *beta, const float *state, float *y, float *state_out,
                        float *kept);
/// How many floats the forward keeps for the pullback; 0 for short sequences.
size_t kernel_gated_delta_kept(size_t batch, size_t time, size_t heads, size_t width);
/// Pullback of both outputs: gy or gstate_out may be null (zero), gstate too (not wanted).
void kernel_gated_delta_pullback(size_t batch, size_t time, size_t heads, size_t width,
                                 float epsilon, const float *q, const float *k, const float *v,
                                 const float *alpha, const float *beta, const float *state,
                                 const float *kept, const float *gy, const float *gstate_out,
                                 float *gq, float *gk, float *gv, float *galpha, float *gbeta,
                                 float *gstate);

// Sliding-window attention (attention.c).
/// Query t of `time` stands at position past + t of past + time keys and sees the last `window`
/// positions up to its own. Score = q·k/√D − slope[h]·distance. q, y: [B, T, H, D]; k, v:
/// [B, past + T, H, D].
void kernel_attention(size_t batch, size_t time, size_t past, size_t heads, size_t width,
                      size_t window, const float *slopes, const float *q, const float *k,
                      const float *v, float *y);
void kernel_attention_pullback(size_t batch, size_t time, size_t past, size_t heads, size_t width,
                               size_t window, const float *slopes, const float *q,
                               const float *k, const float *v, const float *g, float *gq,
                               float *gk, float *gv);

// The optimizer (adamw.c).
/// One step of AdamW over a flat buffer against `scale` times the gradient g; `first` and `second`
/// are the running moments.
void kernel_adamw(size_t n, float *p, const float *g, float *first, float *second, float scale,
                  float rate, float beta1, float beta2, float epsilon, float decay,
                  float correction1, float correction2);

// A scalar recurrence with a residual network inside (recurrence.c).
/// start, rate, gate [rows]; targets [rows, steps]; bias [rows, hidden]; input [2, hidden];
/// output [hidden]; hidden <= 64.
typedef struct {
  size_t rows, steps, hidden;
  float limit;
  const float *start, *rate, *gate, *targets, *bias, *input, *output;
} recurrence_t;
/// Gradients, shaped like what they belong to; all are overwritten.
typedef struct {
  float *start, *rate, *gate, *targets, *bias, *input, *output;
} recurrence_gradient_t;
/// path[n, j] = the value after step j.
void kernel_recurrence(const recurrence_t *r, float *path);
void kernel_recurrence_pullback(const recurrence_t *r, const float *path, const float *upstream,
                                const recurrence_gradient_t *g);
