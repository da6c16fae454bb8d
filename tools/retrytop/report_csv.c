/* The numbers of the screen as comma-separated values (RFC 4180), a row per
 * operation, or other row. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/rfc3339.h"
#include "common/csv.h"
#include "live/facts.h"
#include "retrytop/numbers.h"
#include "retrytop/report.h"

#include <string.h>

/* What is not known is empty. */
static void
write_value(const struct rt_value *value, FILE *out)
{
	char text[40];

	if (!value->known)
		return;
	switch (value->kind) {
	case RT_KIND_TEXT:
		tk_csv_text(value->text, out);
		break;
	case RT_KIND_COUNT:
		fprintf(out, "%llu", (unsigned long long)value->count);
		break;
	case RT_KIND_TIME:
		fputs(bo_rfc3339_format(value->time_ns, 6, text, sizeof(text)),
		      out);
		break;
	default:
		rt_number_print(value->real, out);
	}
}

/* The first column has the name of what rows are by. */
static void
write_head(enum rt_group group, FILE *out)
{
	for (enum rt_fact fact = 0; fact < RT_FACT_COUNT; fact++) {
		const struct rt_fact_name *name = &rt_facts[fact];

		fprintf(out, "%s%s%s%s", fact > 0 ? "," : "", name->group,
			*name->group != '\0' ? "_" : "",
			fact == RT_FACT_OPERATION ? rt_group_name(group)
						  : name->name);
	}
	fputs("\r\n", out);
}

int
rt_report_csv(const struct rt_view *view, FILE *out)
{
	enum rt_group group = view->list->group;

	write_head(group, out);
	for (size_t i = 0; i < view->list->shown_count; i++) {
		for (enum rt_fact fact = 0; fact < RT_FACT_COUNT; fact++) {
			struct rt_value value =
				rt_fact_of_row(view->list->shown[i], fact);

			if (fact > 0)
				fputc(',', out);
			if (group != RT_GROUP_OPERATION &&
			    rt_fact_is_total(fact))
				continue;
			write_value(&value, out);
		}
		fputs("\r\n", out);
	}
	return ferror(out) ? -1 : 0;
}
