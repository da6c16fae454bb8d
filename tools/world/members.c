/* The rows of a world file. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdint.h>

#include "world/members.h"
#include "world/world.h"

#define ERRORS(type)                                                           \
	{                                                                      \
		.name = "errors", .kind = TK_MEMBER_LIST,                      \
		TK_AT(type, errors.item),                                      \
		.count_offset = offsetof(struct type, errors.count),           \
		.most = RS_WORLD_ERRORS_MAX, .table = &rs_error_table,         \
		.doc = "Kinds of failures."                                    \
	}

static const struct tk_member state_rows[] = {
	{.name = "name",
	 .kind = TK_MEMBER_TEXT,
	 TK_AT(rs_world_state, name),
	 .most = 32,
	 .doc = "For readers."},
	{.name = "stay",
	 .kind = RS_MEMBER_LAW,
	 TK_AT(rs_world_state, stay),
	 .doc = "How long the state lasts; needed if there are several."},
	{.name = "fails",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_world_state, fails),
	 .max = 1,
	 .doc = "Probability that an attempt fails; default 0."},
	{.name = "fails_to",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_world_state, fails_to),
	 .max = 1,
	 .doc = "If given, each stay draws a probability between fails and "
		"this."},
	{.name = "weight",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_world_state, weight),
	 .max = 1e6,
	 .doc = "How often it follows the first state, relative to the "
		"others; default 1."},
	{.name = "latency",
	 .kind = RS_MEMBER_LAW,
	 TK_AT(rs_world_state, latency),
	 .doc = "Duration of an attempt; default the world's."},
	{.name = "failure_latency",
	 .kind = RS_MEMBER_LAW,
	 TK_AT(rs_world_state, failure_latency),
	 .doc = "Duration of an attempt that fails; default the world's."},
	ERRORS(rs_world_state),
};

static void
default_state(void *object)
{
	struct rs_world_state *state = object;

	*state = (struct rs_world_state){.fails_to = -1, .weight = 1};
}

static const struct tk_member_table state_table = {
	TK_ROWS(state_rows), sizeof(struct rs_world_state), TK_PLAIN,
	default_state, NULL};

static const struct tk_member drift_rows[] = {
	{.name = "low",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_drift, low),
	 .max = 1,
	 .doc = "Lowest probability of failure."},
	{.name = "high",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_drift, high),
	 .max = 1,
	 .doc = "Highest probability of failure."},
	{.name = "period",
	 .kind = TK_MEMBER_DURATION,
	 .required = true,
	 TK_AT(rs_world_drift, period),
	 .min = 1,
	 .max = RS_LONG_S,
	 .doc = "Time from the lowest to the highest and back."},
};

static const struct tk_member_table drift_table = {
	TK_ROWS(drift_rows), sizeof(struct rs_world_drift),
	offsetof(struct rs_world_drift, given), NULL, NULL};

static const struct tk_member walk_rows[] = {
	{.name = "low",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_walk, low),
	 .min = 1e-9,
	 .max = 0.999999,
	 .doc = "Lowest probability of failure, where the walk turns."},
	{.name = "high",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_walk, high),
	 .min = 1e-9,
	 .max = 0.999999,
	 .doc = "Highest probability of failure, likewise."},
	{.name = "sigma",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_walk, sigma),
	 .min = 1e-6,
	 .max = 100,
	 .doc = "Standard deviation of the logit of the probability after one "
		"second."},
	{.name = "every",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rs_world_walk, every),
	 .min = 0.01,
	 .max = 3600,
	 .doc = "Time between steps; default 1 s."},
};

static void
default_walk(void *object)
{
	struct rs_world_walk *walk = object;

	walk->every = 1;
}

static const char *
check_walk(const void *object)
{
	const struct rs_world_walk *walk = object;

	return walk->low < walk->high ? NULL : "low must be below high";
}

static const struct tk_member_table walk_table = {
	TK_ROWS(walk_rows), sizeof(struct rs_world_walk),
	offsetof(struct rs_world_walk, given), default_walk, check_walk};

static const struct tk_member process_rows[] = {
	{.name = "scope",
	 .kind = TK_MEMBER_NAME,
	 TK_AT(rs_world_process, scope),
	 .names = "all each",
	 .doc = "Whether all targets share it, or each has its own; default "
		"all."},
	{.name = "order",
	 .kind = TK_MEMBER_NAME,
	 TK_AT(rs_world_process, order),
	 .names = "return circle",
	 .doc = "After each other state comes the first one again (default), "
		"or states follow each other in a circle."},
	{.name = "states",
	 .kind = TK_MEMBER_LIST,
	 TK_AT(rs_world_process, state),
	 .count_offset = offsetof(struct rs_world_process, state_count),
	 .most = RS_WORLD_STATES_MAX,
	 .table = &state_table,
	 .doc = "States of the target."},
	{.name = "drift",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world_process, drift),
	 .table = &drift_table,
	 .doc = "A probability of failure that rises and falls as a cosine."},
	{.name = "walk",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world_process, walk),
	 .table = &walk_table,
	 .doc = "A probability of failure that walks at random."},
	ERRORS(rs_world_process),
};

static const char *
check_process(const void *object)
{
	const struct rs_world_process *process = object;
	int kinds = (process->state_count > 0) + process->drift.given +
		    process->walk.given;

	if (kinds != 1)
		return "must have one of states, drift and walk";
	for (uint32_t i = 0;
	     process->state_count > 1 && i < process->state_count; i++)
		if (!(rs_law_mean(&process->state[i].stay) > 0))
			return "each of several states needs stay, above 0";
	return NULL;
}

static const struct tk_member_table process_table = {
	TK_ROWS(process_rows), sizeof(struct rs_world_process), TK_PLAIN, NULL,
	check_process};

static const struct tk_member burst_rows[] = {
	{.name = "every",
	 .kind = TK_MEMBER_DURATION,
	 .required = true,
	 TK_AT(rs_world_bursts, every),
	 .min = 0.1,
	 .max = RS_LONG_S,
	 .doc = "Time from one burst to the next; the first comes after half "
		"of it."},
	{.name = "length",
	 .kind = TK_MEMBER_DURATION,
	 .required = true,
	 TK_AT(rs_world_bursts, length),
	 .min = 0.001,
	 .max = RS_LONG_S,
	 .doc = "Length of a burst."},
	{.name = "factor",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_bursts, factor),
	 .max = 1000,
	 .doc = "Factor of the rate during a burst."},
};

static const struct tk_member_table burst_table = {
	TK_ROWS(burst_rows), sizeof(struct rs_world_bursts),
	offsetof(struct rs_world_bursts, given), NULL, NULL};

static const struct tk_member arrival_rows[] = {
	{.name = "rate",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_arrivals, rate),
	 .min = 1e-6,
	 .max = 1e6,
	 .doc = "Mean number of calls per second."},
	{.name = "swing",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_world_arrivals, swing),
	 .max = 1,
	 .doc = "Relative amplitude of a sine of the rate; default 0."},
	{.name = "period",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rs_world_arrivals, period),
	 .min = 1,
	 .max = RS_LONG_S,
	 .doc = "Period of that sine; default 1 day."},
	{.name = "bursts",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world_arrivals, bursts),
	 .table = &burst_table,
	 .doc = "Times of more, or fewer, calls."},
};

static void
default_arrivals(void *object)
{
	struct rs_world_arrivals *arrivals = object;

	arrivals->period = 86400;
}

static const struct tk_member_table arrival_table = {
	TK_ROWS(arrival_rows), sizeof(struct rs_world_arrivals), TK_PLAIN,
	default_arrivals, NULL};

static const struct tk_member target_rows[] = {
	{.name = "count",
	 .kind = TK_MEMBER_COUNT,
	 .required = true,
	 TK_AT(rs_world_targets, count),
	 .min = 1,
	 .max = 1000,
	 .doc = "Number of targets; each call goes to one of them."},
	{.name = "labelled",
	 .kind = TK_MEMBER_FLAG,
	 TK_AT(rs_world_targets, labelled),
	 .doc = "Whether the log names the target; default true."},
};

static void
default_targets(void *object)
{
	struct rs_world_targets *targets = object;

	targets->labelled = true;
}

static const struct tk_member_table target_table = {
	TK_ROWS(target_rows), sizeof(struct rs_world_targets),
	offsetof(struct rs_world_targets, given), default_targets, NULL};

static const struct tk_member wander_rows[] = {
	{.name = "sigma",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_wander, sigma),
	 .max = 5,
	 .doc = "Standard deviation of the logarithm of the factor."},
	{.name = "time",
	 .kind = TK_MEMBER_DURATION,
	 .required = true,
	 TK_AT(rs_world_wander, time),
	 .min = 0.01,
	 .max = RS_LONG_S,
	 .doc = "Time after which the factor's correlation is 1/e."},
};

static const struct tk_member_table wander_table = {
	TK_ROWS(wander_rows), sizeof(struct rs_world_wander),
	offsetof(struct rs_world_wander, given), NULL, NULL};

static const struct tk_member own_rows[] = {
	{.name = "share",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_world_own, share),
	 .max = 1,
	 .doc = "Share of calls with a failure probability of their own; "
		"default 1."},
	{.name = "a",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_own, a),
	 .min = 0.001,
	 .max = 1000,
	 .doc = "First parameter of the beta law of that probability."},
	{.name = "b",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_own, b),
	 .min = 0.001,
	 .max = 1000,
	 .doc = "Second parameter of that law."},
};

static void
default_own(void *object)
{
	struct rs_world_own *own = object;

	own->share = 1;
}

static const struct tk_member_table own_table = {
	TK_ROWS(own_rows), sizeof(struct rs_world_own),
	offsetof(struct rs_world_own, given), default_own, NULL};

static const struct tk_member clear_rows[] = {
	{.name = "share",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_clears, share),
	 .max = 1,
	 .doc = "Share of calls that have trouble of their own."},
	{.name = "after",
	 .kind = RS_MEMBER_LAW,
	 .required = true,
	 TK_AT(rs_world_clears, after),
	 .doc = "Time from the call's start until its attempts no longer fail "
		"for this reason."},
};

static const struct tk_member_table clear_table = {
	TK_ROWS(clear_rows), sizeof(struct rs_world_clears),
	offsetof(struct rs_world_clears, given), NULL, NULL};

static const struct tk_member payload_rows[] = {
	{.name = "sigma",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_payload, sigma),
	 .max = 5,
	 .doc = "Calls have a log-normal size with median 1 and this standard "
		"deviation of the logarithm."},
	{.name = "fails",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_world_payload, fails),
	 .max = 100,
	 .doc = "An attempt of size s fails with probability 1 - exp(-fails "
		"s); default 0."},
	{.name = "slows",
	 .kind = TK_MEMBER_FLAG,
	 TK_AT(rs_world_payload, slows),
	 .doc = "Whether latencies are multiplied by the size; default "
		"true."},
};

static void
default_payload(void *object)
{
	struct rs_world_payload *payload = object;

	payload->slows = true;
}

static const struct tk_member_table payload_table = {
	TK_ROWS(payload_rows), sizeof(struct rs_world_payload),
	offsetof(struct rs_world_payload, given), default_payload, NULL};

static const struct tk_member fate_rows[] = {
	{.name = "permanent",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_world_fate, permanent),
	 .max = 1,
	 .doc = "Share of calls that fail at every attempt; default 0."},
	{.name = "own",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world_fate, own),
	 .table = &own_table,
	 .doc = "Calls with a failure probability of their own."},
	{.name = "clears",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world_fate, clears),
	 .table = &clear_table,
	 .doc = "Calls whose attempts fail for some time."},
	{.name = "payload",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world_fate, payload),
	 .table = &payload_table,
	 .doc = "Calls of different size."},
	ERRORS(rs_world_fate),
};

static const struct tk_member_table fate_table = {
	TK_ROWS(fate_rows), sizeof(struct rs_world_fate), TK_PLAIN, NULL, NULL};

static const struct tk_member quota_rows[] = {
	{.name = "rate",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_quota, rate),
	 .min = 1e-6,
	 .max = 1e6,
	 .doc = "Attempts per second that each target accepts."},
	{.name = "burst",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rs_world_quota, burst),
	 .min = 1,
	 .max = 1e9,
	 .doc = "Attempts that it accepts at once."},
	{.name = "hint",
	 .kind = TK_MEMBER_FLAG,
	 TK_AT(rs_world_quota, hint),
	 .doc = "Whether a refusal says, in whole seconds, when to come back; "
		"default false."},
};

static const struct tk_member_table quota_table = {
	TK_ROWS(quota_rows), sizeof(struct rs_world_quota),
	offsetof(struct rs_world_quota, given), NULL, NULL};

static const struct tk_member capacity_rows[] = {
	{.name = "workers",
	 .kind = TK_MEMBER_COUNT,
	 .required = true,
	 TK_AT(rs_world_capacity, workers),
	 .min = 1,
	 .max = 1000,
	 .doc = "Attempts that each target serves at once."},
	{.name = "queue",
	 .kind = TK_MEMBER_COUNT,
	 .required = true,
	 TK_AT(rs_world_capacity, queue),
	 .max = 1000000,
	 .doc = "Attempts that may wait for a worker; others are refused."},
	{.name = "service",
	 .kind = RS_MEMBER_LAW,
	 .required = true,
	 TK_AT(rs_world_capacity, service),
	 .doc = "Time that a worker takes for an attempt, even if its caller "
		"no longer waits."},
};

static const char *
check_capacity(const void *object)
{
	const struct rs_world_capacity *capacity = object;

	return rs_law_mean(&capacity->service) > 0 ? NULL
						   : "service must be above 0";
}

static const struct tk_member_table capacity_table = {
	TK_ROWS(capacity_rows), sizeof(struct rs_world_capacity),
	offsetof(struct rs_world_capacity, given), NULL, check_capacity};

static const struct tk_member host_rows[] = {
	{.name = "count",
	 .kind = TK_MEMBER_COUNT,
	 .required = true,
	 TK_AT(rs_world_hosts, count),
	 .min = 1,
	 .max = 1000,
	 .doc = "Number of hosts that make the calls and write the log."},
	{.name = "skew",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rs_world_hosts, skew),
	 .max = 3600,
	 .doc = "Each host's clock is wrong by up to this; default 0."},
};

static const struct tk_member_table host_table = {
	TK_ROWS(host_rows), sizeof(struct rs_world_hosts),
	offsetof(struct rs_world_hosts, given), NULL, NULL};

static const struct tk_member log_rows[] = {
	{.name = "successes",
	 .kind = TK_MEMBER_NAME,
	 TK_AT(rs_world_log, successes),
	 .names = "all retried none",
	 .doc = "Which calls that succeed leave a line: all (default), those "
		"that retried, or none."},
	{.name = "loss",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_world_log, loss),
	 .max = 0.9,
	 .doc = "Share of lines that are lost; default 0."},
	{.name = "format",
	 .kind = TK_MEMBER_NAME,
	 TK_AT(rs_world_log, format),
	 .names = "native python-retry",
	 .doc = "Native lines (default), or those of the dialect python-retry, "
		"which has failures only, without policies, durations and "
		"laws."},
	{.name = "sequence",
	 .kind = TK_MEMBER_FLAG,
	 TK_AT(rs_world_log, sequence),
	 .doc = "Whether processes number their lines; default true."},
};

static void
default_log(void *object)
{
	struct rs_world_log *log = object;

	log->sequence = true;
}

static const char *
check_log(const void *object)
{
	const struct rs_world_log *log = object;

	return log->format == 1 && log->successes != 2
		       ? "the format python-retry needs successes none"
		       : NULL;
}

static const struct tk_member_table log_table = {
	TK_ROWS(log_rows), sizeof(struct rs_world_log), TK_PLAIN, default_log,
	check_log};

static const struct tk_member world_rows[] = {
	{.name = "world",
	 .kind = TK_MEMBER_TEXT,
	 .required = true,
	 TK_AT(rs_world, name),
	 .most = 64,
	 .doc = "Name of the world."},
	{.name = "description",
	 .kind = TK_MEMBER_TEXT,
	 TK_AT(rs_world, description),
	 .most = 512,
	 .doc = "For readers."},
	{.name = "group",
	 .kind = TK_MEMBER_NAME,
	 .required = true,
	 TK_AT(rs_world, group),
	 .names = "environment fate load",
	 .doc = "What answers depend on: the target's state alone; also the "
		"call's own fate or a timeout; also the load."},
	{.name = "subset",
	 .kind = TK_MEMBER_FLAG,
	 TK_AT(rs_world, subset),
	 .doc = "Whether eval --subset runs it; default false."},
	{.name = "seeds",
	 .kind = TK_MEMBER_COUNT,
	 TK_AT(rs_world, seeds),
	 .min = 1,
	 .max = 1000,
	 .doc = "Windows that eval runs; default 5."},
	{.name = "length",
	 .kind = TK_MEMBER_DURATION,
	 .required = true,
	 TK_AT(rs_world, length),
	 .min = 1,
	 .max = 31622400,
	 .doc = "Time that the log covers."},
	{.name = "arrivals",
	 .kind = TK_MEMBER_OBJECT,
	 .required = true,
	 TK_AT(rs_world, arrivals),
	 .table = &arrival_table,
	 .doc = "When calls begin."},
	{.name = "targets",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world, targets),
	 .table = &target_table,
	 .doc = "Targets of the calls; default one without a name."},
	{.name = "environment",
	 .kind = TK_MEMBER_LIST,
	 TK_AT(rs_world, process),
	 .count_offset = offsetof(struct rs_world, process_count),
	 .most = RS_WORLD_PROCESSES_MAX,
	 .table = &process_table,
	 .doc = "Independent sources of failures."},
	{.name = "latency",
	 .kind = RS_MEMBER_LAW,
	 TK_AT(rs_world, latency),
	 .doc = "Duration of an attempt; default 0."},
	{.name = "failure_latency",
	 .kind = RS_MEMBER_LAW,
	 TK_AT(rs_world, failure_latency),
	 .doc = "Duration of an attempt that fails; default latency."},
	{.name = "wander",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world, wander),
	 .table = &wander_table,
	 .doc = "A factor of all latencies that changes with time."},
	ERRORS(rs_world),
	{.name = "fate",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world, fate),
	 .table = &fate_table,
	 .doc = "Failures that stay with a call."},
	{.name = "quota",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world, quota),
	 .table = &quota_table,
	 .doc = "A limit of attempts, refused with http:429."},
	{.name = "capacity",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world, capacity),
	 .table = &capacity_table,
	 .doc = "Workers with a queue; refusals are http:503."},
	{.name = "hosts",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world, hosts),
	 .table = &host_table,
	 .doc = "Hosts and their clocks; default one, which is right."},
	{.name = "log",
	 .kind = TK_MEMBER_OBJECT,
	 TK_AT(rs_world, log),
	 .table = &log_table,
	 .doc = "What the log has."},
	{.name = "record",
	 .kind = RS_MEMBER_POLICIES,
	 .required = true,
	 TK_AT(rs_world, record),
	 .doc = "Policies that it is recorded under: names of shipped ones, or "
		"objects as in a policy file."},
	{.name = "compare",
	 .kind = RS_MEMBER_POLICIES,
	 .required = true,
	 TK_AT(rs_world, compare),
	 .doc = "Policies that each recording is replayed under, likewise."},
};

static void
default_world(void *object)
{
	struct rs_world *world = object;

	world->targets.count = 1;
	world->seeds = 5;
	default_log(&world->log);
}

static const char *
check_world(const void *object)
{
	const struct rs_world *world = object;

	if (world->arrivals.rate * world->length > 1e8)
		return "more than 100 million calls";
	return NULL;
}

const struct tk_member_table rs_world_table = {
	TK_ROWS(world_rows), sizeof(struct rs_world), TK_PLAIN, default_world,
	check_world,         .definition = "world"};
