/* One operation's comparison in words. */
#ifndef RS_REPORT_ADVICE_H
#define RS_REPORT_ADVICE_H

#include <stddef.h>

#include "report/report.h"

/** What ran, what would be better or as good for less, what cannot be said. */
void rs_advice(const struct rs_report *report, const struct rs_subject *subject,
	       char *text, size_t size);

#endif
