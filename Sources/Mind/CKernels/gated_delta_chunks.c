// The gated delta rule by chunks of 16 steps, as products of small matrices (the WY form of Yang et
// al., 2024, arXiv 2412.06464, section 3.3, with the decays multiplied up instead of divided).
//
// In the notation of gated_delta_chunk.h, with e_j = Γ_16,j:
//   Y = c∘(Q S) + P D,   S' = c_16 S + (e∘K)ᵀ D.
// So a state is read twice in 16 steps instead of twice in each, and nothing waits for a step
// before it but the substitution.
#include "gated_delta_chunk.h"

static INLINE void forward(const int inside, size_t width, const delta_t *f) {
  size_t row = padded(width), size = width * row, stride = f->heads * width;
  size_t chunks = (f->time + CHUNK - 1) / CHUNK;
  size_t room = (chunk_room(row) + size) * sizeof(float);
  chunk_t chunk, *x = &chunk;
  float *memory = pool_take(room), *s = memory, *parts = memory + size;
  lay_out(x, row, &parts);
  for (size_t b = 0; b < f->batch; b++)
    for (size_t h = 0; h < f->heads; h++) {
      size_t head = b * f->heads + h, at = head * width * width;
      read_state(width, f->state ? f->state + at : NULL, s);
      for (size_t t = 0; t < f->time; t += CHUNK) {
        place_t place = place_of(f, b, h, t);
        if (f->kept && (t > 0 || f->state))
          memcpy(f->kept + (head * chunks + t / CHUNK) * size, s, size * sizeof(float));
        place_t next = place;
        if (t + CHUNK < f->time) next = place_of(f, b, h, t + CHUNK);
        else if (h + 1 < f->heads) next = place_of(f, b, h + 1, 0);
        prepare(inside, 1, width, x, f, place, t == 0 && !f->state ? NULL : s);
        call_rows(0, width, next.steps, f->k + next.at, stride);
        call_rows(1, width, place.steps, f->y + place.at, stride);
        float *y = x->reads + CHUNK * row;
        for (size_t i = 0; i < CHUNK; i++)
          for (size_t c = 0; c < row; c += W)
            store(y + i * row + c, load(y + i * row + c) * x->since[i]);
        call_rows(0, width, next.steps, f->q + next.at, stride);
        multiply(inside, CHUNK, row, CHUNK, (factor_t){x->p, W, 1}, x->d, row, 1, y, row);
        call_rows(0, width, next.steps, f->v + next.at, stride);
        write_rows(width, x->steps, y, f->y + place.at, stride);
        multiply(inside, width, row, CHUNK, (factor_t){x->faded, 1, row}, x->d, row,
                 x->since[CHUNK - 1], s, row);
      }
      write_state(width, s, f->state_out + at);
    }
  pool_give(memory, room);
}

static INLINE void gated_delta_chunks_body(const int has_room, const delta_t *f) {
  BY_WIDTH(has_room, f->width, forward(inside, width, f))
}
CHUNK_VARIANTS(gated_delta_chunks, (const delta_t *f), f)
