/* The only mutable globals of the library: a process has one number, one count
 * of forks and, because a gap in it means a lost line, one count of events. */
#include "config.h"

#include "base/process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include <backoff/status.h>

static atomic_uint generation;
static atomic_uint_fast64_t pid;
static atomic_uint_fast64_t seq;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int watched;

static void
in_child(void)
{
	atomic_fetch_add(&generation, 1);
	atomic_store(&pid, (uint_fast64_t)getpid());
	atomic_store(&seq, 0);
}

static void
watch(void)
{
	atomic_store(&pid, (uint_fast64_t)getpid());
	watched = pthread_atfork(NULL, NULL, in_child) == 0;
}

int
bo_process_init(void)
{
	pthread_once(&once, watch);
	return watched ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

uint32_t
bo_process_generation(void)
{
	return atomic_load_explicit(&generation, memory_order_relaxed);
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
