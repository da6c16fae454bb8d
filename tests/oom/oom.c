/* Fail every allocation of every scenario in turn. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "oom.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failing.h"

/* A scenario with more allocations than this would never end. */
#define ALLOCATIONS_MAX 5000

char oom_untouched;

void
oom_write_file(struct tap *tap, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	TAP_MUST(tap, fd >= 0 &&
			      write(fd, text, strlen(text)) ==
				      (ssize_t)strlen(text) &&
			      close(fd) == 0);
}

/* Run with one failure; false if no allocation was left to fail. */
static int
run_failing(struct tap *tap, const struct oom_scenario *s, unsigned long number,
	    enum failing_mode mode)
{
	unsigned before = tap->complaints;
	long alive = failing_alive();
	enum backoff_status status;
	unsigned long failed;

	failing_arm(number, mode);
	status = s->run(tap);
	failed = failing_disarm();
	TAP_EQUAL(tap, failing_alive() - alive, 0);
	if (failed == 0)
		TAP_EQUAL(tap, status, s->ends);
	else
		TAP_MUST(tap, status == BACKOFF_E_NOMEM || status == s->also ||
				      (s->absorbs && status == s->ends));
	if (tap->complaints > before)
		printf("# allocation %lu %s failed: %s\n", number,
		       mode == FAILING_ONCE ? "alone" : "and all after it",
		       backoff_status_name(status));
	return failed > 0;
}

static void
run_scenario(struct tap *tap, const struct oom_scenario *s)
{
	static const enum failing_mode modes[] = {FAILING_ONCE, FAILING_ON};
	char what[128];

	/* Libraries allocate here what they keep (a thread's stack). */
	TAP_EQUAL(tap, s->run(tap), s->ends);
	for (int i = 0; i < 2; i++) {
		unsigned long number = 1;

		while (number < ALLOCATIONS_MAX &&
		       run_failing(tap, s, number, modes[i]))
			number++;
		/* A scenario that allocates nothing tests nothing. */
		TAP_MUST(tap, number > 1 && number < ALLOCATIONS_MAX);
		snprintf(what, sizeof(what), "%s: %lu allocations, %s", s->name,
			 number - 1,
			 i == 0 ? "one fails" : "all fail from one on");
		tap_result(tap, what);
	}
}

int
main(void)
{
	static const struct oom_scenario *const all[] = {
		oom_guard,  oom_metrics, oom_policy, oom_retry, oom_sink,
#ifdef WITH_TOOLS
		oom_detail, oom_guess,   oom_kernel, oom_tools,
#endif
	};
	static char buffer[BUFSIZ];
	struct tap tap = {0};

	/* The output of this test must not need memory. */
	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
	/* Setting another locale leaks memory in the C library. */
	setenv("LC_ALL", "C", 1);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (const struct oom_scenario *s = all[i]; s->name != NULL;
		     s++)
			run_scenario(&tap, s);
	return tap_finish(&tap);
}
