/* Sentences about an operation and its results, for every format for people. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SENTENCES_H
#define RS_SENTENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

/** Introduce an operation: its calls, the policy that wrote its log, and how
 *  its calls fail. */
void rs_say_operation(const struct rs_report *report,
		      const struct rs_subject *subject, char *text,
		      size_t size);

/** Describe the calls that a budget and a breaker stopped. False if they
 * stopped none. */
bool rs_say_guard(const struct rs_result *result, char *text, size_t size);

/** List the policies whose budget and breaker stopped no call. False if there
 *  are none. */
bool rs_say_idle_guards(const struct rs_report *report,
			const struct rs_subject *subject, char *text,
			size_t size);

/** Compare the load of a result with the log's. False if it is usual, or not
 *  known. */
bool rs_say_load(const struct rs_result *result, char *text, size_t size);

/** The policy that wrote the log of an operation: "WEBHOOK (the delays
 *  match)". */
void rs_say_logged_policy(const struct rs_report *report,
			  const struct rs_subject *subject, char *text,
			  size_t size);

#endif
