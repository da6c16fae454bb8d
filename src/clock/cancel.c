/* A switch that ends waits: one word in memory that is also a futex.
 *
 * Not an eventfd: that costs a descriptor per call. Not a condition variable:
 * signalling one is not allowed in a signal handler. */
#include "config.h"

#include "clock/cancel.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

enum backoff_status
backoff_cancel_new(struct backoff_cancel **out)
{
	struct backoff_cancel *cancel = malloc(sizeof(*cancel));

	if (cancel == NULL)
		return BACKOFF_E_NOMEM;
	atomic_init(&cancel->on, 0);
	*out = cancel;
	return BACKOFF_OK;
}

void
backoff_cancel_free(struct backoff_cancel *cancel)
{
	free(cancel);
}

void
backoff_cancel_request(struct backoff_cancel *cancel)
{
	int saved = errno;

	atomic_store(&cancel->on, 1);
	syscall(SYS_futex, &cancel->on, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL,
		0);
	errno = saved;
}

int
backoff_cancel_requested(const struct backoff_cancel *cancel)
{
	return (int)atomic_load_explicit(&cancel->on, memory_order_acquire);
}

enum backoff_status
bo_cancel_wait(const struct backoff_cancel *cancel, uint64_t when_ns)
{
	const struct timespec when = {.tv_sec = (time_t)(when_ns / BO_NS_PER_S),
				      .tv_nsec = (long)(when_ns % BO_NS_PER_S)};

	while (!backoff_cancel_requested(cancel)) {
		/* The bitset form takes an absolute monotonic time. It returns
		 * at once with EAGAIN if the switch went on meanwhile, and
		 * with EINTR after a signal, whose handler may have. */
		if (syscall(SYS_futex, &cancel->on,
			    FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 0, &when,
			    NULL, FUTEX_BITSET_MATCH_ANY) == 0 ||
		    errno == EAGAIN || errno == EINTR)
			continue;
		return errno == ETIMEDOUT ? BACKOFF_OK : BACKOFF_E_IO;
	}
	return BACKOFF_E_CANCELLED;
}
