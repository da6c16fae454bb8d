/* Attributes for public declarations. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_ATTR_H
#define BACKOFF_ATTR_H

/**
 * BACKOFF_INIT(struct backoff_answer): an initialiser for a struct that begins
 * with its size; everything else is zero. In C, `{.size = sizeof(answer)}` is
 * the same.
 *
 * Such a struct grows at its end in later versions. The library reads and
 * writes the members of the first version, and later ones only as far as `size`
 * says that the caller has them; members that the caller does not have count as
 * zero or absent. A size of 0, or one that no version has, stands for the first
 * version. Settings of a later version than the library's must be zero.
 */
#ifdef __cplusplus
extern "C++" {
template <typename sized>
inline sized
backoff_init()
{
	sized made = sized();
	made.size = sizeof(sized);
	return made;
}
}
#define BACKOFF_INIT(type) backoff_init<type>()
#else
#define BACKOFF_INIT(type)                                                     \
	{                                                                      \
		.size = sizeof(type)                                           \
	}
#endif

#ifdef __cplusplus
#define BACKOFF_BEGIN_DECLS extern "C" {
#define BACKOFF_END_DECLS }
#else
#define BACKOFF_BEGIN_DECLS
#define BACKOFF_END_DECLS
#endif

#if defined(__GNUC__)
#define BACKOFF_API __attribute__((visibility("default")))
#define BACKOFF_MUST_CHECK __attribute__((warn_unused_result))
#define BACKOFF_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define BACKOFF_API
#define BACKOFF_MUST_CHECK
#define BACKOFF_PRINTF(text, first)
#endif

#endif
