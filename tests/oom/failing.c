/* Replace the C library's malloc(3) family, so that allocations of every
 * library in the program can fail. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "failing.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* The C library's functions, under names that are not replaced. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size);
int posix_memalign(void **out, size_t alignment, size_t size);
void free(void *block);

static atomic_bool armed;
static atomic_int how;
static atomic_ulong count, failing_number, failed;
static atomic_long alive;

void
failing_arm(unsigned long number, enum failing_mode mode)
{
	atomic_store(&count, 0);
	atomic_store(&failed, 0);
	atomic_store(&failing_number, number);
	atomic_store(&how, mode);
	atomic_store(&armed, true);
}

unsigned long
failing_disarm(void)
{
	atomic_store(&armed, false);
	return atomic_load(&failed);
}

long
failing_alive(void)
{
	return atomic_load(&alive);
}

static bool
fails(void)
{
	unsigned long number, chosen = atomic_load(&failing_number);

	if (!atomic_load(&armed))
		return false;
	number = atomic_fetch_add(&count, 1) + 1;
	if (number != chosen &&
	    !(number > chosen && atomic_load(&how) == FAILING_ON))
		return false;
	atomic_fetch_add(&failed, 1);
	errno = ENOMEM;
	return true;
}

static void *
counted(void *block)
{
	if (block != NULL)
		atomic_fetch_add(&alive, 1);
	return block;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : counted(__libc_malloc(size));
}

void *
calloc(size_t number, size_t size)
{
	return fails() ? NULL : counted(__libc_calloc(number, size));
}

void *
realloc(void *old, size_t size)
{
	void *block;

	if (size == 0) {
		free(old);
		return NULL;
	}
	if (fails())
		return NULL;
	block = __libc_realloc(old, size);
	return old == NULL ? counted(block) : block;
}

void *
memalign(size_t alignment, size_t size)
{
	return fails() ? NULL : counted(__libc_memalign(alignment, size));
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int
posix_memalign(void **out, size_t alignment, size_t size)
{
	void *block = memalign(alignment, size);

	if (block == NULL)
		return ENOMEM;
	*out = block;
	return 0;
}

void
free(void *block)
{
	if (block != NULL)
		atomic_fetch_sub(&alive, 1);
	__libc_free(block);
}
