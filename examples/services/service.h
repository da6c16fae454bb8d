/* The common start of the example services: options, policies, the clock, the
 * event log, signals. */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdint.h>

#include <backoff.h>

/** Made by service_start(). */
struct service {
	/** The time of all retries: the machine's, or virtual with -t. */
	struct backoff_clock clock;
	/** With -t: the file whose bytes end waits, and the sum of past waits.
	 */
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
 * Read the shared options and set up; prints the usage and exits when the
 * command line is wrong.
 *
 * @param usage     the operands, "DATABASE FOLDER TEXT"
 * @param operands  the minimum number of operands
 * @return index of the first operand in argv
 */
int service_start(struct service *service, int argc, char **argv,
		  const char *usage, int operands);

/** Free what service_start() made. */
void service_stop(struct service *service);

/** A retry for one operation against one target, under the policy of that
 *  name; exits with 3 and a message if the policy is bad. */
struct backoff_retry *service_retry(const struct service *service,
				    const char *policy, const char *operation,
				    const char *target);

/** One call with an attempt function, ended by a signal too. */
enum backoff_status service_run(const struct service *service,
				struct backoff_retry *retry,
				backoff_attempt_fn fn, void *user,
				struct backoff_answer *answer);

/** Now, on the service's clock; and since 1970. */
uint64_t service_now_ns(const struct service *service);
uint64_t service_wall_ns(const struct service *service);

/** The attempt's time left in milliseconds, at least 1; 0 if it has no
 *  limit. */
long service_left_ms(const struct service *service,
		     const struct backoff_attempt *attempt);

#endif
