/* A switch that ends waits: one word of memory, which is also a futex.
 *
 * Not an eventfd, which would cost a descriptor per call; not a condition
 * variable, which must not be signalled in a signal handler. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "clock/cancel.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/sleep.h"

/* The counter in bits 1 and up. */
#define NUDGE 2u

void
bo_cancel_init(struct backoff_cancel *cancel,
	       const struct backoff_cancel *parent)
{
	atomic_init(&cancel->word, 0);
	/* Only the counter in the parent's word changes, not its state. */
	cancel->parent = (struct backoff_cancel *)(uintptr_t)parent;
}

enum backoff_status
backoff_cancel_new(struct backoff_cancel **out)
{
	if (out == NULL)
		return BACKOFF_E_ARGUMENT;
	struct backoff_cancel *cancel = malloc(sizeof(*cancel));

	if (cancel == NULL)
		return BACKOFF_E_NOMEM;
	bo_cancel_init(cancel, NULL);
	*out = cancel;
	return BACKOFF_OK;
}

void
backoff_cancel_free(struct backoff_cancel *cancel)
{
	free(cancel);
}

/* The waits on a shared word that this switch ends: its own, and those of other
 * switches with the same bit. */
static unsigned
wake_bit(const struct backoff_cancel *cancel)
{
	return 1u << ((uintptr_t)cancel / 64 % 32);
}

static void
wake(atomic_uint *word, unsigned bits)
{
	bo_futex(word, FUTEX_WAKE_BITSET, INT_MAX, NULL, bits);
}

void
backoff_cancel_request(struct backoff_cancel *cancel)
{
	if (cancel == NULL)
		return;
	int saved = errno;

	atomic_fetch_or(&cancel->word, 1);
	if (cancel->parent != NULL) {
		/* Its waits sleep on the parent's word. */
		atomic_fetch_add(&cancel->parent->word, NUDGE);
		wake(&cancel->parent->word, wake_bit(cancel));
	} else {
		wake(&cancel->word, FUTEX_BITSET_MATCH_ANY);
	}
	errno = saved;
}

void
bo_cancel_reset(struct backoff_cancel *cancel)
{
	atomic_fetch_and(&cancel->word, ~1u);
}

static bool
is_on(const struct backoff_cancel *cancel)
{
	return (atomic_load_explicit(&cancel->word, memory_order_acquire) &
		1) != 0;
}

int
backoff_cancel_requested(const struct backoff_cancel *cancel)
{
	if (cancel == NULL)
		return 0;
	return is_on(cancel) ||
	       (cancel->parent != NULL && is_on(cancel->parent));
}

enum backoff_status
bo_cancel_wait(const struct backoff_cancel *cancel, uint64_t when_ns)
{
	const struct timespec when = bo_timespec(when_ns);
	const struct backoff_cancel *root =
		cancel->parent != NULL ? cancel->parent : cancel;
	unsigned bits = cancel->parent != NULL ? wake_bit(cancel)
					       : FUTEX_BITSET_MATCH_ANY;

	for (;;) {
		unsigned seen = atomic_load(&root->word);

		if (backoff_cancel_requested(cancel))
			return BACKOFF_E_CANCELLED;
		/* The bitset form takes an absolute monotonic time. It returns
		 * EAGAIN at once if the word has changed, and EINTR after a
		 * signal, whose handler may have changed it. */
		if (bo_futex(&root->word, FUTEX_WAIT_BITSET, seen, &when,
			     bits) == 0 ||
		    errno == EAGAIN || errno == EINTR)
			continue;
		return errno == ETIMEDOUT ? BACKOFF_OK : BACKOFF_E_IO;
	}
}
