/* Shared start of the example services: options, policies, the clock, the event
 * log, and the end on a signal. */
/* SPDX-License-Identifier: MIT */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdint.h>

#include <backoff.h>

/** Filled by service_start(). */
struct service {
	/** The clock of all retries: the machine's, or virtual with -t. */
	struct backoff_clock clock;
	/** With -t: where ticks are read, and the sum of waits that passed. */
	int ticks;
	_Atomic uint64_t passed_ns;
	/** The attempt log of -e; NULL without. */
	struct backoff_sink *sink;
	/** Switched on by SIGINT and SIGTERM: waits and transfers end. */
	struct backoff_cancel *cancel;
	/** The folder that is searched for NAME.json before the shipped ones.
	 */
	const char *policies;
};

/**
 * Read the shared options and set up; print the usage and exit if the command
 * line is wrong.
 *
 * @param usage     the operands, "DATABASE FOLDER TEXT"
 * @param operands  their minimum number
 * @return index of the first operand in argv
 */
int service_start(struct service *service, int argc, char **argv,
		  const char *usage, int operands);

/** Free what service_start() made. */
void service_stop(struct service *service);

/** A retry object for one operation and one target, under the policy of that
 *  name; exits with 3 and a message if the policy is bad. */
struct backoff_retry *service_retry(const struct service *service,
				    const char *policy, const char *operation,
				    const char *target);

/** Make one call with an attempt function; a signal ends it, too. */
enum backoff_status service_run(const struct service *service,
				struct backoff_retry *retry,
				backoff_attempt_fn fn, void *user,
				struct backoff_answer *answer);

/** The time on the service's clock: monotonic, and since 1970. */
uint64_t service_now_ns(const struct service *service);
uint64_t service_wall_ns(const struct service *service);

/** The attempt's remaining time in milliseconds, at least 1; 0 if it has no
 *  limit. */
long service_left_ms(const struct service *service,
		     const struct backoff_attempt *attempt);

#endif
