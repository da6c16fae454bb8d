/* Tests of policies/policy_set: labels and names. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "policies/policy_set.h"
#include "unit/replay/small_world.h"

Test(policies_policy_set, shipped_policies_come_once)
{
	struct rs_policy_set set = {0};
	size_t shipped = 0;
	char *labels;

	cr_assert(rs_policy_set_add_shipped(&set) == TK_EXIT_OK);
	cr_assert(rs_policy_set_add_shipped(&set) == TK_EXIT_OK);
	while (backoff_policy_builtin_name(shipped) != NULL)
		shipped++;
	cr_expect(set.count == shipped && shipped > 8, "%zu", set.count);
	cr_expect(rs_policy_set_find(&set, "WEBHOOK") < set.count);
	cr_expect(rs_policy_set_find(&set, "webhook") == SIZE_MAX);
	labels = rs_policy_set_labels(&set);
	cr_assert(labels);
	cr_expect(strncmp(labels, "QUICK STANDARD ", 15) == 0, "%s", labels);
	free(labels);
	rs_policy_set_clear(&set);
	cr_expect(set.count == 0);
}

Test(policies_policy_set, one_name_with_two_meanings_gets_two_labels)
{
	struct rs_policy_set set = {0};
	struct backoff_policy *mine = small_policy(
		"{\"name\":\"QUICK\",\"max_attempts\":7,\"base_delay\":1}");

	cr_assert(rs_policy_set_add(&set, "QUICK") == TK_EXIT_OK);
	cr_assert(rs_policy_set_push(&set, mine));
	cr_assert(rs_policy_set_push(&set, mine));
	cr_assert(set.count == 2);
	cr_expect_str_eq(set.item[0].label, "QUICK");
	cr_expect(strncmp(set.item[1].label, "QUICK@", 6) == 0);
	cr_expect(strlen(set.item[1].label) == 10);
	backoff_policy_unref(mine);
	rs_policy_set_clear(&set);
}
