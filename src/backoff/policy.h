/* A retry policy: immutable, shareable, loaded from JSON. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_POLICY_H
#define BACKOFF_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/clock.h>
#include <backoff/field.h>
#include <backoff/status.h>

BACKOFF_BEGIN_DECLS

/** Opaque, reference-counted and immutable: any number of threads may share
 *  one. backoff-policy(5) describes the file. */
struct backoff_policy;

/** No policy allows more hedges than this at the same time. */
#define BACKOFF_HEDGES_MAX 7

/** Growth of the delay with the number of failed attempts. */
enum backoff_curve {
	BACKOFF_CURVE_CONSTANT,
	BACKOFF_CURVE_LINEAR,
	BACKOFF_CURVE_EXPONENTIAL,
	BACKOFF_CURVE_FIBONACCI,
	BACKOFF_CURVE_DECORRELATED,
	BACKOFF_CURVE_SCHEDULE,
};
#define BACKOFF_CURVE_COUNT (BACKOFF_CURVE_SCHEDULE + 1)

/** The law that a delay is drawn from. */
enum backoff_jitter {
	BACKOFF_JITTER_NONE,
	BACKOFF_JITTER_FULL,
	BACKOFF_JITTER_EQUAL,
	BACKOFF_JITTER_MINUS,
	BACKOFF_JITTER_PROPORTIONAL,
	BACKOFF_JITTER_ADDITIVE,
	BACKOFF_JITTER_DECORRELATED,
};
#define BACKOFF_JITTER_COUNT (BACKOFF_JITTER_DECORRELATED + 1)

/** Point from which the deadline of a call counts. */
enum backoff_deadline_from {
	BACKOFF_DEADLINE_FROM_START,
	/** The end of the first failed attempt. */
	BACKOFF_DEADLINE_FROM_FIRST_FAILURE,
};
#define BACKOFF_DEADLINE_FROM_COUNT (BACKOFF_DEADLINE_FROM_FIRST_FAILURE + 1)

/** The model of a retry budget. */
enum backoff_budget {
	BACKOFF_BUDGET_NONE,
	BACKOFF_BUDGET_TOKEN_BUCKET,
	BACKOFF_BUDGET_THROTTLE,
	BACKOFF_BUDGET_RATIO,
	BACKOFF_BUDGET_CONCURRENCY,
};
#define BACKOFF_BUDGET_COUNT (BACKOFF_BUDGET_CONCURRENCY + 1)

/**
 * Find the policy that `extends` names. Set *out to a new reference.
 * Return BACKOFF_E_NOT_FOUND to let the shipped policies be searched.
 */
typedef enum backoff_status (*backoff_policy_find_fn)(
	void *user, const char *name, struct backoff_policy **out);

/** Options for loading. Zero-initialise, then set `size` and what you need. */
struct backoff_policy_loader {
	/** sizeof(struct backoff_policy_loader): lets the struct grow. */
	uint32_t size;
	/** Called for every error in the text; may be NULL. */
	backoff_error_fn on_error;
	/** Called for `extends`; NULL: the shipped policies only. */
	backoff_policy_find_fn find;
	void *user;
};

/**
 * Read a policy from JSON text of at most 1 MiB.
 *
 * @param text    need not end in NUL
 * @param loader  may be NULL
 * @param out     set on BACKOFF_OK to a new policy with one reference
 * @param error   may be NULL; the first error
 * @return BACKOFF_OK; BACKOFF_E_SYNTAX, _FIELD, _VALUE, _LIMIT for a text that
 *         is not a policy; BACKOFF_E_NOT_FOUND if there is no policy of the
 *         name that `extends` gives; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_policy_parse(const char *text, size_t length,
		     const struct backoff_policy_loader *loader,
		     struct backoff_policy **out, struct backoff_error *error);

/**
 * Read a policy from a file. `extends` is looked for by @p loader, then as
 * NAME.json in the folder of @p path, then among the shipped policies.
 *
 * @return as backoff_policy_parse(); BACKOFF_E_IO if the file cannot be read
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_policy_load(const char *path,
		    const struct backoff_policy_loader *loader,
		    struct backoff_policy **out, struct backoff_error *error);

/**
 * A shipped policy by name ("QUICK", "WEBHOOK").
 *
 * @return BACKOFF_OK; BACKOFF_E_NOT_FOUND; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_policy_builtin(const char *name, struct backoff_policy **out);

/** The name of shipped policy @p index, from 0; NULL past the last. */
BACKOFF_API const char *backoff_policy_builtin_name(size_t index);

/** The JSON file of shipped policy @p index; NULL past the last. */
BACKOFF_API const char *backoff_policy_builtin_text(size_t index);

/** Add a reference. Returns its argument. */
BACKOFF_API struct backoff_policy *
backoff_policy_ref(const struct backoff_policy *policy);

/** Drop a reference; the last one frees. NULL is fine. */
BACKOFF_API void backoff_policy_unref(struct backoff_policy *policy);

/** The name, which lives as long as the policy. */
BACKOFF_API const char *
backoff_policy_name(const struct backoff_policy *policy);

/** The description, "" if there is none; lives as long as the policy. */
BACKOFF_API const char *
backoff_policy_description(const struct backoff_policy *policy);

/** Hash (FNV-1a, 64 bits) of the canonical form: policies with the same name
 *  and behaviour have the same hash, whatever their descriptions. */
BACKOFF_API uint64_t backoff_policy_hash(const struct backoff_policy *policy);

/** The number of attempts of a policy that does not limit them. */
#define BACKOFF_UNLIMITED UINT32_MAX

/** Maximum number of attempts, the first included; from 1. BACKOFF_UNLIMITED:
 *  only the deadline, which such a policy has, ends a call (or, in practice,
 * the thousand-millionth failure). */
BACKOFF_API uint32_t
backoff_policy_max_attempts(const struct backoff_policy *policy);

/** Limit of a whole call in nanoseconds; BACKOFF_FOREVER if there is none. */
BACKOFF_API uint64_t
backoff_policy_deadline_ns(const struct backoff_policy *policy);

/** The start of that limit; BACKOFF_DEADLINE_FROM_START if there is none. */
BACKOFF_API enum backoff_deadline_from
backoff_policy_deadline_from(const struct backoff_policy *policy);

/** Limit of attempt @p attempt (from 1); BACKOFF_FOREVER if there is none. */
BACKOFF_API uint64_t backoff_policy_attempt_timeout_ns(
	const struct backoff_policy *policy, uint32_t attempt);

BACKOFF_API enum backoff_curve
backoff_policy_curve(const struct backoff_policy *policy);

/** `max_delay` in nanoseconds; BACKOFF_FOREVER for a constant curve or a
 *  schedule, which it does not bound. Jitter can exceed it. */
BACKOFF_API uint64_t
backoff_policy_max_delay_ns(const struct backoff_policy *policy);

BACKOFF_API enum backoff_jitter
backoff_policy_jitter(const struct backoff_policy *policy);

/** 1 if `retry_on` has a matcher that `abort_on` does not repeat and that no
 *  "*" in `abort_on` covers; 0: no failure is ever retried. */
BACKOFF_API int backoff_policy_retries_any(const struct backoff_policy *policy);

/** The model of the retry budget; BACKOFF_BUDGET_NONE if there is none. */
BACKOFF_API enum backoff_budget
backoff_policy_budget(const struct backoff_policy *policy);

/** 1 if the policy's budget fills up again, with time or by successes at the
 *  first attempt; 0 if it only gives costs back, or there is no budget. */
BACKOFF_API int
backoff_policy_budget_refills(const struct backoff_policy *policy);

/** 1 if calls share a budget or a breaker, which is what a guard holds; 0 if
 *  each call depends on itself alone. */
BACKOFF_API int backoff_policy_is_guarded(const struct backoff_policy *policy);

/** Maximum number of hedges next to an attempt (`hedge.max`); 0 if the policy
 *  does not hedge. */
BACKOFF_API uint32_t
backoff_policy_max_hedges(const struct backoff_policy *policy);

/**
 * The canonical form: one line of JSON, fields in table order, `extends`
 * resolved, defaults written out, durations in seconds, no description.
 * Parsing it gives a policy with the same hash.
 *
 * @param buffer  may be NULL if @p size is 0; always ends in NUL otherwise
 * @return length without the NUL, whether or not it fitted (as snprintf)
 */
BACKOFF_API size_t backoff_policy_canonical(const struct backoff_policy *policy,
					    char *buffer, size_t size);

/** One line for a human: "3 attempts, exponential 1s x2 up to 10s, jitter
 *  proportional 0.25". Returns as backoff_policy_canonical(). */
BACKOFF_API size_t backoff_policy_describe(const struct backoff_policy *policy,
					   char *buffer, size_t size);

/** Row @p index of the field table, in canonical order; NULL past the last. */
BACKOFF_API const struct backoff_field *backoff_policy_field(size_t index);

/** The JSON Schema (draft 2020-12) of a policy file, made from the field
 *  table. Returns as backoff_policy_canonical(). */
BACKOFF_API size_t backoff_policy_schema(char *buffer, size_t size);

/** "exponential" and so on; NULL for an unknown number. */
BACKOFF_API const char *backoff_curve_name(enum backoff_curve curve);

/** "proportional" and so on; NULL for an unknown number. */
BACKOFF_API const char *backoff_jitter_name(enum backoff_jitter jitter);

BACKOFF_END_DECLS

#endif
