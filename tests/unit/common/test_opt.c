/* Tests of tools/common/opt: command lines, help and did-you-mean. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "common/msg.h"
#include "common/opt.h"

#define ARGS_MAX 8

/* A command with one option of each kind. */
struct set {
	bool quiet;
	const char *output;
	struct tk_opt_list policy;
	uint64_t seed, wait_ns;
	int format;
};

struct fixture {
	struct set set;
	struct tk_opt opt[7];
	struct tk_command command;
};

static void
prepare(struct fixture *f)
{
	const struct tk_opt opt[7] = {
		{"quiet", 'q', TK_OPT_FLAG, &f->set.quiet, NULL, NULL, 0, 0,
		 "say nothing"},
		{"output", 'o', TK_OPT_TEXT, &f->set.output, "FILE", NULL, 0, 0,
		 "write here"},
		{"policy", 'p', TK_OPT_LIST, &f->set.policy, "FILE|NAME|DIR",
		 NULL, 0, 0, "a policy to compare; may be given several times"},
		{"seed", 0, TK_OPT_COUNT, &f->set.seed, "N", NULL, 1, 99,
		 "random seed"},
		{"wait", 0, TK_OPT_DURATION, &f->set.wait_ns, "TIME", NULL, 0,
		 0, "how long"},
		{"format", 'f', TK_OPT_NAME, &f->set.format, NULL,
		 "text json csv", 0, 0, "how to print"},
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL},
	};

	memset(f, 0, sizeof(*f));
	memcpy(f->opt, opt, sizeof(opt));
	f->command =
		(struct tk_command){"retrysim compare", "[OPTION]... LOG...",
				    "Compare policies on a log.",
				    "  retrysim compare app.log\n", f->opt};
	tk_msg_program("retrysim");
}

/* Split by spaces and parse. The operands are joined by commas. */
static enum tk_opt_result
run(struct fixture *f, const char *line, char *joined, size_t size)
{
	static char copy[256];
	char *argv[ARGS_MAX + 1] = {NULL};
	char **operands;
	char *save = NULL;
	size_t count = 0;
	int argc = 0;
	enum tk_opt_result result;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok_r(copy, " ", &save); word && argc < ARGS_MAX;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	result = tk_opt_parse(&f->command, argc, argv, &operands, &count);
	joined[0] = '\0';
	for (size_t i = 0; result == TK_OPT_OK && i < count; i++)
		snprintf(joined + strlen(joined), size - strlen(joined), "%s%s",
			 i ? "," : "", operands[i]);
	return result;
}

Test(common_opt, reads_every_form)
{
	static const struct {
		const char *line, *operands;
	} row[] = {
		{"p", ""},
		{"p a b", "a,b"},
		{"p a --quiet b", "a,b"},
		{"p a -q -- -q --seed", "a,-q,--seed"},
		{"p - a", "-,a"},
		{"p --seed 7 a", "a"},
		{"p --seed=7 a", "a"},
		{"p -qo out a", "a"},
		{"p -oout a", "a"},
		{"p -pA --policy=B -p C x", "x"},
		{"p --format json --wait 1.5s", ""},
		{"p --output=", ""},
		{"p --output -- -", "-"},
		{"p --seed 7 --seed 8", ""},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct fixture f;
		char operands[128];

		prepare(&f);
		cr_expect_eq(run(&f, row[i].line, operands, sizeof(operands)),
			     TK_OPT_OK, "%s", row[i].line);
		cr_expect_str_eq(operands, row[i].operands, "%s", row[i].line);
		tk_opt_clear(&f.command);
		cr_expect_null(f.set.policy.item);
	}
}

Test(common_opt, puts_values_where_the_rows_say)
{
	struct fixture f;
	char operands[128];

	prepare(&f);
	cr_assert_eq(run(&f, "p -q -ofile --seed 99 --wait=250ms -fcsv -pA",
			 operands, sizeof(operands)),
		     TK_OPT_OK);
	cr_expect(f.set.quiet);
	cr_expect_str_eq(f.set.output, "file");
	cr_expect_eq(f.set.seed, 99);
	cr_expect_eq(f.set.wait_ns, 250000000);
	cr_expect_eq(f.set.format, 2);
	cr_assert_eq(f.set.policy.count, 1);
	cr_expect_str_eq(f.set.policy.item[0], "A");
	tk_opt_clear(&f.command);
}

Test(common_opt, says_what_is_wrong, .init = cr_redirect_stderr)
{
	static const struct {
		const char *line, *want;
	} row[] = {
		{"p --fromat", "--fromat: unknown option; did you mean "
			       "--format?"},
		{"p --zzz", "--zzz: unknown option"},
		{"p -x", "-x: unknown option"},
		{"p --quiet=1", "--quiet: takes no value"},
		{"p --seed", "--seed: needs a value (N)"},
		{"p --seed 0", "--seed: must be a number from 1 to 99 (got "
			       "'0')"},
		{"p --wait 3x", "--wait: must be a duration like 1.5s, 500ms "
				"or 2m (got '3x')"},
		{"p --format jsn", "--format: no such format: 'jsn'; did you "
				   "mean json?"},
		{"p --format yaml", "--format: must be one of: text json csv "
				    "(got 'yaml')"},
		{"p --for json", "--for: unknown option"},
	};
	char want[4096] = "";

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct fixture f;
		char operands[128];

		prepare(&f);
		cr_expect_eq(run(&f, row[i].line, operands, sizeof(operands)),
			     TK_OPT_USAGE, "%s", row[i].line);
		tk_opt_clear(&f.command);
		snprintf(want + strlen(want), sizeof(want) - strlen(want),
			 "retrysim: %s\n"
			 "retrysim: try retrysim compare --help\n",
			 row[i].want);
	}
	fflush(stderr);
	cr_assert_stderr_eq_str(want);
}

Test(common_opt, prints_help, .init = cr_redirect_stdout)
{
	struct fixture f;
	char operands[8];

	prepare(&f);
	cr_assert_eq(run(&f, "p x -qh", operands, sizeof(operands)),
		     TK_OPT_DONE);
	fflush(stdout);
	cr_assert_stdout_eq_str(
		"Usage: retrysim compare [OPTION]... LOG...\n"
		"Compare policies on a log.\n"
		"\n"
		"Examples:\n"
		"  retrysim compare app.log\n"
		"\n"
		"Options:\n"
		"  -q, --quiet               say nothing\n"
		"  -o, --output FILE         write here\n"
		"  -p, --policy FILE|NAME|DIR\n"
		"                            a policy to compare; may be given "
		"several times\n"
		"      --seed N              random seed\n"
		"      --wait TIME           how long\n"
		"  -f, --format text|json|csv\n"
		"                            how to print\n"
		"  -h, --help                print this help and exit\n"
		"  -V, --version             print the version and exit\n");
}

Test(common_opt, prints_the_table_for_completion, .init = cr_redirect_stdout)
{
	struct fixture f;
	char operands[8];

	prepare(&f);
	cr_assert_eq(run(&f, "p --option-table", operands, sizeof(operands)),
		     TK_OPT_DONE);
	fflush(stdout);
	cr_assert_stdout_eq_str(
		"command\tretrysim compare\t[OPTION]... LOG...\t"
		"Compare policies on a log.\n"
		"option\tquiet\tq\tflag\t\t\tsay nothing\n"
		"option\toutput\to\tone\tFILE\t\twrite here\n"
		"option\tpolicy\tp\tmany\tFILE|NAME|DIR\t\t"
		"a policy to compare; may be given several times\n"
		"option\tseed\t\tone\tN\t\trandom seed\n"
		"option\twait\t\tone\tTIME\t\thow long\n"
		"option\tformat\tf\tone\tVALUE\ttext json csv\thow to print\n"
		"option\thelp\th\tflag\t\t\tprint this help and exit\n"
		"option\tversion\tV\tflag\t\t\tprint the version and exit\n");
}

Test(common_opt, prints_the_version, .init = cr_redirect_stdout)
{
	struct fixture f;
	char operands[8];

	prepare(&f);
	cr_assert_eq(run(&f, "p --version", operands, sizeof(operands)),
		     TK_OPT_DONE);
	fflush(stdout);
	cr_assert_stdout_eq_str("retrysim (retrykit) " BACKOFF_VERSION_STRING
				"\n");
}
