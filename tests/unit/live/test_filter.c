/* Tests of tools/live/filter.c: terms, text, and what is wrong with them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/filter.h"

#include <string.h>

#include "unit/live/helper.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

Test(live_filter, terms_and_text_are_told_apart)
{
	static const struct {
		const char *text, *why;
		size_t terms;
		enum rt_group group;
		const char *pattern, *rest;
	} row[] = {
		{"", "nothing", 0, 0, "", ""},
		{"   ", "blanks", 0, 0, "", ""},
		{"pay", "text", 0, 0, "", "pay"},
		{"connection  refused", "words are one text", 0, 0, "",
		 "connection refused"},
		{"op=pay.*", "a term", 1, RT_GROUP_OPERATION, "pay.*", ""},
		{"operation=pay", "its long name", 1, RT_GROUP_OPERATION, "pay",
		 ""},
		{"target=bank", "target", 1, RT_GROUP_TARGET, "bank", ""},
		{"policy=P", "policy", 1, RT_GROUP_POLICY, "P", ""},
		{"host=shop-?", "host", 1, RT_GROUP_HOST, "shop-?", ""},
		{"service=shop", "service", 1, RT_GROUP_SERVICE, "shop", ""},
		{"error=http:5*", "error", 1, RT_GROUP_ERROR, "http:5*", ""},
		{"error=\"timed out\" pay", "quotes", 1, RT_GROUP_ERROR,
		 "timed out", "pay"},
		{"refused host=a by peer", "text around a term", 1,
		 RT_GROUP_HOST, "a", "refused by peer"},
		{"op=a=b", "an equals sign in a pattern", 1, RT_GROUP_OPERATION,
		 "a=b", ""},
		{"\"a=b\"", "one between quotes", 0, 0, "", "a=b"},
		{"http://a?b=c", "one after other characters", 0, 0, "",
		 "http://a?b=c"},
		{"\"=a\"", "one after nothing, between quotes", 0, 0, "", "=a"},
		{"op=\\[a]", "a bracket for itself", 1, RT_GROUP_OPERATION,
		 "\\[a]", ""},
		{"op=[]a]*", "a set of brackets", 1, RT_GROUP_OPERATION,
		 "[]a]*", ""},
		{"op=[![:alpha:]]", "a class", 1, RT_GROUP_OPERATION,
		 "[![:alpha:]]", ""},
		{"op=", "a term without a pattern", 1, RT_GROUP_OPERATION, "",
		 ""},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct rt_filter filter;
		char problem[96];

		cr_expect(rt_filter_parse(row[i].text, &filter, problem,
					  sizeof(problem)),
			  "%s: %s", row[i].why, problem);
		cr_expect_str_eq(problem, "", "%s", row[i].why);
		cr_expect_str_eq(filter.text, row[i].rest, "%s: %s", row[i].why,
				 filter.text);
		cr_assert_eq(filter.terms, row[i].terms, "%s", row[i].why);
		if (row[i].terms == 0)
			continue;
		cr_expect_eq(filter.term[0].group, row[i].group, "%s",
			     row[i].why);
		cr_expect_str_eq(filter.term[0].pattern, row[i].pattern, "%s",
				 row[i].why);
	}
}

Test(live_filter, a_wrong_term_is_named)
{
	static const struct {
		const char *text, *problem;
		size_t column;
	} row[] = {
		{"hst=a", "no such term: hst=; did you mean host=", 1},
		{"op=a polcy=b",
		 "no such term: polcy=; did you mean policy=", 6},
		{"zone=a",
		 "no such term: zone=; there are op, target, policy, "
		 "host, service, error",
		 1},
		{"op=a op=b op=c op=d op=e op=f op=g op=h op=i",
		 "nothing is both op=a and op=b; terms are all required, and "
		 "one pattern has to match either",
		 6},
		{"op=* op=* op=* op=* op=* op=* op=* op=* op=i",
		 "more than 8 terms", 41},
		{"op=pay.* op=order",
		 "nothing is both op=pay.* and op=order; "
		 "terms are all required, and one pattern "
		 "has to match either",
		 10},
		{"hoSt=a", "no such term: hoSt=; did you mean host=", 1},
		{"pay  =x",
		 "no term before the =; there are op, target, "
		 "policy, host, service, error; text has quotes "
		 "around it",
		 6},
		{"pay error=\"timed",
		 "a quote that does not end: \" is missing", 11},
		{"host=a op=[",
		 "op=: [ without a ]; for the character "
		 "itself, write \\[",
		 8},
		{"op=[]",
		 "op=: [ without a ]; for the character itself, write "
		 "\\[",
		 1},
		{"op=[[:alpha:]",
		 "op=: [ without a ]; for the character "
		 "itself, write \\[",
		 1},
		{"op=a\\",
		 "op=: \\ at the end; for the character itself, "
		 "write \\\\",
		 1},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct rt_filter filter;
		char problem[160];

		cr_expect_not(rt_filter_parse(row[i].text, &filter, problem,
					      sizeof(problem)));
		cr_expect_eq(filter.column, row[i].column, "%s: %zu",
			     row[i].text, filter.column);
		cr_expect_str_eq(problem, row[i].problem, "%s", problem);
	}
}

Test(live_filter, all_terms_are_required)
{
	struct rt_filter filter;
	char problem[96];

	cr_assert(rt_filter_parse("op=pay.* op=*.charge host=(none) target=",
				  &filter, problem, sizeof(problem)));
	cr_expect(rt_filter_takes(&filter, RT_GROUP_OPERATION, "pay.charge"));
	cr_expect_not(rt_filter_takes(&filter, RT_GROUP_OPERATION, "pay.read"));
	cr_expect_not(rt_filter_takes(&filter, RT_GROUP_OPERATION, "x.charge"));
	cr_expect(rt_filter_takes(&filter, RT_GROUP_HOST, ""), "without one");
	cr_expect_not(rt_filter_takes(&filter, RT_GROUP_HOST, "a"));
	cr_expect(rt_filter_takes(&filter, RT_GROUP_TARGET, "bank"),
		  "a pattern that is still typed hides nothing");
	cr_expect(rt_filter_has_others(&filter));
	cr_expect_not(rt_filter_has(&filter, RT_GROUP_TARGET));
}
