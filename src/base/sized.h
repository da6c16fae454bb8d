/* Structs of callers that grow: how much of one may be read and written.
 *
 * Such a struct begins with `uint32_t size`, its size when the caller was
 * compiled, and new members are only added at its end. The members of the first
 * layout are always there; each later one needs BO_HAS(). A size outside the
 * range from the first layout to BO_SIZED_MAX counts as the first layout, so
 * that zeroed structs, and uninitialised output structs, are fine. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SIZED_H
#define BO_SIZED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** No struct is larger: an uninitialised size hardly ever lies below. */
#define BO_SIZED_MAX 4096

/** The last member of each first layout. Never changes after a release. */
#define BO_LAST_backoff_answer error
#define BO_LAST_backoff_call_options sink
#define BO_LAST_backoff_clock user
#define BO_LAST_backoff_decision attempt_timeout_ns
#define BO_LAST_backoff_error text
#define BO_LAST_backoff_event seq
#define BO_LAST_backoff_hedges hint
#define BO_LAST_backoff_outcome code_text
#define BO_LAST_backoff_policy_loader user
#define BO_LAST_backoff_rotation clock
#define BO_LAST_backoff_state round_classes
#define BO_LAST_backoff_step delay_ns

#define BO_END_OF(name, member)                                                \
	(offsetof(struct name, member) + sizeof(((struct name *)0)->member))

/** The size of the first layout, padding at its end included. */
#define BO_FIRST(name) BO_FIRST_(name, BO_LAST_##name)
#define BO_FIRST_(name, last) BO_FIRST__(name, last)
#define BO_FIRST__(name, last)                                                 \
	((BO_END_OF(name, last) + _Alignof(struct name) - 1) /                 \
	 _Alignof(struct name) * _Alignof(struct name))

static inline size_t
bo_sized_usable(uint32_t size, size_t first, size_t full)
{
	if (first == full || size < first || size > BO_SIZED_MAX)
		return first;
	return size < full ? size : full;
}

/** The bytes of a struct that may be read and written. */
#define BO_USABLE(name, object)                                                \
	bo_sized_usable((object)->size, BO_FIRST(name), sizeof(struct name))

/** Whether a struct has a member that came after the first layout. */
#define BO_HAS(name, object, member)                                           \
	(BO_END_OF(name, member) <= BO_USABLE(name, object))

static inline void
bo_sized_clear(void *object, size_t usable)
{
	memset((char *)object + sizeof(uint32_t), 0, usable - sizeof(uint32_t));
}

/** Zero a caller's struct, except its size. */
#define BO_CLEAR(name, object) bo_sized_clear(object, BO_USABLE(name, object))

static inline void
bo_sized_put(void *object, const void *from, size_t usable)
{
	memcpy((char *)object + sizeof(uint32_t),
	       (const char *)from + sizeof(uint32_t),
	       usable - sizeof(uint32_t));
}

/** Copy a whole struct to a caller's, except its size. */
#define BO_PUT(name, object, from)                                             \
	bo_sized_put(object, from, BO_USABLE(name, object))

/** Whether settings have nothing that this version does not know: what a later
 *  one added is zero. Ignoring a setting would be a surprise. */
static inline bool
bo_sized_is_known(const void *given, size_t full)
{
	const unsigned char *bytes = (const unsigned char *)given;
	uint32_t size;

	memcpy(&size, given, sizeof(size));
	for (size_t i = full; i < size && size <= BO_SIZED_MAX; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static inline void
bo_sized_copy_rest(void *copy, const void *given, size_t first, size_t usable,
		   size_t full)
{
	memcpy((char *)copy + first, (const char *)given + first,
	       usable - first);
	memset((char *)copy + usable, 0, full - usable);
}

/** Copy the members after the first layout; those that the caller does not know
 *  become zero. */
#define BO_COPY_REST(name, copy, given)                                        \
	bo_sized_copy_rest(copy, given, BO_FIRST(name),                        \
			   BO_USABLE(name, given), sizeof(struct name))

/** Zero the members of a caller's struct after the first layout. */
#define BO_CLEAR_REST(name, object)                                            \
	memset((char *)(object) + BO_FIRST(name), 0,                           \
	       BO_USABLE(name, object) - BO_FIRST(name))

static inline const void *
bo_sized_get(const void *given, void *copy, size_t usable, size_t full)
{
	const uint32_t size = (uint32_t)full;

	if (usable == full)
		return given;
	memcpy(copy, given, usable);
	memset((char *)copy + usable, 0, full - usable);
	memcpy(copy, &size, sizeof(size));
	return copy;
}

/** A caller's struct with all members: itself, or else a copy in which those
 *  that the caller does not know are zero. */
#define BO_GET(name, given, copy)                                              \
	((const struct name *)bo_sized_get(                                    \
		given, copy, BO_USABLE(name, given), sizeof(struct name)))

#endif
