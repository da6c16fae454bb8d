/* Regular expressions for error texts, matched in bounded time and memory. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_PATTERN_H
#define BO_PATTERN_H

#include <stddef.h>

#include <backoff/status.h>

/** Maximum length of a pattern, and of the part of a message that is
 *  searched. */
#define BO_PATTERN_MAX 256
#define BO_PATTERN_TEXT_MAX 1024

/**
 * A subset of POSIX extended regular expressions, ASCII letters in either
 * case: . [set] [^set] a-z | ( ) * + ? ^ $ \x. Finds anywhere in the text.
 *
 * Not regcomp(3): regexec() allocates, and its time is not bounded by the
 * length of a text that a hostile peer wrote. A decision may do neither.
 */
struct bo_pattern;

/** BACKOFF_OK; BACKOFF_E_VALUE with *problem set; BACKOFF_E_NOMEM. */
enum backoff_status bo_pattern_compile(const char *pattern,
				       struct bo_pattern **out,
				       const char **problem);
void bo_pattern_free(struct bo_pattern *pattern);

/** 1 if the pattern is found. Never allocates; time is at most the product of
 *  the two lengths. */
int bo_pattern_match(const struct bo_pattern *pattern, const char *text);

#endif
