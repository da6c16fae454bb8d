/* When it was last seen that numbers cannot be trusted: lines that are bad or
 * lost. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/alerts.h"

#include <string.h>

#include "base/num.h"

#define NEW_NS (300 * BO_NS_PER_S)
#define SAME_NS (60 * BO_NS_PER_S)

uint64_t
rt_alert_count(const struct rt_ingest *ingest,
	       const struct tk_input_info *input, size_t inputs,
	       enum rt_alert alert)
{
	static const enum rt_log_fact fact[RT_ALERT_COUNT] = {
		[RT_ALERT_BAD] = RT_LOG_FACT_BAD,
		[RT_ALERT_LOST] = RT_LOG_FACT_LOST,
		[RT_ALERT_DROPPED] = RT_LOG_FACT_DROPPED,
		[RT_ALERT_LEAPS] = RT_LOG_FACT_CLOCK_LEAPS,
	};
	uint64_t bytes = 0;

	if (alert != RT_ALERT_BYTES)
		return rt_fact_of_log(ingest, fact[alert]).count;
	for (size_t i = 0; i < inputs; i++)
		bytes += input[i].lost_bytes;
	return bytes;
}

const char *
rt_alert_name(enum rt_alert alert)
{
	static const char *const names[RT_ALERT_COUNT] = {
		[RT_ALERT_BAD] = "bad lines",
		[RT_ALERT_LOST] = "lost by gaps in sequence numbers",
		[RT_ALERT_DROPPED] = "dropped, as processes report",
		[RT_ALERT_LEAPS] = "clock leaps",
		[RT_ALERT_BYTES] = "bytes lost by truncation",
	};

	return names[alert];
}

/* Remember it. What goes on within a minute is one loss. */
static void
note_loss(struct rt_alerts *alerts, const struct rt_loss *loss)
{
	for (size_t i = 0; i < alerts->losses; i++) {
		struct rt_loss *last = &alerts->loss[i];

		if (last->alert != loss->alert)
			continue;
		if (last->before != loss->before ||
		    loss->wall_ns - last->wall_ns > SAME_NS)
			break;
		last->count += loss->count;
		return;
	}
	alerts->losses = bo_min(alerts->losses + 1, RT_LOSSES_MAX);
	memmove(alerts->loss + 1, alerts->loss,
		(alerts->losses - 1) * sizeof(*loss));
	alerts->loss[0] = *loss;
}

void
rt_alerts_update(struct rt_alerts *alerts, const struct rt_ingest *ingest,
		 const struct tk_input_info *input, size_t inputs,
		 uint64_t now_ns, uint64_t wall_ns)
{
	alerts->now_ns = now_ns;
	for (enum rt_alert i = 0; i < RT_ALERT_COUNT; i++) {
		uint64_t count = rt_alert_count(ingest, input, inputs, i);

		if (count > alerts->item[i].count) {
			const struct rt_loss loss = {
				.alert = i,
				.count = count - alerts->item[i].count,
				.wall_ns = wall_ns,
				.before = !ingest->caught_up,
			};

			note_loss(alerts, &loss);
			alerts->item[i].at_ns = now_ns;
			alerts->item[i].live = ingest->caught_up;
		}
		alerts->item[i].count = count;
	}
}

bool
rt_alert_is_new(const struct rt_alerts *alerts, enum rt_alert alert)
{
	uint64_t at_ns = alerts->item[alert].at_ns;

	return at_ns != 0 && alerts->now_ns - at_ns < NEW_NS;
}

uint64_t
rt_alert_age_ns(const struct rt_alerts *alerts, enum rt_alert alert)
{
	if (!alerts->item[alert].live)
		return 0;
	return alerts->now_ns - alerts->item[alert].at_ns;
}
