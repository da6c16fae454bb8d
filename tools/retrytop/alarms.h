/* Verdicts and alerts: those of now, and those that have ended. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_ALARMS_H
#define RT_ALARMS_H

#include "live/said.h"
#include "rules/watch.h"

/** Ended ones that are remembered. */
#define RT_ALARMS_OVER_MAX 64

/* X(member, heading). The parts of the list, in their order. */
#define RT_ALARM_PARTS(X)                                                      \
	X(WRONG, "WRONG NOW")                                                  \
	X(NOTE, "WORTH KNOWING")                                               \
	X(KEPT, "RULES THAT ARE NOT BROKEN")                                   \
	X(OVER, "ENDED")

#define RT_ALARM_MEMBER(member, heading) RT_ALARM_##member,

enum rt_alarm_part { RT_ALARM_PARTS(RT_ALARM_MEMBER) RT_ALARM_PART_COUNT };

struct rt_alarm {
	enum rt_alarm_part part;
	/** A verdict has no rule. */
	const struct rt_rule *rule;
	enum rt_word word;
	/** One of them; "" and NULL for a rule without operations. Targets are
	 *  forgotten after an hour. */
	char target[RT_PART_NAME_MAX];
	const char *operation;
	/** 0: not known, or it has not ended. */
	uint64_t since_s, ended_s;
	/** That of a rule, the last one. */
	double value;
	uint64_t window_s;
	/** The verdict, as it was at its worst if it has ended; lives until the
	 *  next update. */
	const struct rt_verdict *verdict;
	struct rt_note note;
};

#define RT_ALARMS_MAX                                                          \
	(RT_VERDICTS_MAX + RT_RULE_ALERTS_MAX + RT_RULES_MAX + RT_NOTES_MAX +  \
	 RT_ALARMS_OVER_MAX + RT_SAID_MAX)

/** Zero has none. */
struct rt_alarms {
	struct rt_rule_watch watch;
	/** Rules, the newest first. */
	struct rt_alarm over[RT_ALARMS_OVER_MAX];
	size_t over_count;
	/** The list. */
	struct rt_alarm row[RT_ALARMS_MAX];
	size_t count;
	/** The one that is selected; nothing in it: the first. */
	struct rt_alarm selected;
};

/** Called for each rule that is broken from now on, or no longer is. */
typedef rt_rule_watch_fn rt_alarms_fn;

/** Note the verdicts, those that have ended, and the alerts of now, which is
 *  @p now_s; 0: it is not known when alerts began. @p report may be NULL. */
void rt_alarms_update(struct rt_alarms *alarms, const struct rt_model *model,
		      const struct rt_said *said, const struct rt_rules *rules,
		      struct rt_rule_alerts *alerts, uint64_t now_s,
		      rt_alarms_fn report, void *user);

const char *rt_alarm_heading(enum rt_alarm_part part);

/** Position of the selected one. */
size_t rt_alarms_selected(const struct rt_alarms *alarms);

/** Move the selection down; stops at both ends. */
void rt_alarms_move(struct rt_alarms *alarms, long rows);

/** The operation that the selected one is about, or the worst one that fails
 *  with its target; NULL if there is none. */
const char *rt_alarms_operation(const struct rt_alarms *alarms,
				const struct rt_model *model);

#endif
