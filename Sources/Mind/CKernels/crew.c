// A few threads that share the parts of one job.
//
// Who has a job takes parts of it himself, and threads that are free help. One word holds the job's
// number, how many parts it has and which is next; a part is taken by raising that word, so a
// thread that comes late finds another number in it and takes nothing. A thread without work looks
// out for the next job for some microseconds, since loops hand out jobs in quick succession, and
// then sleeps: an idle crew costs nothing to what else runs on the machine. Whoever finds the crew
// busy does his job alone. Nothing is allocated after the crew was made.
#define _DEFAULT_SOURCE
#include "ckernels.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define PARTS_BITS 24
#define PARTS_MAX (((uint64_t)1 << PARTS_BITS) - 1)
#define LOOKS 4000  // some 50 microseconds

struct crew {
  _Atomic uint64_t job;  // number (16 bits), parts (24), next part (24)
  _Atomic size_t done;
  crew_body *body;
  void *context;
  pthread_mutex_t busy;  // held by whose job it is
  pthread_mutex_t lock;  // guards what follows
  pthread_cond_t come, finished;
  int leaving;
  int count;
  pthread_t threads[];
};

static uint64_t number_of(uint64_t job) { return job >> (2 * PARTS_BITS); }
static uint64_t parts_of(uint64_t job) { return job >> PARTS_BITS & PARTS_MAX; }
static uint64_t next_of(uint64_t job) { return job & PARTS_MAX; }

static void breathe(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Takes parts of job `number` until none is left.
static void help(crew_t *crew, uint64_t number) {
  uint64_t job = atomic_load_explicit(&crew->job, memory_order_acquire);
  while (number_of(job) == number && next_of(job) < parts_of(job)) {
    if (!atomic_compare_exchange_weak_explicit(&crew->job, &job, job + 1, memory_order_acq_rel,
                                               memory_order_acquire))
      continue;
    // The job cannot end before this part is done: body and context are its own.
    crew->body(crew->context, (size_t)next_of(job));
    if (atomic_fetch_add_explicit(&crew->done, 1, memory_order_acq_rel) + 1 == parts_of(job)) {
      pthread_mutex_lock(&crew->lock);
      pthread_cond_signal(&crew->finished);
      pthread_mutex_unlock(&crew->lock);
    }
    job = atomic_load_explicit(&crew->job, memory_order_acquire);
  }
}

static void *work(void *argument) {
  crew_t *crew = argument;
  uint64_t last = 0;
  for (;;) {
    uint64_t number = last;
    for (int look = 0; look < LOOKS && number == last; look++) {
      number = number_of(atomic_load_explicit(&crew->job, memory_order_acquire));
      breathe();
    }
    if (number == last) {
      pthread_mutex_lock(&crew->lock);
      while ((number = number_of(atomic_load(&crew->job))) == last && !crew->leaving)
        pthread_cond_wait(&crew->come, &crew->lock);
      int leaving = crew->leaving;
      pthread_mutex_unlock(&crew->lock);
      if (leaving) return NULL;
    }
    last = number;
    help(crew, number);
  }
}

crew_t *crew_create(int helpers) {
  crew_t *crew = calloc(1, sizeof(crew_t) + (size_t)helpers * sizeof(pthread_t));
  if (!crew) abort();
  pthread_mutex_init(&crew->busy, NULL);
  pthread_mutex_init(&crew->lock, NULL);
  pthread_cond_init(&crew->come, NULL);
  pthread_cond_init(&crew->finished, NULL);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, (size_t)8 << 20);
  // A machine that gives fewer threads gets a smaller crew, and the same results.
  while (crew->count < helpers &&
         pthread_create(&crew->threads[crew->count], &attributes, work, crew) == 0)
    crew->count++;
  pthread_attr_destroy(&attributes);
  return crew;
}

void crew_destroy(crew_t *crew) {
  pthread_mutex_lock(&crew->lock);
  crew->leaving = 1;
  pthread_cond_broadcast(&crew->come);
  pthread_mutex_unlock(&crew->lock);
  for (int i = 0; i < crew->count; i++) pthread_join(crew->threads[i], NULL);
  free(crew);
}

void crew_run(crew_t *crew, size_t parts, crew_body *body, void *context) {
  if (parts < 2 || parts > PARTS_MAX || crew->count == 0 ||
      pthread_mutex_trylock(&crew->busy) != 0) {
    for (size_t part = 0; part < parts; part++) body(context, part);
    return;
  }
  uint64_t number = (number_of(atomic_load(&crew->job)) + 1) & 0xffff;
  crew->body = body;
  crew->context = context;
  atomic_store(&crew->done, 0);
  pthread_mutex_lock(&crew->lock);
  atomic_store_explicit(&crew->job, number << (2 * PARTS_BITS) | (uint64_t)parts << PARTS_BITS,
                        memory_order_release);
  pthread_cond_broadcast(&crew->come);
  pthread_mutex_unlock(&crew->lock);
  help(crew, number);
  for (int look = 0; look < LOOKS && atomic_load(&crew->done) < parts; look++) breathe();
  if (atomic_load(&crew->done) < parts) {
    pthread_mutex_lock(&crew->lock);
    while (atomic_load(&crew->done) < parts) pthread_cond_wait(&crew->finished, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
  }
  pthread_mutex_unlock(&crew->busy);
}
