/* Facts about an operation and a log, one row each. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/facts.h"

#include <string.h>

#include "base/num.h"

#define ROW_NAME(member, group, name, kind, value, known, metric, meaning)     \
	{group, name, NULL, RT_KIND_##kind, metric, meaning},

/* The end of a metric's name. */
#define SUFFIX_COUNT ""
#define SUFFIX_TIME "_timestamp_seconds"

#define LOG_NAME(member, name, title, kind, value, meaning)                    \
	{"",                                                                   \
	 name,                                                                 \
	 title,                                                                \
	 RT_KIND_##kind,                                                       \
	 "retrytop_log_" name SUFFIX_##kind,                                   \
	 meaning},

const struct rt_fact_name rt_facts[RT_FACT_COUNT] = {RT_FACTS(ROW_NAME)};
const struct rt_fact_name rt_log_facts[RT_LOG_FACT_COUNT] = {
	RT_LOG_FACTS(LOG_NAME)};

bool
rt_fact_is_total(enum rt_fact fact)
{
	return strcmp(rt_facts[fact].group, "total") == 0;
}

/* The member of struct rt_value that holds a kind. */
#define MEMBER_TEXT text
#define MEMBER_COUNT count
#define MEMBER_RATE real
#define MEMBER_RATIO real
#define MEMBER_SHARE real
#define MEMBER_SECONDS real
#define MEMBER_TIME time_ns

#define VALUE(kind_name, value, is_known)                                      \
	((struct rt_value){.kind = RT_KIND_##kind_name,                        \
			   .known = is_known,                                  \
			   .MEMBER_##kind_name = value})

struct rt_value
rt_fact_of_row(const struct rt_row *row, enum rt_fact fact)
{
#define ROW_VALUE(member, group, name, kind, value, known, ...)                \
	case RT_FACT_##member:                                                 \
		return VALUE(kind, value, known);

	switch (fact) {
		RT_FACTS(ROW_VALUE)
	case RT_FACT_COUNT:
		break;
	}
	return (struct rt_value){.known = false};
}

#define LOG_KNOWN_COUNT(count) true
#define LOG_KNOWN_TIME(time_ns) ((time_ns) != 0)

struct rt_value
rt_fact_of_log(const struct rt_ingest *log, enum rt_log_fact fact)
{
#define LOG_VALUE(member, name, title, kind, value, ...)                       \
	case RT_LOG_FACT_##member:                                             \
		return VALUE(kind, value, LOG_KNOWN_##kind(value));

	switch (fact) {
		RT_LOG_FACTS(LOG_VALUE)
	case RT_LOG_FACT_COUNT:
		break;
	}
	return (struct rt_value){.known = false};
}
