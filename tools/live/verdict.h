/* What is wrong, since when and why, in the order of what matters. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VERDICT_H
#define RT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/window.h"

/** From bad to worse. */
enum rt_word {
	RT_WORD_NONE,
	/** Calls succeed, and more of them are slow or need a hedge. */
	RT_WORD_SLOW,
	/** More attempts fail, and most calls recover. */
	RT_WORD_AMPLIFIED,
	/** Calls fail. */
	RT_WORD_FAILING,
};
#define RT_WORD_COUNT (RT_WORD_FAILING + 1)

enum rt_trend {
	RT_TREND_STEADY,
	RT_TREND_WORSENING,
	RT_TREND_EASING,
};

#define RT_VERDICTS_MAX 32
#define RT_CAUSE_MAX 400
/** Operations that a verdict about a target names. */
#define RT_SHARERS_MAX 4

struct rt_named {
	/** "" if there is none. */
	char name[RT_PART_NAME_MAX];
	/** Others have many of the failures, too: as many as usual. */
	bool more;
};

struct rt_verdict {
	enum rt_word word;
	/** What it is about: a target if that is not NULL, else an operation.
	 *  Names live as long as the window. */
	const char *target, *operation;
	/** Operations that fail with the target, the worst first, and how many
	 *  more. */
	const char *sharer[RT_SHARERS_MAX];
	size_t sharer_count, sharers_more;
	uint64_t since_s;
	/** It was so when the log began: it may be older. */
	bool or_earlier;
	enum rt_trend trend;
	/** Within the last half minute, or since then: the shares of attempts
	 *  and calls that failed, and of successes that were slow; and calls
	 *  per second. Negative if not known. */
	uint64_t window_s;
	double failed_share, failed_calls_share, slow_share, hedge_share;
	double calls_per_s, failed_per_s;
	/** Attempts of each call that made any in that time, or, if that is not
	 * 0, from the onset until breakers refused most calls; 0 if retries do
	 * not multiply it, or it is not known. */
	double load;
	uint64_t load_until_s;
	/** What another verdict is about, and its onset, if the error names it;
	 *  else NULL. */
	const char *because;
	uint64_t because_s;
	/** The most frequent error of failed attempts, "" if there is none. */
	char error[RT_PART_NAME_MAX];
	double error_share;
	/** Calls per second that were denied. */
	double breaker_per_s, budget_per_s, deadline_per_s, hint_per_s;
	/** Hosts that were seen of late, and whether there are more than these.
	 */
	size_t hosts;
	bool hosts_more;
	/** None of these has twice the share of failures of another. */
	bool hosts_alike;
	/** The only one of several targets, policies, services and hosts that
	 *  fails more than usual, or is slow. A policy has its hash if another
	 *  one has its name. */
	struct rt_named part, policy, service, host;
};

struct rt_verdicts {
	/** The worst first. */
	struct rt_verdict item[RT_VERDICTS_MAX];
	size_t count;
	/** Further ones, which had no room. */
	size_t more;
	/** Seconds that the log covers, up to the newest event. */
	uint64_t covered_s;
};

/** "FAILING" and so on. */
const char *rt_word_name(enum rt_word word);
const char *rt_trend_name(enum rt_trend trend);

/** Judge at the newest event. False if there is no memory. */
bool rt_verdicts_update(struct rt_verdicts *verdicts, struct rt_window *window);

/** The word for a subject that rt_window_judge() judged; its beginning goes to
 *  @p since_s, 0 if nothing is wrong. */
enum rt_word rt_verdict_of(const struct rt_subject *subject, uint64_t end_s,
			   uint64_t *since_s);

/** The same for an operation, of which one policy alone may be bad: it goes to
 *  @p side, or NULL. */
enum rt_word rt_verdict_of_operation(const struct rt_operation *operation,
				     uint64_t end_s, uint64_t *since_s,
				     const struct rt_side **side);

/** What is wrong, as parts count it. */
enum rt_harm rt_verdict_harm(enum rt_word word,
			     const struct rt_subject *subject);

/** Whether what began then becomes worse. */
enum rt_trend rt_verdict_trend(enum rt_word word,
			       const struct rt_subject *subject,
			       uint64_t since_s, uint64_t end_s);

/** The part that alone comes to harm; NULL if none does. */
const struct rt_part *rt_verdict_only(const struct rt_subject *subject,
				      struct rt_parts *parts, enum rt_harm harm,
				      uint64_t since_s, uint64_t end_s);

/** Attempts per second that failed of late, in what began then. */
double rt_verdict_failed_per_s(const struct rt_subject *subject,
			       uint64_t since_s, uint64_t end_s);

/** Say what the subject of a verdict shows; its word and since_s are set, and
 *  the rest is zero. @p side is its only policy that is bad, or NULL. */
void rt_verdict_describe(struct rt_verdict *verdict,
			 const struct rt_subject *subject,
			 const struct rt_side *side, uint64_t end_s);

/** What it is about. */
static inline const char *
rt_verdict_about(const struct rt_verdict *verdict)
{
	return verdict->target != NULL ? verdict->target : verdict->operation;
}

/** Find by how much retries multiply the load in what was described. */
void rt_verdict_weigh(struct rt_verdict *verdict,
		      const struct rt_window *window, uint64_t end_s);

/** Find which verdicts are a consequence of another. */
void rt_verdicts_link(struct rt_verdicts *verdicts,
		      const struct rt_window *window, uint64_t end_s);

/** The cause in words: errors, denials and the host. Returns @p out. */
char *rt_verdict_reasons(const struct rt_verdict *verdict, char *out,
			 size_t size);

#define RT_RATES_MAX 160

/** How many calls there are, and are denied. Returns @p out. */
char *rt_verdict_rates(const struct rt_verdict *verdict, char *out,
		       size_t size);

/** Both. Returns @p out. */
char *rt_verdict_cause(const struct rt_verdict *verdict, char *out,
		       size_t size);

#endif
