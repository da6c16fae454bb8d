/* The log's words for the values of enums, each written once. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_NAMES_H
#define BO_NAMES_H

/* WORD(constant, "word") for each value of an enum that has a word in the log,
 * in the enum's order. */
#define BO_OUTCOME_WORDS(WORD)                                                 \
	WORD(BACKOFF_OUTCOME_SUCCESS, "success")                               \
	WORD(BACKOFF_OUTCOME_FAILURE, "failure")                               \
	WORD(BACKOFF_OUTCOME_TIMEOUT, "timeout")                               \
	WORD(BACKOFF_OUTCOME_CANCELLED, "cancelled")
#define BO_CLASS_WORDS(WORD)                                                   \
	WORD(BACKOFF_CLASS_UNKNOWN, "unknown")                                 \
	WORD(BACKOFF_CLASS_TRANSIENT, "transient")                             \
	WORD(BACKOFF_CLASS_THROTTLE, "throttle")                               \
	WORD(BACKOFF_CLASS_SERVER, "server")                                   \
	WORD(BACKOFF_CLASS_CLIENT, "client")                                   \
	WORD(BACKOFF_CLASS_TIMEOUT, "timeout")                                 \
	WORD(BACKOFF_CLASS_CONFLICT, "conflict")                               \
	WORD(BACKOFF_CLASS_FATAL, "fatal")
#define BO_BREAKER_WORDS(WORD)                                                 \
	WORD(BACKOFF_BREAKER_CLOSED, "closed")                                 \
	WORD(BACKOFF_BREAKER_OPEN, "open")                                     \
	WORD(BACKOFF_BREAKER_HALF_OPEN, "half_open")
#define BO_STOP_WORDS(WORD)                                                    \
	WORD(BACKOFF_STOP_SUCCESS, "success")                                  \
	WORD(BACKOFF_STOP_NON_RETRYABLE, "non_retryable")                      \
	WORD(BACKOFF_STOP_MAX_ATTEMPTS, "max_attempts")                        \
	WORD(BACKOFF_STOP_DEADLINE, "deadline")                                \
	WORD(BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE, "delay_exceeds_deadline")    \
	WORD(BACKOFF_STOP_BUDGET, "budget")                                    \
	WORD(BACKOFF_STOP_BREAKER_OPEN, "breaker_open")                        \
	WORD(BACKOFF_STOP_SERVER_FORBADE, "server_forbade")                    \
	WORD(BACKOFF_STOP_HINT_TOO_LONG, "hint_too_long")                      \
	WORD(BACKOFF_STOP_NOT_IDEMPOTENT, "not_idempotent")                    \
	WORD(BACKOFF_STOP_NOT_REPLAYABLE, "not_replayable")                    \
	WORD(BACKOFF_STOP_CANCELLED, "cancelled")                              \
	WORD(BACKOFF_STOP_SHUTDOWN, "shutdown")                                \
	WORD(BACKOFF_STOP_SLEEP_FAILED, "sleep_failed")

/* Expansions of a list of words: entries of an array by value, one text with a
 * space before each word, a count. */
#define BO_WORD_ENTRY(constant, word) [constant] = word,
#define BO_WORD_JOINED(constant, word) " " word
#define BO_WORD_PLUS_ONE(constant, word) +1
#define BO_WORD_CASE(constant, word) case constant:
#define BO_WORD_COUNT(words) (0 words(BO_WORD_PLUS_ONE))

/* Have the compiler warn (-Wswitch) of a value of an enum without a word, other
 * than the cases given. */
#define BO_WORDS_COVER(tag, cases, words)                                      \
	__attribute__((unused)) static void tag##_has_words(enum tag value)    \
	{                                                                      \
		switch (value) {                                               \
			cases words(BO_WORD_CASE) break;                       \
		}                                                              \
	}                                                                      \
	_Static_assert(1, "")

/** The words by value, each list ending in NULL. */
extern const char *const bo_outcome_names[];
extern const char *const bo_class_names[];
extern const char *const bo_stop_names[];

#endif
