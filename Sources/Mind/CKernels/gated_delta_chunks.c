// The gated delta rule by chunks of 16 steps, as products of small matrices (the WY form of Yang et
// al., 2024, arXiv 2412.06464, section 3.3, with the decays multiplied up instead of divided).
//
// Rows are steps, S is the state before the chunk, c_i = α_1…α_i and Γ_ij = α_{j+1}…α_i (j <= i):
//   A = Γ∘(K Kᵀ) below the diagonal,  P = Γ∘(Q Kᵀ) up to it,
//   rest_i = v_i − c_i k_i S − Σ_{j<i} A_ij d_j,  d_i = β_i rest_i       (forward substitution)
//   Y = c∘(Q S) + P D,   S' = c_16 S + (e∘K)ᵀ D                          with e_j = Γ_16,j.
// So a state is read twice in 16 steps instead of twice in each, and nothing waits for a step
// before it but the substitution. The last chunk is filled up with steps that change nothing: α = 1
// and zeros.
//
// The pullback runs from the last chunk to the first, each from the state that the forward kept:
//   gD = Pᵀ gY + (e∘K) gS',  then up the substitution:  gd_i = gD_i − Σ_{j>i} A_ji r_j,  r_i = β_i gd_i
//   gV = R,  gβ_i = gd_i·rest_i,  gP = gY Dᵀ,  gA = −R Dᵀ,
//   gS = c_16 gS' + (c∘Q)ᵀ gY − (c∘K)ᵀ R,
//   gQ = c∘(gY Sᵀ) + (Γ∘gP) K,
//   gK = e∘(D gS'ᵀ) − c∘(R Sᵀ) + (Γ∘gP)ᵀ Q + (G + Gᵀ) K                  with G = Γ∘gA.
// α_t stands between all that was written before t and all that is read from t on. With
// m_ij = (QKᵀ∘gP + KKᵀ∘gA)_ij and the two ends, c (what is read of S) and e (what remains to S'):
//   gα_t = Σ_{j<t} Γ_{t−1,j} (Σ_{i>=t} Γ_it m_ij + Γ_16,t z_j) + c_{t−1} (Σ_{i>=t} Γ_it x_i + Γ_16,t ⟨S, gS'⟩)
// with z_j = k_j gS'·d_j and x_i = q_i S·gy_i − k_i S·r_i; the inner sums by Horner's rule, from the
// last step back. No division by α occurs, which may be 0.
// Gradients of q and k are made with steps in lanes, so that sums over channels need no folding.
#include "gated_delta.h"
#include "tiles.h"

static const float unit[2 * CHUNK] = {[CHUNK] = 1};
/// The row of the unit matrix with its 1 in lane i.
static INLINE lanes unit_at(size_t i) { return load(unit + CHUNK - i); }

/// One chunk of one head: matrices with steps in rows (padded to lanes), or, `turned`, in lanes.
typedef struct {
  size_t width, row, steps;  // row: padded width; steps: those of the sequence, the others are filling
  float *keys;               // K, below it Q
  float *turned;             // [row][K's steps, Q's steps]
  float *v, *rest, *d, *faded;    // faded: e∘K
  float *reads;                   // K S, below it Q S
  float products[2 * CHUNK * W];  // K Kᵀ, below it Q Kᵀ
  float a[CHUNK * W], p[CHUNK * W], decay[CHUNK * W];
  float alpha[CHUNK], beta[CHUNK], since[CHUNK], until[CHUNK];  // since: c, until: e
  float scales[2 * CHUNK];                                      // of k and q to length one
} chunk_t;

/// Memory is handed out matrix by matrix, with gaps, so that no two of them begin at the same place
/// of a page: a store would hold up loads from the same place in other pages.
#define GAP (5 * W)
static INLINE float *part_of(float **memory, size_t count) {
  float *part = *memory;
  *memory += count + GAP;
  return part;
}
static INLINE size_t chunk_room(size_t row) { return 10 * CHUNK * row + 7 * GAP; }
static INLINE void lay_out(chunk_t *x, size_t row, float **memory) {
  size_t rows = CHUNK * row;
  x->keys = part_of(memory, 2 * rows);
  x->turned = part_of(memory, 2 * rows);
  x->v = part_of(memory, rows);
  x->rest = part_of(memory, rows);
  x->d = part_of(memory, rows);
  x->faded = part_of(memory, rows);
  x->reads = part_of(memory, 2 * rows);
}

static INLINE void read_rows(size_t width, size_t steps, const float *from, size_t stride,
                             float *to) {
  size_t row = padded(width);
  for (size_t i = 0; i < steps; i++)
    for (size_t c = 0; c < width; c += W)
      store(to + i * row + c, load_up_to(from + i * stride + c, width - c, 0));
  memset(to + steps * row, 0, (CHUNK - steps) * row * sizeof(float));
}
static INLINE void write_rows(size_t width, size_t steps, const float *from, float *to,
                              size_t stride) {
  for (size_t i = 0; i < steps; i++)
    for (size_t c = 0; c < width; c += W)
      store_up_to(to + i * stride + c, load(from + i * padded(width) + c), width - c);
}
static INLINE void turn_rows(size_t row, const float *from, float *to, size_t to_row) {
  for (size_t c = 0; c < row; c += W) turn(from + c, row, to + c * to_row, to_row);
}

/// Brings rows to length one, in place and turned.
static INLINE void normalize(float epsilon, size_t row, float *rows, float *turned, float *scales) {
  lanes sum = splat(epsilon);
  for (size_t c = 0; c < row; c++) {
    lanes x = load(turned + c * 2 * W);
    sum += x * x;
  }
  lanes scale = 1.0f / __builtin_elementwise_sqrt(sum);
  store(scales, scale);
  for (size_t c = 0; c < row; c++) store(turned + c * 2 * W, load(turned + c * 2 * W) * scale);
  for (size_t i = 0; i < CHUNK; i++)
    for (size_t c = 0; c < row; c += W)
      store(rows + i * row + c, load(rows + i * row + c) * scales[i]);
}

/// rest and D, 16 channels at a time; the last term of each sum is the one that was made last.
static INLINE void substitute(chunk_t *x) {
  for (size_t c = 0; c < x->row; c += W) {
    lanes d[CHUNK];
    UNROLL for (size_t i = 0; i < CHUNK; i++) {
      size_t at = i * x->row + c;
      lanes rest = load(x->v + at) - load(x->reads + at) * x->since[i];
      UNROLL for (size_t j = 0; j < i; j++) rest -= d[j] * x->a[i * W + j];
      d[i] = rest * x->beta[i];
      store(x->rest + at, rest);
      store(x->d + at, d[i]);
    }
  }
}

/// Everything but Y and S', for the chunk that begins at step t of head h.
static INLINE void prepare(chunk_t *x, const delta_t *f, size_t b, size_t h, size_t t,
                           const float *s) {
  size_t stride = f->heads * f->width, gates = (b * f->time + t) * f->heads + h;
  size_t at = gates * f->width, row = x->row = padded(f->width);
  size_t steps = x->steps = f->time - t < CHUNK ? f->time - t : CHUNK;
  x->width = f->width;
  read_rows(f->width, steps, f->k + at, stride, x->keys);
  read_rows(f->width, steps, f->q + at, stride, x->keys + CHUNK * row);
  read_rows(f->width, steps, f->v + at, stride, x->v);
  lanes decay = splat(0);
  float c = 1;
  for (size_t i = 0; i < CHUNK; i++) {
    x->alpha[i] = i < steps ? f->alpha[gates + i * f->heads] : 1;
    x->beta[i] = i < steps ? f->beta[gates + i * f->heads] : 0;
    x->since[i] = c *= x->alpha[i];
    decay = decay * x->alpha[i] + unit_at(i);
    store(x->decay + i * W, decay);
  }
  store(x->until, decay);
  turn_rows(row, x->keys, x->turned, 2 * W);
  turn_rows(row, x->keys + CHUNK * row, x->turned + W, 2 * W);
  if (f->epsilon > 0) {
    normalize(f->epsilon, row, x->keys, x->turned, x->scales);
    normalize(f->epsilon, row, x->keys + CHUNK * row, x->turned + W, x->scales + W);
  }
  for (size_t i = 0; i < CHUNK; i++)
    for (size_t c = 0; c < row; c += W)
      store(x->faded + i * row + c, load(x->keys + i * row + c) * x->until[i]);
  kernel_tiles(2 * CHUNK, W, f->width, (factor_t){x->keys, row, 1}, x->turned, 2 * W, 0,
               x->products, W);
  for (size_t i = 0; i < CHUNK; i++) {
    lanes g = load(x->decay + i * W);
    store(x->a + i * W, load(x->products + i * W) * (g - unit_at(i)));
    store(x->p + i * W, load(x->products + (CHUNK + i) * W) * g);
  }
  kernel_tiles(2 * CHUNK, row, f->width, (factor_t){x->keys, row, 1}, s, row, 0, x->reads, row);
  substitute(x);
}

static INLINE void gated_delta_chunks_body(const delta_t *f) {
  size_t row = padded(f->width), size = f->width * row;
  size_t chunks = (f->time + CHUNK - 1) / CHUNK, stride = f->heads * f->width;
  size_t room = (chunk_room(row) + size) * sizeof(float);
  chunk_t chunk, *x = &chunk;
  float *memory = pool_take(room), *s = memory, *parts = memory + size;
  lay_out(x, row, &parts);
  for (size_t b = 0; b < f->batch; b++)
    for (size_t h = 0; h < f->heads; h++) {
      size_t head = b * f->heads + h, place = head * f->width * f->width;
      read_state(f->width, f->state ? f->state + place : NULL, s);
      for (size_t t = 0; t < f->time; t += CHUNK) {
        if (f->kept)
          memcpy(f->kept + (head * chunks + t / CHUNK) * size, s, size * sizeof(float));
        prepare(x, f, b, h, t, s);
        float *y = x->reads + CHUNK * row;
        for (size_t i = 0; i < CHUNK; i++)
          for (size_t c = 0; c < row; c += W)
            store(y + i * row + c, load(y + i * row + c) * x->since[i]);
        kernel_tiles(CHUNK, row, CHUNK, (factor_t){x->p, W, 1}, x->d, row, 1, y, row);
        write_rows(f->width, x->steps, y, f->y + ((b * f->time + t) * f->heads + h) * f->width,
                   stride);
        kernel_tiles(f->width, row, CHUNK, (factor_t){x->faded, 1, row}, x->d, row,
                     x->since[CHUNK - 1], s, row);
      }
      write_state(f->width, s, f->state_out + place);
    }
  pool_give(memory, room);
}
VARIANTS(gated_delta_chunks, (const delta_t *f), (f))

/// The gradients inside one chunk.
typedef struct {
  float *into;    // R, below it gY
  float *scaled;  // −c∘R, below it c∘gY
  float *turned;  // [row][R's steps, gY's steps]
  float *d;       // D turned
  float *gd;
  float *through;                 // [width][S·R, S·gY], steps in lanes
  float *out;                     // [width][gS'·D]
  float *gkeys;                   // [row][gK's steps, gQ's steps]
  float products[2 * CHUNK * W];  // R Dᵀ, below it gY Dᵀ
  float sides[CHUNK * 2 * W];     // G + Gᵀ beside (Γ∘gP)ᵀ
  float gp[CHUNK * W];            // Γ∘gP
  float g[CHUNK * W];             // G
  float gates[2 * CHUNK];         // gα, gβ
} chunk_gradient_t;

static INLINE size_t gradient_room(size_t row) { return 13 * CHUNK * row + 8 * GAP; }
static INLINE void lay_out_gradient(chunk_gradient_t *g, size_t row, float **memory) {
  size_t rows = CHUNK * row;
  g->into = part_of(memory, 2 * rows);
  g->scaled = part_of(memory, 2 * rows);
  g->turned = part_of(memory, 2 * rows);
  g->d = part_of(memory, rows);
  g->gd = part_of(memory, rows);
  g->through = part_of(memory, 2 * rows);
  g->out = part_of(memory, rows);
  g->gkeys = part_of(memory, 2 * rows);
}

/// Up the substitution.
static INLINE void substitute_back(const chunk_t *x, chunk_gradient_t *g) {
  for (size_t c = 0; c < x->row; c += W) {
    lanes r[CHUNK];
    UNROLL for (size_t n = 0; n < CHUNK; n++) {
      size_t i = CHUNK - 1 - n, at = i * x->row + c;
      lanes gd = load(g->gd + at);
      UNROLL for (size_t m = 0; m < n; m++) {
        size_t j = CHUNK - 1 - m;
        gd -= r[j] * x->a[j * W + i];
      }
      r[i] = gd * x->beta[i];
      store(g->gd + at, gd);
      store(g->into + at, r[i]);
    }
  }
}

/// gα and gβ of all steps.
static INLINE void pull_gates(const chunk_t *x, chunk_gradient_t *g, const float *s,
                              const float *gs) {
  lanes read = splat(0), left = splat(0), ends = splat(0);
  for (size_t j = 0; j < x->width; j++) {
    const float *u = g->through + j * 2 * W, *k = x->turned + j * 2 * W;
    read += load(k + W) * load(u + W) - load(k) * load(u);
    left += load(k) * load(g->out + j * W);
    for (size_t c = 0; c < x->row; c += W)
      ends += load(s + j * x->row + c) * load(gs + j * x->row + c);
  }
  // Row t in lanes j, and with it, as one number, what concerns S.
  lanes sums[CHUNK], inner = left;
  float whole = total(ends);
  UNROLL for (size_t n = 0; n < CHUNK; n++) {
    size_t t = CHUNK - 1 - n, at = t * W;
    float later = t + 1 < CHUNK ? x->alpha[t + 1] : 1;
    inner = inner * later + load(x->products + CHUNK * W + at) * load(g->products + CHUNK * W + at) -
            load(x->products + at) * load(g->products + at);
    whole = whole * later + read[t];
    sums[t] = t ? inner * load(x->decay + at - W) : splat(0);
    g->gates[t] = whole * (t ? x->since[t - 1] : 1);
  }
  UNROLL for (size_t t = 0; t < CHUNK; t += 4) {
    float four[4];
    four_totals(sums[t], sums[t + 1], sums[t + 2], sums[t + 3], four);
    for (size_t i = 0; i < 4; i++) g->gates[t + i] += four[i];
    lanes dots[4];
    UNROLL for (size_t i = 0; i < 4; i++) {
      dots[i] = splat(0);
      for (size_t c = 0; c < x->row; c += W)
        dots[i] += load(g->gd + (t + i) * x->row + c) * load(x->rest + (t + i) * x->row + c);
    }
    four_totals(dots[0], dots[1], dots[2], dots[3], g->gates + CHUNK + t);
  }
}

/// gK (part 0) or gQ (part 1) of unit rows becomes that of the rows given, and is written.
static INLINE void pull_rows(const chunk_t *x, chunk_gradient_t *g, size_t part, float epsilon,
                             float *to, size_t stride) {
  float *from = g->gkeys + part * W;
  if (epsilon > 0) {
    lanes along = splat(0), scale = load(x->scales + part * W);
    for (size_t j = 0; j < x->width; j++)
      along += load(from + j * 2 * W) * load(x->turned + j * 2 * W + part * W);
    for (size_t j = 0; j < x->width; j++) {
      lanes u = load(from + j * 2 * W) - load(x->turned + j * 2 * W + part * W) * along;
      store(from + j * 2 * W, u * scale);
    }
  }
  for (size_t c = 0; c < x->row; c += W) turn(from + c * 2 * W, 2 * W, g->gd + c, x->row);
  write_rows(x->width, x->steps, g->gd, to, stride);
}

/// One chunk back: gs, the gradient of S', becomes that of S.
static INLINE void retreat(const delta_t *f, const delta_gradient_t *to, chunk_t *x,
                           chunk_gradient_t *g, size_t b, size_t h, size_t t, const float *s,
                           float *gs) {
  size_t gates = (b * f->time + t) * f->heads + h, at = gates * f->width;
  size_t width = f->width, stride = f->heads * width, row = padded(width), rows = CHUNK * row;
  prepare(x, f, b, h, t, s);
  float *gy = g->into + rows;
  if (to->y) read_rows(width, x->steps, to->y + at, stride, gy);
  else memset(gy, 0, rows * sizeof(float));
  kernel_tiles(CHUNK, row, width, (factor_t){x->faded, row, 1}, gs, row, 0, g->gd, row);
  kernel_tiles(CHUNK, row, CHUNK, (factor_t){x->p, 1, W}, gy, row, 1, g->gd, row);
  substitute_back(x, g);
  write_rows(width, x->steps, g->into, to->v + at, stride);
  turn_rows(row, g->into, g->turned, 2 * W);
  turn_rows(row, gy, g->turned + W, 2 * W);
  turn_rows(row, x->d, g->d, W);
  kernel_tiles(width, 2 * W, width, (factor_t){s, row, 1}, g->turned, 2 * W, 0, g->through, 2 * W);
  kernel_tiles(width, W, width, (factor_t){gs, row, 1}, g->d, W, 0, g->out, W);
  kernel_tiles(2 * CHUNK, W, width, (factor_t){g->into, row, 1}, g->d, W, 0, g->products, W);
  pull_gates(x, g, s, gs);
  for (size_t i = 0; i < x->steps; i++) {
    to->alpha[gates + i * f->heads] = g->gates[i];
    to->beta[gates + i * f->heads] = g->gates[CHUNK + i];
  }
  for (size_t i = 0; i < CHUNK; i++) {
    lanes decay = load(x->decay + i * W);
    store(g->gp + i * W, load(g->products + (CHUNK + i) * W) * decay);
    store(g->g + i * W, load(g->products + i * W) * (unit_at(i) - decay));
  }
  turn(g->gp, W, g->sides + W, 2 * W);
  turn(g->g, W, g->sides, 2 * W);
  for (size_t i = 0; i < CHUNK; i++)
    store(g->sides + i * 2 * W, load(g->sides + i * 2 * W) + load(g->g + i * W));
  // Here, where steps are in lanes, the factors c and e are vectors.
  lanes since = load(x->since), until = load(x->until);
  for (size_t j = 0; j < width; j++) {
    const float *u = g->through + j * 2 * W;
    store(g->gkeys + j * 2 * W, load(g->out + j * W) * until - load(u) * since);
    store(g->gkeys + j * 2 * W + W, load(u + W) * since);
  }
  kernel_tiles(width, 2 * W, CHUNK, (factor_t){x->keys, 1, row}, g->sides, 2 * W, 1, g->gkeys,
               2 * W);
  kernel_tiles(width, W, CHUNK, (factor_t){x->keys + rows, 1, row}, g->gp, W, 1, g->gkeys, 2 * W);
  memset(g->gkeys + width * 2 * W, 0, (row - width) * 2 * W * sizeof(float));
  for (size_t i = 0; i < CHUNK; i++)
    for (size_t c = 0; c < row; c += W) {
      size_t p = i * row + c;
      store(g->scaled + p, load(g->into + p) * -x->since[i]);
      store(g->scaled + rows + p, load(gy + p) * x->since[i]);
    }
  kernel_tiles(width, row, 2 * CHUNK, (factor_t){x->keys, 1, row}, g->scaled, row,
               x->since[CHUNK - 1], gs, row);
  pull_rows(x, g, 0, f->epsilon, to->k + at, stride);
  pull_rows(x, g, 1, f->epsilon, to->q + at, stride);
}

static INLINE void gated_delta_chunks_pullback_body(const delta_t *f, const delta_gradient_t *to) {
  size_t size = f->width * padded(f->width), chunks = (f->time + CHUNK - 1) / CHUNK;
  size_t row = padded(f->width);
  size_t room = (chunk_room(row) + gradient_room(row) + size) * sizeof(float);
  chunk_t chunk_values, *x = &chunk_values;
  chunk_gradient_t gradient, *g = &gradient;
  float *memory = pool_take(room), *gs = memory, *parts = memory + size;
  lay_out(x, row, &parts);
  lay_out_gradient(g, row, &parts);
  for (size_t b = 0; b < f->batch; b++)
    for (size_t h = 0; h < f->heads; h++) {
      size_t head = b * f->heads + h, place = head * f->width * f->width;
      read_state(f->width, to->state_out ? to->state_out + place : NULL, gs);
      for (size_t chunk = chunks; chunk-- > 0;)
        retreat(f, to, x, g, b, h, chunk * CHUNK, f->kept + (head * chunks + chunk) * size, gs);
      if (to->state) write_state(f->width, gs, to->state + place);
    }
  pool_give(memory, room);
}
VARIANTS(gated_delta_chunks_pullback, (const delta_t *f, const delta_gradient_t *to), (f, to))
