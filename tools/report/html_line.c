/* HTML: the time-line with incidents, and what policies did in them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/rfc3339.h"
#include "common/units.h"
#include "report/failed.h"
#include "report/html_charts.h"
#include "report/html_incidents.h"

/* Lanes of a time-line; incidents in its table: those in which most calls
 * fail. */
#define LANES_MAX 5

void
rs_html_clock(uint64_t ns, char *buffer, size_t size)
{
	char time[40];

	bo_rfc3339_format(ns, 3, time, sizeof(time));
	snprintf(buffer, size, "%.8s", time + 11);
}

const char *
rs_html_incident_name(const struct rs_subject_incident *incident, char *buffer,
		      size_t size)
{
	char from[16], to[16];

	rs_html_clock(incident->from_ns, from, sizeof(from));
	rs_html_clock(incident->to_ns, to, sizeof(to));
	snprintf(buffer, size, "%s-%s%s%.60s", from, to,
		 incident->target ? ", " : "",
		 incident->target ? incident->target : "");
	return buffer;
}

/* The bands of the incidents, to be freed with their names. */
static struct ch_band *
make_bands(const struct rs_subject *subject, char (*name)[128])
{
	struct ch_band *band = calloc(subject->incidents + 1, sizeof(*band));

	for (size_t i = 0; band && i < subject->incidents; i++) {
		const struct rs_subject_incident *incident =
			&subject->incident[i];

		band[i] = (struct ch_band){
			.from_ns = incident->from_ns,
			.to_ns = incident->to_ns,
			.label = rs_html_incident_name(incident, name[i],
						       sizeof(name[i]))};
	}
	return band;
}

static void
name_it(struct rs_html_head *head, const struct rs_html_part *part)
{
	const struct rs_subject *subject = part->subject;
	const struct rs_detail *now = part->choices.item[0].result->detail;
	double inside = 0;
	char all[32], count[32];

	for (size_t i = 0; i < subject->incidents; i++)
		inside += now->incident_failed[i];
	rs_count_text(rs_failed(part->choices.item[0].result), false, all,
		      sizeof(all));
	rs_count_text(inside, false, count, sizeof(count));
	if (subject->incidents == 0)
		rs_html_head(head, part, "time",
			     "No incident was found; %s calls fail under %s",
			     all, rs_html_label(&part->choices.item[0]));
	else
		rs_html_head(head, part, "time",
			     "%s of the %s calls that fail under %s begin in "
			     "%zu incident%s",
			     count, all, rs_html_label(&part->choices.item[0]),
			     subject->incidents,
			     subject->incidents == 1 ? "" : "s");
	snprintf(head->desc, sizeof(head->desc),
		 "Over the time of the log, how many calls that begin then "
		 "fail under each policy. Incidents are shaded and numbered.");
}

static int
put_lanes(const struct rs_html *html, const struct rs_html_part *part)
{
	const struct rs_subject *subject = part->subject;
	size_t drawn = rs_html_drawn(html, part);
	size_t lanes = drawn < LANES_MAX ? drawn : LANES_MAX;
	struct ch_lane lane[LANES_MAX];
	struct rs_html_head head;
	char(*name)[128] = calloc(subject->incidents + 1, sizeof(*name));
	struct ch_band *band = name ? make_bands(subject, name) : NULL;

	for (size_t i = 0; band && i < lanes; i++) {
		const struct rs_result *result = part->choices.item[i].result;

		lane[i] = (struct ch_lane){
			.label = result->policy->label,
			.style = rs_html_style(html, result->policy),
			.bin = result->detail->bin_failed};
	}
	name_it(&head, part);
	if (band)
		ch_timeline(html->out,
			    &(struct ch_timeline){
				    .head = rs_html_chart_head(&head),
				    .unit = CH_MEAN,
				    .axis = "failed calls, by when they begin",
				    .from_ns = subject->detail_from_ns,
				    .bin_ns = subject->detail_bin_ns,
				    .bins = subject->detail_bins,
				    .lane = lane,
				    .lanes = lanes,
				    .band = band,
				    .bands = subject->incidents});
	free(name);
	free(band);
	return band ? 0 : -1;
}

static void
put_incident_heads(const struct rs_html *html, const struct rs_html_part *part,
		   const size_t *shown, size_t count)
{
	const struct rs_subject *subject = part->subject;
	const struct rs_detail *now = part->choices.item[0].result->detail;

	fputs("<thead>\n<tr><th scope=\"col\" class=\"w\">policy</th>\n",
	      html->out);
	for (size_t i = 0; i < count; i++) {
		const struct rs_subject_incident *incident =
			&subject->incident[shown[i]];
		char name[128];

		fprintf(html->out, "<th scope=\"col\">%zu", shown[i] + 1);
		fputs("<small>", html->out);
		rs_html_text(html->out, rs_html_incident_name(incident, name,
							      sizeof(name)));
		fprintf(html->out, "</small><small>%.0f calls</small></th>\n",
			now->incident_calls[shown[i]]);
	}
	fputs("<th scope=\"col\">at other times</th></tr>\n"
	      "</thead>\n",
	      html->out);
}

static void
put_incident_row(const struct rs_html *html, const struct rs_html_part *part,
		 size_t choice, const size_t *shown, size_t count)
{
	const struct rs_result *result = part->choices.item[choice].result;
	double rest = rs_failed(result);
	char text[32];

	fprintf(html->out, "<tr%s><th scope=\"row\">",
		choice == 0 ? " class=\"base\"" : "");
	rs_html_text(html->out, result->policy->label);
	fputs("</th>\n", html->out);
	for (size_t i = 0; i < count; i++) {
		double failed = result->detail->incident_failed[shown[i]];

		rest -= failed;
		fprintf(html->out, "<td>%s</td>",
			rs_count_text(failed, false, text, sizeof(text)));
	}
	rest = rest > 1e-6 ? rest : 0;
	fprintf(html->out, "<td>%s</td></tr>\n",
		rs_count_text(rest, false, text, sizeof(text)));
}

size_t
rs_html_worst_incidents(const struct rs_html_part *part,
			size_t shown[RS_HTML_INCIDENTS])
{
	const struct rs_detail *now = part->choices.item[0].result->detail;
	size_t count = 0;

	for (size_t i = 0; i < part->subject->incidents; i++) {
		size_t at = count < RS_HTML_INCIDENTS ? count++ : count;

		while (at > 0 && now->incident_calls[i] >
					 now->incident_calls[shown[at - 1]]) {
			if (at < RS_HTML_INCIDENTS)
				shown[at] = shown[at - 1];
			at--;
		}
		if (at < RS_HTML_INCIDENTS)
			shown[at] = i;
	}
	/* In the order of time. */
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && shown[j] < shown[j - 1]; j--) {
			size_t other = shown[j];

			shown[j] = shown[j - 1];
			shown[j - 1] = other;
		}
	return count;
}

static void
put_incidents(const struct rs_html *html, const struct rs_html_part *part)
{
	size_t shown[RS_HTML_INCIDENTS];
	size_t count = rs_html_worst_incidents(part, shown);

	if (count == 0)
		return;
	rs_html_scroll(html, "Incidents", part);
	fprintf(html->out,
		"<table class=\"rows\">\n<caption>Failed calls, by the "
		"incident in which they begin%s.</caption>\n",
		count < part->subject->incidents
			? "; shown are those in which most calls begin"
			: "");
	put_incident_heads(html, part, shown, count);
	fputs("<tbody>\n", html->out);
	for (size_t i = 0; i < part->choices.count; i++)
		put_incident_row(html, part, i, shown, count);
	fputs("</tbody>\n</table>\n</div>\n", html->out);
}

int
rs_html_time_line(const struct rs_html *html, const struct rs_html_part *part)
{
	fputs("<h3>Over time</h3>\n", html->out);
	if (put_lanes(html, part))
		return -1;
	put_incidents(html, part);
	return 0;
}
