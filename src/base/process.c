/* The mutable globals of the library, apart from a lock in guards.c: a process
 * has one number, one count of forks, one of attempts under way and one of
 * events, in which a gap means a lost line. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/process.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <backoff/status.h>

#include "base/num.h"

atomic_uint bo_process_forks;
static atomic_uint_fast64_t lineage;
static atomic_uint forks;
static atomic_uint_fast64_t pid;
static atomic_uint_fast64_t seq;
static atomic_uint_fast64_t in_flight;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int watched;

static void
before_fork(void)
{
	atomic_fetch_add(&forks, 1);
}

/* Siblings have different process ids; if one gets the id of a dead sibling,
 * the count of forks differs. */
static void
in_child(void)
{
	uint64_t id = (uint64_t)getpid();
	uint64_t birth = id << 32 | atomic_exchange(&forks, 0);

	atomic_fetch_add(&bo_process_forks, 1);
	atomic_store(&lineage,
		     bo_mix64(atomic_load(&lineage) + bo_mix64(birth)));
	atomic_store(&pid, id);
	atomic_store(&seq, 0);
	atomic_store(&in_flight, 0);
}

static void
watch(void)
{
	atomic_store(&pid, (uint_fast64_t)getpid());
	watched = pthread_atfork(before_fork, NULL, in_child) == 0;
}

int
bo_process_init(void)
{
	pthread_once(&once, watch);
	return watched ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

/* A mark is twice the generation, and one more while a thread of that process
 * changes the state. */
void
bo_fork_init(atomic_uint *mark)
{
	atomic_init(mark, 2 * bo_process_generation());
}

bool
bo_fork_claim(atomic_uint *mark)
{
	unsigned done = 2 * bo_process_generation();
	unsigned seen = atomic_load_explicit(mark, memory_order_acquire);

	while (seen != done) {
		if (seen == done + 1) {
			sched_yield();
			seen = atomic_load_explicit(mark, memory_order_acquire);
		} else if (atomic_compare_exchange_weak_explicit(
				   mark, &seen, done + 1, memory_order_acquire,
				   memory_order_acquire)) {
			return true;
		}
	}
	return false;
}

void
bo_fork_done(atomic_uint *mark)
{
	atomic_store_explicit(mark, 2 * bo_process_generation(),
			      memory_order_release);
}

uint64_t
bo_process_lineage(void)
{
	return atomic_load_explicit(&lineage, memory_order_relaxed);
}

uint64_t
bo_process_pid(void)
{
	return atomic_load_explicit(&pid, memory_order_relaxed);
}

uint64_t
bo_process_next_seq(void)
{
	return atomic_fetch_add_explicit(&seq, 1, memory_order_relaxed) + 1;
}

uint64_t
bo_process_begin_attempt(void)
{
	return atomic_fetch_add_explicit(&in_flight, 1, memory_order_relaxed) +
	       1;
}

void
bo_process_end_attempt(void)
{
	uint_fast64_t count =
		atomic_load_explicit(&in_flight, memory_order_relaxed);

	/* A child forked in the middle of an attempt ends an attempt that it
	 * did not begin. */
	while (count > 0 && !atomic_compare_exchange_weak_explicit(
				    &in_flight, &count, count - 1,
				    memory_order_relaxed, memory_order_relaxed))
		;
}
