/* Logs of a busy service, and what reading them takes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "load/load.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <backoff.h>

#include "base/rfc3339.h"

#define MAX_ATTEMPTS 4

/* What a terminal must never be sent: controls of ASCII and of Unicode, texts
 * that change its direction, marks, wide characters, bytes that are not
 * UTF-8. */
static const char *const hostile[] = {
	"\033]0;stolen\007",
	"\033[2J\033[?1049l",
	"\233"
	"31m",
	"\302\23331m",
	"a\rb\nc\td\be",
	"\342\200\256evil\342\200\254",
	"\342\201\246\342\200\213\357\273\277",
	"cafe\314\201\314\201\314\201\314\201\314\201\314\201",
	"\355\225\234\352\270\200\344\275\240\360\237\230\200",
	"\360\237\221\250\342\200\215\360\237\221\251\342\200\215\360\237\221"
	"\247",
	"\377\376\300\200",
	"\342\200\250\342\200\251\302\205",
	"%s%n$(reboot)`id`",
	"\177\001\002\037",
	"",
	" ",
};
#define HOSTILE (sizeof(hostile) / sizeof(*hostile))

void
load_die(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

void
load_begin(struct load_log *log, uint64_t seed)
{
	memset(log, 0, sizeof(*log));
	log->seed = seed;
	for (size_t i = 0; i < LOAD_CALLS; i++)
		log->call[i].number = log->calls++;
}

uint64_t
load_draw(struct load_log *log, uint64_t below)
{
	return backoff_draw(log->seed, BACKOFF_PURPOSE_USER, log->draws++, 0) %
	       below;
}

static const char *
name(struct load_log *log, const char *what, unsigned number, char out[128])
{
	const char *text = "";

	if (log->hostile && number % 2 == 1)
		text = hostile[number / 2 % HOSTILE];
	snprintf(out, 128, "%s%s.%u", what, text, number);
	return out;
}

struct texts {
	char operation[128], target[128], host[128], policy[32], id[33];
	char error[256], code[16];
};

static void
fill_texts(struct load_log *log, const struct load_call *call,
	   struct texts *texts)
{
	unsigned operation = call->operation;
	char part[96];

	name(log, "operation", operation, texts->operation);
	snprintf(part, sizeof(part), "target%u-", log->generation);
	name(log, part, operation % log->targets, texts->target);
	snprintf(part, sizeof(part), "host%u-", log->generation);
	name(log, part, (unsigned)(call->number % log->hosts), texts->host);
	snprintf(texts->policy, sizeof(texts->policy), "POLICY_%u",
		 operation % 30);
	snprintf(texts->id, sizeof(texts->id), "%016llx%016llx",
		 (unsigned long long)log->seed,
		 (unsigned long long)call->number);
	snprintf(texts->code, sizeof(texts->code), "http:50%u",
		 (unsigned)load_draw(log, 5));
	snprintf(texts->error, sizeof(texts->error), "upstream says %s%s",
		 texts->code,
		 log->hostile ? hostile[load_draw(log, HOSTILE)] : "");
}

static size_t
write_native(struct load_log *log, const struct load_call *call, bool failed,
	     uint64_t ts_ns, const struct texts *texts, char *out)
{
	bool last = failed && call->attempt >= MAX_ATTEMPTS;
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.ts_ns = ts_ns;
	event.service = "service";
	event.operation = texts->operation;
	event.target = texts->target;
	event.host = texts->host;
	event.policy = texts->policy;
	event.policy_hash = "d248a4c87e7da7aa";
	event.call_id = texts->id;
	event.attempt = call->attempt;
	event.max_attempts = MAX_ATTEMPTS;
	event.kind =
		call->attempt > 1 ? BACKOFF_KIND_RETRY : BACKOFF_KIND_FIRST;
	event.duration_ns = 1000 * load_draw(log, 100000);
	event.elapsed_ns = event.duration_ns * call->attempt;
	event.pid = 1;
	event.seq = ++log->seq[call->number % log->hosts];
	event.type = last     ? BACKOFF_EVENT_EXHAUSTED
		     : failed ? BACKOFF_EVENT_ATTEMPT
			      : BACKOFF_EVENT_SUCCESS;
	event.outcome =
		failed ? BACKOFF_OUTCOME_FAILURE : BACKOFF_OUTCOME_SUCCESS;
	if (failed) {
		event.failure_class = BACKOFF_CLASS_SERVER;
		event.error_type = "ServerError";
		event.code = texts->code;
		event.error = texts->error;
	}
	if (event.type == BACKOFF_EVENT_ATTEMPT) {
		event.delay_source = BACKOFF_DELAY_SOURCE_BACKOFF;
		event.delay_law = "full";
		event.delay_ns = load_draw(log, LOAD_NS_PER_S);
	} else {
		event.stop =
			last ? BACKOFF_STOP_MAX_ATTEMPTS : BACKOFF_STOP_SUCCESS;
		event.attempts = call->attempt;
		event.retries = call->attempt - 1;
		event.backoff_ns = event.retries * LOAD_NS_PER_S;
	}
	return backoff_event_encode(&event, out, LOAD_LINE_MAX);
}

static size_t
write_foreign(struct load_log *log, const struct load_call *call,
	      uint64_t ts_ns, const struct texts *texts, char *out)
{
	bool last = call->attempt >= MAX_ATTEMPTS;
	char time[40], rest[64];

	bo_rfc3339_format(ts_ns, 6, time, sizeof(time));
	snprintf(rest, sizeof(rest),
		 last ? "\"attempts\":%llu" : "\"delay_seconds\":0.%03llu",
		 last ? (unsigned long long)call->attempt
		      : (unsigned long long)load_draw(log, 1000));
	return (size_t)snprintf(
		out, LOAD_LINE_MAX,
		"{\"timestamp\":\"%s\",\"level\":\"WARNING\",\"event_type\":"
		"\"%s\",\"operation\":\"%s\",\"attempt\":%u,"
		"\"max_attempts\":%u,\"error\":\"%s\",\"error_type\":\"E\","
		"\"request_id\":\"%s\",%s}\n",
		time, last ? "retry_exhausted" : "retry_attempt",
		texts->operation, call->attempt, MAX_ATTEMPTS, texts->code,
		texts->id, rest);
}

size_t
load_line(struct load_log *log, uint64_t ts_ns, char out[LOAD_LINE_MAX])
{
	struct load_call *call = &log->call[load_draw(log, LOAD_CALLS)];
	bool failed = log->foreign || load_draw(log, 100) < 30;
	struct texts texts;
	size_t length;

	if (call->attempt++ == 0)
		call->operation = (unsigned)load_draw(log, log->operations);
	fill_texts(log, call, &texts);
	length = log->foreign
			 ? write_foreign(log, call, ts_ns, &texts, out)
			 : write_native(log, call, failed, ts_ns, &texts, out);
	if (!failed || call->attempt >= MAX_ATTEMPTS)
		*call = (struct load_call){.number = log->calls++};
	return length;
}

long
load_resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long total, resident;

	if (file == NULL || fscanf(file, "%ld %ld", &total, &resident) != 2)
		load_die("/proc/self/statm");
	fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

long
load_open_files(void)
{
	DIR *list = opendir("/proc/self/fd");
	long count = -3;

	if (list == NULL)
		load_die("/proc/self/fd");
	while (readdir(list) != NULL)
		count++;
	closedir(list);
	return count;
}
