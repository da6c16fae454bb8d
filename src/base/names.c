/* The words of the log for the numbers of the API. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/names.h"

#include <stddef.h>

#include <backoff/words.h>

const char *const bo_outcome_names[] = {"not_reported",
					BO_OUTCOME_WORDS(BO_WORD_ENTRY) NULL};
const char *const bo_class_names[] = {BO_CLASS_WORDS(BO_WORD_ENTRY) NULL};
static const char *const bo_breaker_names[] = {BO_BREAKER_WORDS(BO_WORD_ENTRY)};
const char *const bo_stop_names[] = {"none", BO_STOP_WORDS(BO_WORD_ENTRY) NULL};

BO_WORDS_COVER(backoff_outcome_kind, case BACKOFF_OUTCOME_NOT_REPORTED:,
	       BO_OUTCOME_WORDS);
BO_WORDS_COVER(backoff_class, , BO_CLASS_WORDS);
BO_WORDS_COVER(backoff_breaker, case BACKOFF_BREAKER_NONE:, BO_BREAKER_WORDS);
BO_WORDS_COVER(backoff_stop, case BACKOFF_STOP_NONE:, BO_STOP_WORDS);

/* Each list is as long as its enum; those that are searched end in NULL. */
#define COUNT(list) (sizeof(list) / sizeof(*(list)))
_Static_assert(COUNT(bo_outcome_names) == BACKOFF_OUTCOME_COUNT + 1,
	       "one name for each kind of outcome");
_Static_assert(COUNT(bo_class_names) == BACKOFF_CLASS_COUNT + 1,
	       "one name for each class");
_Static_assert(COUNT(bo_stop_names) == BACKOFF_STOP_COUNT + 1,
	       "one name for each reason to stop");
_Static_assert(COUNT(bo_breaker_names) == BACKOFF_BREAKER_COUNT,
	       "one name for each state of a breaker");

const char *
backoff_outcome_kind_name(enum backoff_outcome_kind kind)
{
	return (unsigned)kind < BACKOFF_OUTCOME_COUNT ? bo_outcome_names[kind]
						      : NULL;
}

const char *
backoff_class_name(enum backoff_class failure_class)
{
	return (unsigned)failure_class < BACKOFF_CLASS_COUNT
		       ? bo_class_names[failure_class]
		       : NULL;
}

const char *
backoff_breaker_name(enum backoff_breaker state)
{
	return (unsigned)state < BACKOFF_BREAKER_COUNT ? bo_breaker_names[state]
						       : NULL;
}

const char *
backoff_stop_name(enum backoff_stop stop)
{
	return (unsigned)stop < BACKOFF_STOP_COUNT ? bo_stop_names[stop] : NULL;
}
