/* A world: traffic, a target's troubles and the fate of calls, as a file
 * states them. docs/world-format.md says what each member means. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_H
#define RS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policies/policy_set.h"
#include "world/law.h"

#define RS_WORLD_STATES_MAX 8
#define RS_WORLD_ERRORS_MAX 8
#define RS_WORLD_PROCESSES_MAX 4
/** Maximum size of a world file. */
#define RS_WORLD_BYTES_MAX 65536

/** What an answer about the world depends on. */
enum rs_world_group {
	/** On the state of the target at the time of an attempt. */
	RS_WORLD_ENVIRONMENT,
	/** Also on the call's own fate, or on a timeout. */
	RS_WORLD_FATE,
	/** Also on the load. */
	RS_WORLD_LOAD,
};

/** A kind of failure. Texts are "" if there is none. */
struct rs_world_error {
	double weight;
	/** 0: failure; 1: timeout. */
	int outcome;
	int failure_class;
	char type[64], code[64], text[128];
	struct rs_law latency, hint;
	/** The hint is what is left of the state, rounded up to seconds. */
	bool hint_window;
};

struct rs_world_errors {
	struct rs_world_error item[RS_WORLD_ERRORS_MAX];
	uint32_t count;
};

struct rs_world_state {
	char name[32];
	struct rs_law stay;
	/** Drawn for each stay between fails and fails_to; fails_to < 0:
	 *  always fails. */
	double fails, fails_to;
	/** Among the states that follow the first. */
	double weight;
	struct rs_law latency, failure_latency;
	struct rs_world_errors errors;
};

struct rs_world_drift {
	bool given;
	double low, high, period;
};

struct rs_world_walk {
	bool given;
	double low, high;
	/** Standard deviation of the logit after a second. */
	double sigma;
	/** Seconds between steps. */
	double every;
};

/** One source of trouble. */
struct rs_world_process {
	/** 0: all targets share it; 1: each target has its own. */
	int scope;
	/** 0: back to the first state after each other one; 1: in a circle. */
	int order;
	struct rs_world_state state[RS_WORLD_STATES_MAX];
	uint32_t state_count;
	struct rs_world_drift drift;
	struct rs_world_walk walk;
	struct rs_world_errors errors;
};

struct rs_world_bursts {
	bool given;
	double every, length, factor;
};

struct rs_world_arrivals {
	/** Calls per second. */
	double rate;
	/** Relative amplitude of a sine, and its period. */
	double swing, period;
	struct rs_world_bursts bursts;
};

struct rs_world_targets {
	bool given;
	uint32_t count;
	bool labelled;
};

struct rs_world_wander {
	bool given;
	double sigma, time;
};

struct rs_world_own {
	bool given;
	double share, a, b;
};

struct rs_world_clears {
	bool given;
	double share;
	struct rs_law after;
};

struct rs_world_payload {
	bool given;
	/** Sizes are log-normal with median 1. */
	double sigma;
	/** A call of size s fails with probability 1 - exp(-fails s). */
	double fails;
	/** Latencies are multiplied by the size. */
	bool slows;
};

struct rs_world_fate {
	double permanent;
	struct rs_world_own own;
	struct rs_world_clears clears;
	struct rs_world_payload payload;
	struct rs_world_errors errors;
};

/** Attempts take tokens from a bucket. */
struct rs_world_quota {
	bool given;
	double rate, burst;
	bool hint;
};

/** Workers with a queue. */
struct rs_world_capacity {
	bool given;
	uint32_t workers, queue;
	struct rs_law service;
};

struct rs_world_hosts {
	bool given;
	uint32_t count;
	double skew;
};

struct rs_world_log {
	/** Which calls that succeed leave a line: 0 all, 1 those that retried,
	 *  2 none. */
	int successes;
	/** Share of lines that are lost. */
	double loss;
	/** 0: native; 1: as a service in Python logs failures. */
	int format;
	bool sequence;
};

struct rs_world {
	char name[64];
	char description[512];
	int group;
	double length;
	struct rs_world_arrivals arrivals;
	struct rs_world_targets targets;
	struct rs_world_process process[RS_WORLD_PROCESSES_MAX];
	uint32_t process_count;
	struct rs_law latency, failure_latency;
	struct rs_world_wander wander;
	struct rs_world_errors errors;
	struct rs_world_fate fate;
	struct rs_world_quota quota;
	struct rs_world_capacity capacity;
	struct rs_world_hosts hosts;
	struct rs_world_log log;
	/** Policies that it is recorded under, and compared with. */
	struct rs_policy_set record, compare;
	/** Whether it belongs to the short run of eval; windows that eval runs
	 *  unless --seeds says otherwise. */
	bool subset;
	uint32_t seeds;
};

/** Read a world. BACKOFF_OK; BACKOFF_E_SYNTAX, BACKOFF_E_FIELD, BACKOFF_E_VALUE
 *  or BACKOFF_E_LIMIT with line, column and path; BACKOFF_E_NOMEM. Free it with
 *  rs_world_clear() on BACKOFF_OK. */
enum backoff_status rs_world_parse(const char *text, size_t length,
				   struct rs_world *out,
				   struct backoff_error *error);
void rs_world_clear(struct rs_world *world);

/** Load the world that a word names: one of the shipped worlds, or a file,
 * which has a '/' or ends in .json. Errors are reported on stderr. Returns an
 * exit code. */
enum tk_exit rs_world_load(const char *word, struct rs_world *out);

/** Name and text of shipped world @p index; NULL past the last. */
const char *rs_world_shipped_name(size_t index);
const char *rs_world_shipped_text(size_t index);

/** The name of a group: "environment" and so on. */
const char *rs_world_group_name(int group);

/** The JSON Schema (draft 2020-12) of world files; returns its length, as
 *  snprintf(3) does. */
size_t rs_world_schema(char *buffer, size_t size);

#endif
