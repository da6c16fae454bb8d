/* The memory of retrytop is bounded, for a log of any length. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/ingest.h"
#include "load/load.h"
#include "retrytop/browse.h"

/* The goal is 64 MiB, which leaves some for the reader's buffers, the marks of
 * lines and the terminal. */
#define MOST_KIB (62 * 1024)
/* Pages of the heap that were freed and are not there yet. */
#define GROWTH_KIB 1024
/* After these lines, every table is full, and the history of 300 s: its memory
 * is taken from the system when it is first used. */
#define FULL 300000
#define STEP_NS 1000000

struct reader {
	struct rt_ingest ingest;
	struct rt_list list;
	struct rt_browse *browse;
	uint64_t lines;
};

static void
open_reader(struct reader *reader)
{
	memset(reader, 0, sizeof(*reader));
	if (rt_ingest_init(&reader->ingest, "auto", NULL) != BACKOFF_OK)
		load_die("open");
	rt_list_init(&reader->list, 60);
	reader->browse = rt_browse_new(RT_RECORD_BYTES);
	if (reader->browse == NULL)
		load_die("memory");
	rt_ingest_record(&reader->ingest, reader->browse->record);
}

static void
close_reader(struct reader *reader)
{
	rt_list_clear(&reader->list);
	rt_ingest_clear(&reader->ingest);
	rt_browse_free(reader->browse);
}

/* Read lines at 5,000 a second, and look at the numbers now and then. */
static void
read_lines(struct reader *reader, struct load_log *log, unsigned count)
{
	char text[LOAD_LINE_MAX];

	for (unsigned i = 0; i < count; i++) {
		struct tk_line line = {.text = text, .number = ++reader->lines};

		line.length =
			load_line(log, LOAD_BEGIN_NS + reader->lines * STEP_NS,
				  text) -
			1;
		rt_ingest_line(&reader->ingest, 0, &line);
		if (i % 50000 > 0)
			continue;
		reader->list.group = i / 50000 % RT_GROUP_COUNT;
		if (!rt_list_update(&reader->list, reader->ingest.window,
				    rt_ingest_end_s(&reader->ingest)))
			load_die("memory");
		rt_browse_update(reader->browse, &reader->list,
				 reader->ingest.window);
	}
}

static void
measure(struct tap *tap, bool foreign, unsigned more)
{
	static struct load_log log;
	struct reader reader;
	long full, end;

	load_begin(&log, 1);
	log.operations = 1000;
	log.targets = 96;
	log.hosts = 20;
	log.foreign = foreign;
	open_reader(&reader);
	read_lines(&reader, &log, FULL);
	full = load_resident_kib();
	read_lines(&reader, &log, more);
	end = load_resident_kib();
	printf("# %ld KiB after %u lines, %ld after %u\n", full, FULL, end,
	       FULL + more);
	TAP_EQUAL(tap, reader.ingest.events, FULL + more);
	TAP_EQUAL(tap, reader.ingest.copied, 0);
	TAP_EQUAL(tap, reader.ingest.bad, 0);
	TAP_EQUAL(tap, reader.ingest.no_memory, 0);
	TAP_MUST(tap, rt_ingest_forgotten(&reader.ingest) > 0);
	if (!LOAD_SANITIZED) {
		TAP_MUST(tap, end < MOST_KIB);
		TAP_MUST(tap, end - full < GROWTH_KIB);
	}
	close_reader(&reader);
}

/* In a process of its own, which has nothing of the log before. */
static void
check(struct tap *tap, bool foreign, unsigned more, const char *what)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		load_die("fork");
	if (child == 0) {
		measure(tap, foreign, more);
		exit(tap->complaints > 0);
	}
	TAP_MUST(tap, waitpid(child, &status, 0) == child && status == 0);
	tap_result(tap, what);
}

int
main(void)
{
	struct tap tap = {0};

	setlocale(LC_ALL, "C.UTF-8");
	check(&tap, false, 300000,
	      "a native log of 1,000 operations and 10,000 open calls");
	check(&tap, true, 150000, "a log of another program");
	return tap_finish(&tap);
}
