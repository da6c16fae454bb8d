/* Tests of tools/retrytop/alerts.c: red that ages. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/alerts.h"
#include "unit/live/helper.h"

/* The machine has been up for a day. */
#define UP_S 86400

static void
update(struct rt_alerts *alerts, struct rt_ingest *ingest, uint64_t bad,
       uint64_t second)
{
	ingest->bad = bad;
	rt_alerts_update(alerts, ingest, NULL, 0, (UP_S + second) * NS_PER_S,
			 (T0_S + second) * NS_PER_S);
}

/* One bad line made the screen red for days. */
Test(retrytop_alerts, what_does_not_grow_is_not_new)
{
	struct rt_ingest ingest = {.window = rt_window_new(),
				   .sequence = tk_sequence_new()};
	struct rt_alerts alerts = {0};

	update(&alerts, &ingest, 0, 0);
	cr_expect_not(rt_alert_is_new(&alerts, RT_ALERT_BAD));
	/* Old lines: it is not known when that was. */
	update(&alerts, &ingest, 3, 1);
	cr_expect(rt_alert_is_new(&alerts, RT_ALERT_BAD));
	cr_expect_not(rt_alert_is_new(&alerts, RT_ALERT_LOST));
	update(&alerts, &ingest, 3, 20);
	cr_expect_eq(rt_alert_age_ns(&alerts, RT_ALERT_BAD), 0);
	ingest.caught_up = true;
	update(&alerts, &ingest, 4, 30);
	update(&alerts, &ingest, 4, 329);
	cr_expect(rt_alert_is_new(&alerts, RT_ALERT_BAD));
	cr_expect_eq(rt_alert_age_ns(&alerts, RT_ALERT_BAD), 299 * NS_PER_S);
	update(&alerts, &ingest, 4, 330);
	cr_expect_not(rt_alert_is_new(&alerts, RT_ALERT_BAD));
	cr_expect_eq(rt_alert_age_ns(&alerts, RT_ALERT_BAD), 300 * NS_PER_S);
	rt_window_free(ingest.window);
	tk_sequence_free(ingest.sequence);
}

Test(retrytop_alerts, bytes_of_all_inputs_count)
{
	const struct tk_input_info input[] = {{.lost_bytes = 3},
					      {.lost_bytes = 4}};
	struct rt_ingest ingest = {.window = rt_window_new(),
				   .sequence = tk_sequence_new()};

	cr_expect_eq(rt_alert_count(&ingest, input, 2, RT_ALERT_BYTES), 7);
	rt_window_free(ingest.window);
	tk_sequence_free(ingest.sequence);
}
