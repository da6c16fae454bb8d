/* The rows of laws and errors in a world file. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdint.h>

#include "world/members.h"
#include "world/world.h"

static const struct tk_member law_rows[] = {
	{.name = "law",
	 .kind = TK_MEMBER_NAME,
	 .required = true,
	 TK_AT(rs_law, kind),
	 .names = "none fixed exponential lognormal pareto uniform",
	 .doc = "Kind of the law."},
	{.name = "mean",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rs_law, mean),
	 .max = RS_LONG_S,
	 .doc = "The value of a fixed law, the mean of an exponential one."},
	{.name = "median",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rs_law, median),
	 .max = RS_LONG_S,
	 .doc = "Median of a log-normal law."},
	{.name = "sigma",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_law, sigma),
	 .max = 5,
	 .doc = "Standard deviation of the logarithm of a log-normal law."},
	{.name = "least",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rs_law, least),
	 .max = RS_LONG_S,
	 .doc = "Least value of a Pareto law."},
	{.name = "shape",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_law, shape),
	 .max = 100,
	 .doc = "Tail index of a Pareto law: P(X > x) = (least/x)^shape."},
	{.name = "low",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rs_law, low),
	 .max = RS_LONG_S,
	 .doc = "Least value of a uniform law."},
	{.name = "high",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rs_law, high),
	 .max = RS_LONG_S,
	 .doc = "Largest value of a uniform law."},
	{.name = "most",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rs_law, most),
	 .max = RS_LONG_S,
	 .doc = "Longer draws are cut to this; 0 cuts none."},
};

static const char *
check_law(const void *object)
{
	const struct rs_law *law = object;

	switch ((enum rs_law_kind)law->kind) {
	case RS_LAW_NONE:
	case RS_LAW_FIXED:
		return NULL;
	case RS_LAW_EXPONENTIAL:
		return law->mean > 0
			       ? NULL
			       : "an exponential law needs a mean above 0";
	case RS_LAW_LOGNORMAL:
		return law->median > 0
			       ? NULL
			       : "a log-normal law needs a median above 0";
	case RS_LAW_PARETO:
		return law->least > 0 && law->shape > 0
			       ? NULL
			       : "a Pareto law needs least and shape above 0";
	case RS_LAW_UNIFORM:
		return law->low <= law->high && law->high > 0
			       ? NULL
			       : "a uniform law needs low <= high, above 0";
	}
	return NULL;
}

const struct tk_member_table rs_law_table = {
	TK_ROWS(law_rows), sizeof(struct rs_law), TK_PLAIN, NULL,
	check_law,         .definition = "law"};

enum backoff_status
rs_read_law(struct tk_reader *reader, void *law)
{
	static const struct rs_law none;

	*(struct rs_law *)law = none;
	if (*tk_reader_at(reader) == '{')
		return tk_reader_object(reader, &rs_law_table, law);
	((struct rs_law *)law)->kind = RS_LAW_FIXED;
	return tk_reader_seconds(reader, &((struct rs_law *)law)->mean);
}

static const struct tk_member error_rows[] = {
	{.name = "weight",
	 .kind = TK_MEMBER_NUMBER,
	 TK_AT(rs_world_error, weight),
	 .max = 1e6,
	 .doc = "How often it is drawn, relative to the others; default 1."},
	{.name = "outcome",
	 .kind = TK_MEMBER_NAME,
	 TK_AT(rs_world_error, outcome),
	 .names = "failure timeout",
	 .doc = "Outcome of the attempt; default failure."},
	{.name = "class",
	 .kind = TK_MEMBER_NAME,
	 TK_AT(rs_world_error, failure_class),
	 .names = "unknown transient throttle server client timeout conflict "
		  "fatal",
	 .doc = "Class of the failure; default transient."},
	{.name = "type",
	 .kind = TK_MEMBER_TEXT,
	 TK_AT(rs_world_error, type),
	 .most = 64,
	 .doc = "Error type; default ConnectionError."},
	{.name = "code",
	 .kind = TK_MEMBER_TEXT,
	 TK_AT(rs_world_error, code),
	 .most = 64,
	 .doc = "Code, such as http:503."},
	{.name = "text",
	 .kind = TK_MEMBER_TEXT,
	 TK_AT(rs_world_error, text),
	 .most = 128,
	 .doc = "Text of the error."},
	{.name = "latency",
	 .kind = RS_MEMBER_LAW,
	 TK_AT(rs_world_error, latency),
	 .doc = "Duration of such a failure; default that of failures in the "
		"state."},
	{.name = "hint",
	 .kind = RS_MEMBER_LAW,
	 TK_AT(rs_world_error, hint),
	 .doc = "Delay that the peer asks for."},
	{.name = "hint_window",
	 .kind = TK_MEMBER_FLAG,
	 TK_AT(rs_world_error, hint_window),
	 .doc = "The peer asks to wait until the state is over, in whole "
		"seconds."},
};

static void
default_error(void *object)
{
	struct rs_world_error *error = object;

	*error = (struct rs_world_error){.weight = 1,
					 .failure_class =
						 BACKOFF_CLASS_TRANSIENT,
					 .type = "ConnectionError"};
}

const struct tk_member_table rs_error_table = {
	TK_ROWS(error_rows), sizeof(struct rs_world_error), TK_PLAIN,
	default_error, .definition = "error"};
