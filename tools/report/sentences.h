/* Sentences about an operation and its results, for every format for people. */
#ifndef RS_SENTENCES_H
#define RS_SENTENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

/** Introduce an operation: calls, the policy that wrote its log, failures. */
void rs_say_operation(const struct rs_report *report,
		      const struct rs_subject *subject, char *text,
		      size_t size);

/** What a result's budget and breaker did. False if they stopped no call. */
bool rs_say_guard(const struct rs_result *result, char *text, size_t size);

/** Which policies have a budget or a breaker that stopped no call. False if
 *  none has. */
bool rs_say_idle_guards(const struct rs_report *report,
			const struct rs_subject *subject, char *text,
			size_t size);

/** How a result's load compares with the log's. False if it is usual or not
 *  known. */
bool rs_say_load(const struct rs_result *result, char *text, size_t size);

#endif
