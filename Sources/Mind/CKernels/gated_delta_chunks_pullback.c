// The pullback of the gated delta rule by chunks, from the last chunk to the first, each from the
// state that the forward kept. In the notation of gated_delta_chunk.h:
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
// A sequence that begins with nothing has S = 0 in its first chunk, and one whose end nobody reads
// gS' = 0 in its last: what is made of them alone is left out.
#include "gated_delta_chunk.h"

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
static INLINE void substitute_back(size_t row, const chunk_t *x, chunk_gradient_t *g) {
  for (size_t c = 0; c < row; c += W) {
    lanes r[CHUNK];
    UNROLL for (size_t n = 0; n < CHUNK; n++) {
      size_t i = CHUNK - 1 - n, at = i * row + c;
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

/// gα and gβ of all steps; `ends` is ⟨S, gS'⟩.
static INLINE void pull_gates(size_t width, const chunk_t *x, chunk_gradient_t *g, float ends) {
  lanes read = splat(0), left = splat(0);
  size_t row = padded(width);
  for (size_t j = 0; j < width; j++) {
    const float *u = g->through + j * 2 * W, *k = x->turned + j * 2 * W;
    read += load(k + W) * load(u + W) - load(k) * load(u);
    left += load(k) * load(g->out + j * W);
  }
  // Row t in lanes j, and with it, as one number, what concerns S.
  lanes sums[CHUNK], inner = left;
  UNROLL for (size_t n = 0; n < CHUNK; n++) {
    size_t t = CHUNK - 1 - n, at = t * W;
    float later = t + 1 < CHUNK ? x->alpha[t + 1] : 1;
    inner = inner * later + load(x->products + CHUNK * W + at) * load(g->products + CHUNK * W + at) -
            load(x->products + at) * load(g->products + at);
    ends = ends * later + read[t];
    sums[t] = t ? inner * load(x->decay + at - W) : splat(0);
    g->gates[t] = ends * (t ? x->since[t - 1] : 1);
  }
  UNROLL for (size_t t = 0; t < CHUNK; t += 4) {
    float four[4];
    four_totals(sums[t], sums[t + 1], sums[t + 2], sums[t + 3], four);
    for (size_t i = 0; i < 4; i++) g->gates[t + i] += four[i];
    lanes dots[4];
    UNROLL for (size_t i = 0; i < 4; i++) {
      dots[i] = splat(0);
      for (size_t c = 0; c < row; c += W)
        dots[i] += load(g->gd + (t + i) * row + c) * load(x->rest + (t + i) * row + c);
    }
    four_totals(dots[0], dots[1], dots[2], dots[3], g->gates + CHUNK + t);
  }
}

/// Γ∘gP, G and, beside each other, G + Gᵀ and (Γ∘gP)ᵀ.
static INLINE void pull_products(const chunk_t *x, chunk_gradient_t *g) {
  for (size_t i = 0; i < CHUNK; i++) {
    lanes decay = load(x->decay + i * W);
    store(g->gp + i * W, load(g->products + (CHUNK + i) * W) * decay);
    store(g->g + i * W, load(g->products + i * W) * (unit_at(i) - decay));
  }
  turn(g->gp, W, g->sides + W, 2 * W);
  turn(g->g, W, g->sides, 2 * W);
  for (size_t i = 0; i < CHUNK; i++)
    store(g->sides + i * 2 * W, load(g->sides + i * 2 * W) + load(g->g + i * W));
}

/// gK (part 0) or gQ (part 1) of unit rows becomes that of the rows given, and is written.
static INLINE void pull_rows(size_t width, const chunk_t *x, chunk_gradient_t *g, size_t part,
                             float epsilon, float *to, size_t stride) {
  float *from = g->gkeys + part * W;
  const float *keys = x->turned + part * W;
  size_t row = padded(width);
  if (epsilon > 0) {
    lanes sum[4] = {splat(0), splat(0), splat(0), splat(0)}, scale = load(x->scales + part * W);
    for (size_t j = 0; j < row; j += 4)
      UNROLL for (size_t i = 0; i < 4; i++)
        sum[i] += load(from + (j + i) * 2 * W) * load(keys + (j + i) * 2 * W);
    lanes along = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    for (size_t j = 0; j < width; j++) {
      lanes u = load(from + j * 2 * W) - load(keys + j * 2 * W) * along;
      store(from + j * 2 * W, u * scale);
    }
  }
  for (size_t c = 0; c < row; c += W) turn(from + c * 2 * W, 2 * W, g->gd + c, row);
  write_rows(width, x->steps, g->gd, to, stride);
}

/// What a chunk's pullback has besides its own rows: S and gS' (null: zero), where gS goes (null: not
/// wanted), and which chunk comes next.
typedef struct {
  const float *s, *gs_after;
  float *gs;
  place_t next;
} around_t;

/// One chunk back.
static INLINE void retreat(const int inside, size_t width, const delta_t *f,
                           const delta_gradient_t *to, chunk_t *x, chunk_gradient_t *g,
                           place_t place, around_t around) {
  size_t stride = f->heads * width, row = padded(width), rows = CHUNK * row;
  const float *s = around.s, *gs = around.gs_after;
  place_t next = around.next;
  prepare(inside, 0, width, x, f, place, s);
  float *gy = g->into + rows;
  if (to->y) read_rows(width, x->steps, to->y + place.at, stride, gy);
  else memset(gy, 0, rows * sizeof(float));
  call_rows(1, width, place.steps, to->v + place.at, stride);
  call_rows(0, width, next.steps, f->k + next.at, stride);
  if (gs)
    multiply(inside, CHUNK, row, width, (factor_t){x->faded, row, 1}, gs, row, 0, g->gd, row);
  multiply(inside, CHUNK, row, CHUNK, (factor_t){x->p, 1, W}, gy, row, gs ? 1 : 0, g->gd, row);
  substitute_back(row, x, g);
  write_rows(width, x->steps, g->into, to->v + place.at, stride);
  call_rows(0, width, next.steps, f->q + next.at, stride);
  turn_rows(row, g->into, g->turned, 2 * W);
  turn_rows(row, gy, g->turned + W, 2 * W);
  turn_rows(row, x->d, g->d, W);
  if (s)
    multiply(inside, width, 2 * W, width, (factor_t){s, row, 1}, g->turned, 2 * W, 0, g->through,
             2 * W);
  else memset(g->through, 0, 2 * W * width * sizeof(float));
  if (gs) multiply(inside, width, W, width, (factor_t){gs, row, 1}, g->d, W, 0, g->out, W);
  else memset(g->out, 0, W * width * sizeof(float));
  call_rows(1, width, place.steps, to->k + place.at, stride);
  call_rows(0, width, next.steps, f->v + next.at, stride);
  multiply(inside, 2 * CHUNK, W, width, (factor_t){g->into, row, 1}, g->d, W, 0, g->products, W);
  lanes ends = splat(0);
  if (s && gs)
    for (size_t j = 0; j < width * row; j += W) ends += load(s + j) * load(gs + j);
  pull_gates(width, x, g, total(ends));
  for (size_t i = 0; i < x->steps; i++) {
    to->alpha[place.gates + i * f->heads] = g->gates[i];
    to->beta[place.gates + i * f->heads] = g->gates[CHUNK + i];
  }
  call_rows(1, width, place.steps, to->q + place.at, stride);
  if (to->y) call_rows(0, width, next.steps, to->y + next.at, stride);
  pull_products(x, g);
  // Here, where steps are in lanes, the factors c and e are vectors.
  lanes since = load(x->since), until = load(x->until);
  for (size_t j = 0; j < width; j++) {
    const float *u = g->through + j * 2 * W;
    store(g->gkeys + j * 2 * W, load(g->out + j * W) * until - load(u) * since);
    store(g->gkeys + j * 2 * W + W, load(u + W) * since);
  }
  multiply(inside, width, 2 * W, CHUNK, (factor_t){x->keys, 1, row}, g->sides, 2 * W, 1, g->gkeys,
           2 * W);
  multiply(inside, width, W, CHUNK, (factor_t){x->keys + rows, 1, row}, g->gp, W, 1, g->gkeys,
           2 * W);
  if (width < row) memset(g->gkeys + width * 2 * W, 0, (row - width) * 2 * W * sizeof(float));
  if (around.gs) {
    for (size_t i = 0; i < CHUNK; i++)
      for (size_t c = 0; c < row; c += W) {
        size_t p = i * row + c;
        store(g->scaled + p, load(g->into + p) * -x->since[i]);
        store(g->scaled + rows + p, load(gy + p) * x->since[i]);
      }
    multiply(inside, width, row, 2 * CHUNK, (factor_t){x->keys, 1, row}, g->scaled, row,
             gs ? x->since[CHUNK - 1] : 0, around.gs, row);
  }
  pull_rows(width, x, g, 0, f->epsilon, to->k + place.at, stride);
  pull_rows(width, x, g, 1, f->epsilon, to->q + place.at, stride);
}

static INLINE void backward(const int inside, size_t width, const delta_t *f,
                            const delta_gradient_t *to) {
  size_t row = padded(width), size = width * row, chunks = (f->time + CHUNK - 1) / CHUNK;
  size_t room = (chunk_room(row) + gradient_room(row) + size) * sizeof(float);
  chunk_t chunk_values, *x = &chunk_values;
  chunk_gradient_t gradient, *g = &gradient;
  float *memory = pool_take(room), *gs = memory, *parts = memory + size;
  lay_out(x, row, &parts);
  lay_out_gradient(g, row, &parts);
  for (size_t b = 0; b < f->batch; b++)
    for (size_t h = 0; h < f->heads; h++) {
      size_t head = b * f->heads + h, at = head * width * width;
      const float *kept = f->kept + head * chunks * size;
      if (to->state_out) read_state(width, to->state_out + at, gs);
      for (size_t chunk = chunks; chunk-- > 0;) {
        int is_first = chunk == 0, is_last = chunk + 1 == chunks;
        size_t after = h + 1 < f->heads ? h + 1 : h;
        around_t around = {is_first && !f->state ? NULL : kept + chunk * size,
                           is_last && !to->state_out ? NULL : gs,
                           is_first && !to->state ? NULL : gs,
                           is_first ? place_of(f, b, after, (chunks - 1) * CHUNK)
                                    : place_of(f, b, h, (chunk - 1) * CHUNK)};
        retreat(inside, width, f, to, x, g, place_of(f, b, h, chunk * CHUNK), around);
      }
      if (to->state) write_state(width, gs, to->state + at);
    }
  pool_give(memory, room);
}

static INLINE void gated_delta_chunks_pullback_body(const int has_room, const delta_t *f,
                                                    const delta_gradient_t *to) {
  BY_WIDTH(has_room, f->width, backward(inside, width, f, to))
}
CHUNK_VARIANTS(gated_delta_chunks_pullback, (const delta_t *f, const delta_gradient_t *to), f, to)
