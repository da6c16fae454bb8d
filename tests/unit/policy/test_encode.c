/* Tests of src/policy/encode: good files, canonical form, hash, description. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <dirent.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#define ANY "\"retry_on\":[\"*\"],\"abort_on\":[]}"
#define ANY_THEN "\"retry_on\":[\"*\"],\"abort_on\":[],"
#define EXP(base, max, factor)                                                 \
	"\"backoff\":\"exponential\",\"base_delay\":" base                     \
	",\"max_delay\":" max ",\"exponential_base\":" factor ","
#define FULL "\"jitter\":{\"kind\":\"full\",\"order\":\"cap_then_jitter\"},"
#define PROPORTIONAL(ratio, order, bounded)                                    \
	"\"jitter\":{\"kind\":\"proportional\",\"ratio\":" ratio               \
	",\"order\":\"" order "\",\"bounded\":" bounded "},"
#define QUARTER PROPORTIONAL("0.25", "cap_then_jitter", "false")

/* Each file good-*.json, and its canonical form. */
static const struct {
	const char *file, *canonical;
} good[] = {
	{"good-minimal",
	 "{\"name\":\"MIN\",\"max_attempts\":1," EXP("1", "30", "2") FULL ANY},
	{"good-hedge",
	 "{\"name\":\"H\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"hedge\":{\"delay\":0.2,\"max\":2}}"},
	{"good-extends-hedge",
	 "{\"name\":\"HX\",\"max_attempts\":2," EXP("1", "30", "2")
		 FULL ANY_THEN "\"hedge\":{\"delay\":0.2,\"max\":1}}"},
	{"good-extends-no-hedge",
	 "{\"name\":\"HN\",\"max_attempts\":1," EXP("1", "30", "2") FULL ANY},
	{"good-spaced",
	 "{\"name\":\"SP\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY},
	{"good-units",
	 "{\"name\":\"U\",\"max_attempts\":7," EXP("0.0000015", "1800", "2")
		 FULL "\"attempt_timeout\":120,\"deadline\":86400," ANY},
	{"good-exponents", "{\"name\":\"E\",\"max_attempts\":2," EXP(
				   "0.25", "30", "1.5") FULL ANY},
	{"good-long-number",
	 "{\"name\":\"L\",\"max_attempts\":2," EXP("0.25", "30", "2") FULL ANY},
	{"good-constant",
	 "{\"name\":\"C\",\"max_attempts\":2,\"backoff\":\"constant\","
	 "\"base_delay\":100,\"jitter\":{\"kind\":\"none\"}," ANY},
	{"good-linear",
	 "{\"name\":\"L\",\"max_attempts\":5,\"backoff\":\"linear\","
	 "\"base_delay\":0.01,\"max_delay\":1,\"jitter\":{\"kind\":\"equal\","
	 "\"order\":\"cap_then_jitter\"}," ANY},
	{"good-fibonacci",
	 "{\"name\":\"F\",\"max_attempts\":5,\"backoff\":\"fibonacci\","
	 "\"base_delay\":1,\"max_delay\":30,\"jitter\":{\"kind\":\"minus\","
	 "\"ratio\":0.5,\"order\":\"cap_then_jitter\"}," ANY},
	{"good-schedule",
	 "{\"name\":\"S\",\"max_attempts\":4,\"backoff\":\"schedule\","
	 "\"schedule\":[0,1,10],\"jitter\":{\"kind\":\"proportional\","
	 "\"ratio\":0.25,\"bounded\":false}," ANY},
	{"good-schedule-short",
	 "{\"name\":\"S\",\"max_attempts\":9,\"backoff\":\"schedule\","
	 "\"schedule\":[0.5],\"jitter\":{\"kind\":\"full\"}," ANY},
	{"good-schedule-ranges",
	 "{\"name\":\"S\",\"max_attempts\":5,\"backoff\":\"schedule\","
	 "\"schedule\":[[0.5,1.5],2,[10,20],[3,3]],\"jitter\":{\"kind\":"
	 "\"full\",\"minimum\":0.2}," ANY},
	{"good-schedule-only-ranges",
	 "{\"name\":\"S\",\"max_attempts\":5,\"backoff\":\"schedule\","
	 "\"schedule\":[[0.5,1.5],[10,20]]," ANY},
	{"good-extends-ranges",
	 "{\"name\":\"CHILD\",\"max_attempts\":5,\"backoff\":\"linear\","
	 "\"base_delay\":1,\"max_delay\":30," FULL ANY},
	{"good-extends-cut-ranges",
	 "{\"name\":\"CHILD\",\"max_attempts\":2,\"backoff\":\"schedule\","
	 "\"schedule\":[[0.5,1.5]]," ANY},
	{"good-jitter-minimum",
	 "{\"name\":\"J\",\"max_attempts\":4," EXP(
		 "1", "30", "2") "\"jitter\":{\"kind\":\"proportional\","
				 "\"ratio\":0.25,\"order\":"
				 "\"cap_then_jitter\",\"bounded\":false,"
				 "\"minimum\":0.8}," ANY},
	{"good-extends-minimum", "{\"name\":\"CHILD\",\"max_attempts\":4," EXP(
					 "2", "30", "2") QUARTER ANY},
	{"good-decorrelated-curve",
	 "{\"name\":\"D\",\"max_attempts\":4,\"backoff\":\"decorrelated\","
	 "\"base_delay\":1,\"max_delay\":60,\"jitter\":{\"kind\":"
	 "\"decorrelated\"}," ANY},
	{"good-decorrelated-jitter",
	 "{\"name\":\"D\",\"max_attempts\":4,\"backoff\":\"decorrelated\","
	 "\"base_delay\":1,\"max_delay\":60,\"jitter\":{\"kind\":"
	 "\"decorrelated\"}," ANY},
	{"good-additive",
	 "{\"name\":\"A\",\"max_attempts\":4," EXP(
		 "1", "30", "2") "\"jitter\":{\"kind\":"
				 "\"additive\",\"max\":0.1,"
				 "\"order\":\"cap_then_"
				 "jitter\",\"bounded\":true}," ANY},
	{"good-jitter-then-cap",
	 "{\"name\":\"J\",\"max_attempts\":4," EXP(
		 "1", "30", "2") "\"jitter\":{\"kind\":\"full\",\"order\":"
				 "\"jitter_then_cap\"}," ANY},
	{"good-jitter-empty",
	 "{\"name\":\"J\",\"max_attempts\":4," EXP("1", "30", "2") FULL ANY},
	{"good-zero",
	 "{\"name\":\"Z\",\"max_attempts\":4," EXP("0", "0", "2")
		 PROPORTIONAL("0", "cap_then_jitter", "false") ANY},
	{"good-extremes",
	 "{\"name\":\"X\",\"max_attempts\":1000000000," EXP(
		 "1000000000", "1000000000", "1000")
		 PROPORTIONAL("1", "cap_then_jitter",
			      "false") "\"attempt_timeout\":0.000000001,"
				       "\"deadline\":0.000000001," ANY},
	{"good-timeouts",
	 "{\"name\":\"T\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"attempt_timeout\":[1,2,3],\"deadline\":3," ANY},
	{"good-deadline-from",
	 "{\"name\":\"T\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"attempt_timeout\":[60,2],\"deadline\":5,\"deadline_from\":"
	 "\"first_failure\"," ANY},
	{"good-deadline-from-start",
	 "{\"name\":\"T\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"deadline\":5," ANY},
	{"good-extends-deadline-from",
	 "{\"name\":\"CHILD\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"attempt_timeout\":1,\"deadline\":5,\"deadline_from\":"
	 "\"first_failure\"," ANY},
	{"good-reset-after",
	 "{\"name\":\"T\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"attempt_timeout\":3600,\"deadline\":86400,\"reset_after\":"
	 "600," ANY},
	{"good-extends-reset-after",
	 "{\"name\":\"CHILD\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"attempt_timeout\":3600,\"deadline\":86400," ANY_THEN
	 "\"hedge\":{\"delay\":1,\"max\":1}}"},
	{"good-inbound",
	 "{\"name\":\"T\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"retry_inbound_retries\":false}"},
	{"good-inbound-default",
	 "{\"name\":\"T\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY},
	{"good-one-timeout",
	 "{\"name\":\"T\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"attempt_timeout\":5," ANY},
	{"good-matchers",
	 "{\"name\":\"M\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"retry_on\":[\"transient\",\"ConnectionError\",\"http:429\","
	 "\"http:5xx\",\"http:520-530\",\"sqlstate:08000-08999\","
	 "{\"message_regex\":\"try (again|later)\\\\.?\"}],"
	 "\"abort_on\":[\"fatal\",\"caf\xc3\xa9\","
	 "{\"message_regex\":\"\\\"quota\\\"\"}]}"},
	{"good-retry-nothing",
	 "{\"name\":\"N\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"retry_on\":[],\"abort_on\":[]}"},
	{"good-escapes",
	 "{\"name\":\"ESC\",\"max_attempts\":2,\"backoff\":\"linear\","
	 "\"base_delay\":1,\"max_delay\":30," FULL ANY},
	{"good-description",
	 "{\"name\":\"DESC\",\"max_attempts\":1," EXP("1", "30", "2") FULL ANY},
	{"good-extends-shipped",
	 "{\"name\":\"PARTNER\",\"max_attempts\":6," EXP("1", "30", "2") QUARTER
	 "\"deadline\":120,\"retry_on\":[\"ConnectionError\","
	 "\"TimeoutError\",\"OSError\"],\"abort_on\":[\"http:410\"]}"},
	{"good-extends-sibling",
	 "{\"name\":\"CHILD\",\"max_attempts\":9,\"backoff\":\"linear\","
	 "\"base_delay\":0.01,\"max_delay\":1,\"jitter\":{\"kind\":\"equal\","
	 "\"order\":\"cap_then_jitter\"}," ANY},
	{"good-extends-jitter", "{\"name\":\"CHILD\",\"max_attempts\":3," EXP(
					"1", "10", "2") FULL ANY},
	{"good-extends-jitter-order",
	 "{\"name\":\"CHILD\",\"max_attempts\":3," EXP(
		 "1", "10", "2") "\"jitter\":{\"kind\":\"full\",\"order\":"
				 "\"jitter_then_cap\"}," ANY},
	{"good-extends-curve",
	 "{\"name\":\"CHILD\",\"max_attempts\":3,\"backoff\":\"linear\","
	 "\"base_delay\":1,\"max_delay\":10," QUARTER ANY},
	{"good-extends-constant",
	 "{\"name\":\"CHILD\",\"max_attempts\":3,\"backoff\":\"constant\","
	 "\"base_delay\":1,\"jitter\":{\"kind\":\"proportional\","
	 "\"ratio\":0.25,\"bounded\":false}," ANY},
	{"good-extends-decorrelated",
	 "{\"name\":\"CHILD\",\"max_attempts\":4,\"backoff\":\"linear\","
	 "\"base_delay\":1,\"max_delay\":60," FULL ANY},
	{"good-extends-to-decorrelated",
	 "{\"name\":\"CHILD\",\"max_attempts\":3,\"backoff\":\"decorrelated\","
	 "\"base_delay\":1,\"max_delay\":10,\"jitter\":{\"kind\":"
	 "\"decorrelated\"}," ANY},
	{"good-extends-fewer-attempts",
	 "{\"name\":\"CHILD\",\"max_attempts\":2,\"backoff\":\"schedule\","
	 "\"schedule\":[0],\"jitter\":{\"kind\":\"proportional\","
	 "\"ratio\":0.25,\"bounded\":false}," ANY},
	{"good-extends-one-attempt",
	 "{\"name\":\"CHILD\",\"max_attempts\":1,\"backoff\":\"schedule\","
	 "\"schedule\":[0],\"jitter\":{\"kind\":\"proportional\","
	 "\"ratio\":0.25,\"bounded\":false}," ANY},
	{"good-extends-fewer-timeouts",
	 "{\"name\":\"CHILD\",\"max_attempts\":2," EXP("1", "30", "2") FULL
	 "\"attempt_timeout\":[1,2],\"deadline\":3," ANY},
	{"good-extends-twice",
	 "{\"name\":\"GRANDCHILD\",\"max_attempts\":2,\"backoff\":\"linear\","
	 "\"base_delay\":5,\"max_delay\":30," QUARTER ANY},
	{"good-hints",
	 "{\"name\":\"H\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"idempotent_only\":true,\"server_hint\":{\"use\":true,\"max\":120,"
	 "\"too_long\":\"clamp\",\"combine\":\"replace\",\"jitter\":0.1,"
	 "\"restart\":true}}"},
	{"good-hints-default",
	 "{\"name\":\"H\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY},
	{"good-hints-off",
	 "{\"name\":\"H\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"server_hint\":{\"use\":false}}"},
	{"good-bucket",
	 "{\"name\":\"B\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"budget\":{\"kind\":\"token_bucket\",\"capacity\":500,\"retry_"
	 "cost\":5,\"timeout_cost\":10,\"success_reward\":0.001,\"refund\":"
	 "false}}"},
	{"good-throttle",
	 "{\"name\":\"B\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"budget\":{\"kind\":\"throttle\",\"max_tokens\":10,\"token_ratio\":"
	 "0.125}}"},
	{"good-ratio",
	 "{\"name\":\"B\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"budget\":{\"kind\":\"ratio\",\"ratio\":0.3333333,\"ttl\":10,\"min_"
	 "per_second\":0.5}}"},
	{"good-concurrency",
	 "{\"name\":\"B\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"budget\":{\"kind\":\"concurrency\",\"share\":0.2,\"min_"
	 "concurrent\":3}}"},
	{"good-breaker",
	 "{\"name\":\"B\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"breaker\":{\"window\":50,\"failure_ratio\":0.5,\"min_attempts\":50,"
	 "\"cooldown\":2,\"probes\":3}}"},
	{"good-breaker-time",
	 "{\"name\":\"B\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"breaker\":{\"window_time\":30,\"failure_ratio\":0.5,\"min_"
	 "attempts\":0,\"cooldown\":60,\"probes\":1}}"},
	{"good-classes",
	 "{\"name\":\"C\",\"max_attempts\":3," EXP("1", "30", "2") FULL ANY_THEN
	 "\"on\":{\"transient\":{\"base_delay\":0.05},\"throttle\":{\"base_"
	 "delay\":5,\"max_delay\":40,\"consume_attempt\":false,\"limit\":3},"
	 "\"timeout\":{\"consume_attempt\":false}}}"},
	{"good-unlimited",
	 "{\"name\":\"U\",\"max_attempts\":\"unlimited\"," EXP("1", "30", "2")
		 FULL "\"deadline\":300," ANY},
	{"good-extends-unlimited",
	 "{\"name\":\"CHILD\",\"max_attempts\":\"unlimited\"," EXP("1", "30",
								   "2") FULL
	 "\"deadline\":300," ANY_THEN
	 "\"on\":{\"transient\":{\"base_delay\":0.05},\"throttle\":{\"base_"
	 "delay\":5,\"max_delay\":40}}}"},
	{"good-extends-limited",
	 "{\"name\":\"CHILD\",\"max_attempts\":3," EXP("1", "30", "2") FULL
	 "\"deadline\":300," ANY},
	{"good-extends-guards", "{\"name\":\"CHILD\",\"max_attempts\":4," EXP(
					"1", "30", "2") FULL ANY_THEN
	 "\"budget\":{\"kind\":\"throttle\",\"max_tokens\":10,\"token_ratio\":"
	 "0.1},\"on\":{\"server\":{\"max_delay\":9}}}"},
	{"good-extends-inherits-guards",
	 "{\"name\":\"CHILD\",\"max_attempts\":4," EXP("1", "30", "2")
		 FULL ANY_THEN
	 "\"budget\":{\"kind\":\"throttle\",\"max_tokens\":10,\"token_ratio\":"
	 "0.1},\"breaker\":{\"window\":3,\"failure_ratio\":0.5,\"min_"
	 "attempts\":0,\"cooldown\":2,\"probes\":1},\"on\":{\"server\":{\"max_"
	 "delay\":9}}}"},
};

static struct backoff_policy *
load(const char *file)
{
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {.text = ""};
	char path[512];

	snprintf(path, sizeof(path), TEST_SRCDIR "/tests/data/policies/%s.json",
		 file);
	cr_expect(backoff_policy_load(path, NULL, &policy, &error) ==
			  BACKOFF_OK,
		  "%s:%u:%u: %s: %s", file, error.line, error.column,
		  error.path, error.text);
	return policy;
}

Test(policy_encode, good_files_mean_what_they_say)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct backoff_policy *policy = load(good[i].file);
		char *text;

		if (policy == NULL)
			continue;
		text = canonical_of(policy);
		cr_expect(strcmp(text, good[i].canonical) == 0, "%s: %s",
			  good[i].file, text);
		free(text);
		backoff_policy_unref(policy);
	}
}

Test(policy_encode, every_good_file_has_its_row)
{
	DIR *dir = opendir(TEST_SRCDIR "/tests/data/policies");
	const struct dirent *entry;

	cr_assert(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		bool found = strncmp(entry->d_name, "good-", 5) != 0;

		for (size_t i = 0; i < COUNT(good); i++) {
			size_t n = strlen(good[i].file);

			found = found ||
				(strncmp(entry->d_name, good[i].file, n) == 0 &&
				 strcmp(entry->d_name + n, ".json") == 0);
		}
		cr_expect(found, "%s", entry->d_name);
	}
	closedir(dir);
}

Test(policy_encode, the_canonical_form_reads_back_as_the_same_policy)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct backoff_policy *policy = load(good[i].file), *again;
		char *text, *text_again;
		cJSON *tree;

		if (policy == NULL)
			continue;
		text = canonical_of(policy);
		tree = cJSON_Parse(text);
		cr_expect(tree != NULL, "%s", text);
		cJSON_Delete(tree);
		cr_expect(strchr(text, '\n') == NULL, "%s", good[i].file);
		again = policy_of(text);
		text_again = canonical_of(again);
		cr_expect(strcmp(text, text_again) == 0, "%s", good[i].file);
		cr_expect(backoff_policy_hash(again) ==
				  backoff_policy_hash(policy),
			  "%s", good[i].file);
		cr_expect(strcmp(backoff_policy_description(again), "") == 0);
		free(text);
		free(text_again);
		backoff_policy_unref(policy);
		backoff_policy_unref(again);
	}
}

static uint64_t
fnv1a(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

Test(policy_encode, the_hash_is_fnv1a_of_the_canonical_form)
{
	cr_expect(fnv1a("foobar") == UINT64_C(0x85944171f73967e8),
		  "the published value");
	for (size_t i = 0; i < COUNT(good); i++) {
		struct backoff_policy *policy = load(good[i].file);

		cr_expect(policy != NULL && backoff_policy_hash(policy) ==
						    fnv1a(good[i].canonical),
			  "%s", good[i].file);
		backoff_policy_unref(policy);
	}
}

static uint64_t
hash_of(const char *fields)
{
	struct backoff_policy *policy;
	char text[512];
	uint64_t hash;

	snprintf(text, sizeof(text), "{\"name\":\"H\",\"max_attempts\":4%s}",
		 fields);
	policy = policy_of(text);
	hash = backoff_policy_hash(policy);
	backoff_policy_unref(policy);
	return hash;
}

static const char *const different[] = {
	"",
	",\"base_delay\":2",
	",\"base_delay\":1.000000001",
	",\"max_delay\":31",
	",\"exponential_base\":2.5",
	",\"backoff\":\"linear\"",
	",\"backoff\":\"constant\"",
	",\"backoff\":\"fibonacci\"",
	",\"backoff\":\"decorrelated\"",
	",\"backoff\":\"schedule\",\"schedule\":[1]",
	",\"backoff\":\"schedule\",\"schedule\":[1,1]",
	",\"jitter\":\"none\"",
	",\"jitter\":\"equal\"",
	",\"jitter\":\"minus\"",
	",\"jitter\":\"proportional\"",
	",\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.3}",
	",\"jitter\":{\"kind\":\"proportional\",\"bounded\":true}",
	",\"jitter\":{\"kind\":\"additive\",\"max\":1}",
	",\"jitter\":{\"kind\":\"additive\",\"max\":2}",
	",\"jitter\":{\"order\":\"jitter_then_cap\"}",
	",\"attempt_timeout\":5",
	",\"attempt_timeout\":[5,6]",
	",\"deadline\":100",
	",\"deadline\":100,\"deadline_from\":\"first_failure\"",
	",\"reset_after\":100",
	",\"retry_on\":[]",
	",\"retry_on\":[\"fatal\"]",
	",\"retry_on\":[\"http:503\"]",
	",\"retry_on\":[{\"message_regex\":\"http:503\"}]",
	",\"retry_on\":[{\"unless\":\"a\",\"message_regex\":\"http:503\"}]",
	",\"retry_on\":[{\"message_regex\":\"http:503\",\"unless\":\"b\"}]",
	",\"abort_on\":[\"fatal\"]",
	",\"abort_on\":[\"*\"]",
	",\"idempotent_only\":true",
	",\"retry_inbound_retries\":false",
	",\"server_hint\":{\"use\":false}",
	",\"server_hint\":{\"max\":61}",
	",\"server_hint\":{\"too_long\":\"clamp\"}",
	",\"server_hint\":{\"combine\":\"replace\"}",
	",\"server_hint\":{\"jitter\":0.1}",
	",\"server_hint\":{\"restart\":true}",
	",\"budget\":\"token_bucket\"",
	",\"budget\":{\"kind\":\"token_bucket\",\"capacity\":9}",
	",\"budget\":{\"kind\":\"token_bucket\",\"retry_cost\":9}",
	",\"budget\":{\"kind\":\"token_bucket\",\"timeout_cost\":9}",
	",\"budget\":{\"kind\":\"token_bucket\",\"throttle_cost\":9}",
	",\"budget\":{\"kind\":\"token_bucket\",\"success_reward\":9}",
	",\"budget\":{\"kind\":\"token_bucket\",\"refund\":false}",
	",\"budget\":\"throttle\"",
	",\"budget\":{\"kind\":\"throttle\",\"max_tokens\":9}",
	",\"budget\":{\"kind\":\"throttle\",\"token_ratio\":9}",
	",\"budget\":\"ratio\"",
	",\"budget\":{\"kind\":\"ratio\",\"ratio\":9}",
	",\"budget\":{\"kind\":\"ratio\",\"ttl\":9}",
	",\"budget\":{\"kind\":\"ratio\",\"min_per_second\":9}",
	",\"budget\":\"concurrency\"",
	",\"budget\":{\"kind\":\"concurrency\",\"share\":0.9}",
	",\"budget\":{\"kind\":\"concurrency\",\"min_concurrent\":9}",
	",\"breaker\":{\"window\":9}",
	",\"breaker\":{\"window_time\":9}",
	",\"breaker\":{\"window\":9,\"failure_ratio\":0.9}",
	",\"breaker\":{\"window\":9,\"min_attempts\":8}",
	",\"breaker\":{\"window\":9,\"cooldown\":9}",
	",\"breaker\":{\"window\":9,\"probes\":9}",
	",\"on\":{\"throttle\":{\"base_delay\":2}}",
	",\"on\":{\"server\":{\"base_delay\":2}}",
	",\"on\":{\"server\":{\"max_delay\":20}}",
	",\"on\":{\"server\":{\"consume_attempt\":false}}",
	",\"on\":{\"server\":{\"consume_attempt\":false,\"limit\":9}}",
	",\"jitter\":{\"minimum\":0.1}",
	",\"jitter\":{\"minimum\":0.2}",
	",\"backoff\":\"schedule\",\"schedule\":[[1,1]]",
	",\"backoff\":\"schedule\",\"schedule\":[[1,2]]",
	",\"backoff\":\"schedule\",\"schedule\":[[1,3]]",
	",\"backoff\":\"schedule\",\"schedule\":[1,[1,2]]",
	",\"hedge\":{\"delay\":1}",
	",\"hedge\":{\"delay\":1,\"after_failure\":\"now\"}",
	",\"budget\":{\"kind\":\"token_bucket\",\"refill_per_second\":9}",
};

Test(policy_encode, every_field_but_the_description_changes_the_hash)
{
	uint64_t hash[COUNT(different)];
	struct backoff_policy *renamed =
		policy_of("{\"name\":\"I\",\"max_attempts\":4}");
	struct backoff_policy *longer =
		policy_of("{\"name\":\"H\",\"max_attempts\":5}");

	for (size_t i = 0; i < COUNT(different); i++) {
		hash[i] = hash_of(different[i]);
		for (size_t k = 0; k < i; k++)
			cr_expect(hash[i] != hash[k], "%s and %s", different[i],
				  different[k]);
	}
	cr_expect(backoff_policy_hash(renamed) != hash[0], "name");
	cr_expect(backoff_policy_hash(longer) != hash[0], "max_attempts");
	cr_expect(hash_of(",\"description\":\"d\"") == hash[0]);
	cr_expect(hash_of(",\"base_delay\":\"1000ms\"") == hash[0],
		  "however it is written");
	cr_expect(hash_of(",\"attempt_timeout\":[\"5s\"]") ==
		  hash_of(different[20]));
	backoff_policy_unref(renamed);
	backoff_policy_unref(longer);
}

Test(policy_encode, short_buffers_are_cut_like_snprintf)
{
	struct backoff_policy *policy = load("good-matchers");
	char whole[1024], cut[1024];
	size_t length = backoff_policy_canonical(policy, whole, sizeof(whole));

	for (size_t size = 0; size <= length + 1; size++) {
		memset(cut, '#', sizeof(cut));
		cr_assert(backoff_policy_canonical(policy, cut, size) ==
			  length);
		if (size > 0)
			cr_assert(memcmp(cut, whole, size - 1) == 0 &&
				  cut[size - 1] == '\0');
		cr_assert(cut[size] == '#');
		memset(cut, '#', sizeof(cut));
		backoff_policy_describe(policy, cut, size);
		cr_assert(cut[size] == '#');
	}
	backoff_policy_unref(policy);
}

Test(policy_encode, descriptions_fit_on_a_line)
{
	static const struct {
		const char *text, *want;
	} row[] = {
		{"{\"name\":\"A\",\"max_attempts\":3,\"max_delay\":10,"
		 "\"jitter\":\"proportional\"}",
		 "3 attempts, exponential 1s x2 up to 10s, jitter "
		 "proportional 0.25"},
		{"{\"name\":\"A\",\"max_attempts\":1}", "1 attempt"},
		{"{\"name\":\"A\",\"max_attempts\":\"unlimited\","
		 "\"deadline\":60,\"jitter\":\"none\"}",
		 "unlimited attempts, exponential 1s x2 up to 30s, no jitter, "
		 "deadline 60s"},
		{"{\"name\":\"A\",\"max_attempts\":2,\"backoff\":\"constant\","
		 "\"jitter\":\"none\",\"deadline\":\"1m\"}",
		 "2 attempts, constant 1s, no jitter, deadline 60s"},
		{"{\"name\":\"A\",\"max_attempts\":1,\"deadline\":\"1m\","
		 "\"deadline_from\":\"first_failure\"}",
		 "1 attempt, deadline 60s from the first failure"},
		{"{\"name\":\"A\",\"max_attempts\":2,\"jitter\":\"none\","
		 "\"reset_after\":\"10m\"}",
		 "2 attempts, exponential 1s x2 up to 30s, no jitter, reset "
		 "after 600s"},
		{"{\"name\":\"A\",\"max_attempts\":1,"
		 "\"retry_inbound_retries\":false}",
		 "1 attempt, not for inbound retries"},
		{"{\"name\":\"A\",\"max_attempts\":2,\"jitter\":\"full\","
		 "\"idempotent_only\":true,\"budget\":\"throttle\","
		 "\"breaker\":{\"window\":50}}",
		 "2 attempts, exponential 1s x2 up to 30s, jitter full, "
		 "idempotent calls only, throttle budget, breaker at 0.5 of "
		 "50"},
		{"{\"name\":\"A\",\"max_attempts\":2,\"jitter\":\"none\","
		 "\"breaker\":{\"window_time\":\"1m\",\"failure_ratio\":1}}",
		 "2 attempts, exponential 1s x2 up to 30s, no jitter, breaker "
		 "at 1 of 60s"},
		{"{\"name\":\"A\",\"max_attempts\":2,\"jitter\":{\"minimum\":"
		 "0.1},\"budget\":{\"kind\":\"token_bucket\","
		 "\"refill_per_second\":2}}",
		 "2 attempts, exponential 1s x2 up to 30s, jitter full of at "
		 "least 0.1s, token_bucket budget refilled by 2 a second"},
		{"{\"name\":\"A\",\"max_attempts\":3,\"backoff\":\"schedule\","
		 "\"schedule\":[1,[2,4]]}",
		 "3 attempts, schedule of 2, some ranges, up to 4s, jitter "
		 "full"},
		{"{\"name\":\"A\",\"max_attempts\":3,\"backoff\":\"schedule\","
		 "\"schedule\":[[2,4]]}",
		 "3 attempts, schedule of 1 ranges up to 4s"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *policy = policy_of(row[i].text);
		char text[256];
		size_t n = backoff_policy_describe(policy, text, sizeof(text));

		cr_expect(strcmp(text, row[i].want) == 0, "%s", text);
		cr_expect(n == strlen(row[i].want));
		backoff_policy_unref(policy);
	}
	for (size_t i = 0; i < COUNT(good); i++) {
		struct backoff_policy *policy = load(good[i].file);
		char text[512];

		if (policy == NULL)
			continue;
		cr_expect(backoff_policy_describe(policy, text, sizeof(text)) <
			  sizeof(text));
		cr_expect(strpbrk(text, "\n\t\"") == NULL, "%s", text);
		backoff_policy_unref(policy);
	}
}
