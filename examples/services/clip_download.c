/* Download a clip over an unreliable line, and resume where the line broke.
 *
 * It replaces a hand-written loop, and keeps each of its rules:
 *
 *   - Only one class of errors is retried: ConnectionError, in the policy
 *     CLIP_DOWNLOAD.json. A status, a timeout or a full disk ends the call at
 *     once.
 *   - Exponential waits from 1 to 4 s: base_delay 1, max_delay 4, no jitter.
 *   - A callback before each wait: the event callback, which runs between the
 *     decision and the wait and gets both.
 *   - The attempt count on success: in the answer, printed with the file.
 *
 * New: received bytes are kept. The next attempt asks for the rest (Range), on
 * condition that the clip is still the same (If-Range with its ETag); without a
 * strong ETag it starts again.
 */
/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct download {
	const struct service *service;
	struct http_request request;
	struct http_reply reply;
	/** ETag of the version that the file's bytes belong to. */
	char etag[sizeof(((struct http_reply *)0)->etag)];
};

static void
attempt(void *user, const struct backoff_attempt *attempt,
	struct backoff_outcome *outcome)
{
	struct download *d = user;
	const char *etag = d->reply.etag;

	http_attempt(d->service, attempt, &d->request, &d->reply, outcome);
	if (d->reply.status == 200)
		snprintf(d->etag, sizeof(d->etag), "%s",
			 strncmp(etag, "W/", 2) == 0 ? "" : etag);
}

static void
before_wait(void *user, const struct backoff_event *event)
{
	const struct download *d = user;

	if (event->type != BACKOFF_EVENT_ATTEMPT)
		return;
	fprintf(stderr,
		"attempt %u of %u: %s; %jd bytes so far; next in %.1f s\n",
		(unsigned)event->attempt, (unsigned)event->max_attempts,
		event->error, (intmax_t)lseek(d->request.file, 0, SEEK_END),
		(double)event->delay_ns / 1e9);
}

int
main(int argc, char **argv)
{
	struct service service;
	char **operand =
		argv + service_start(&service, argc, argv, "URL FILE", 2);
	struct backoff_retry *retry;
	struct download d = {.service = &service};
	struct backoff_answer answer = {.size = sizeof(answer)};
	int exit_code = 1;
	char part[4096], host[256];

	snprintf(part, sizeof(part), "%s.part", operand[1]);
	d.request = (struct http_request){
		.url = operand[0],
		.file = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
			     0640),
		.resume_etag = d.etag,
	};
	if (d.request.file < 0) {
		perror(part);
		service_stop(&service);
		return 4;
	}
	http_origin(operand[0], host, sizeof(host));
	retry = service_retry(&service, "CLIP_DOWNLOAD", "download_clip", host);
	backoff_retry_set_on_event(retry, before_wait, &d);
	if (service_run(&service, retry, attempt, &d, &answer) != BACKOFF_OK) {
		fprintf(stderr, "%s: no clip after %u attempts (%s): %s\n",
			operand[0], answer.attempts,
			backoff_stop_name(answer.stop), answer.error);
		unlink(part);
	} else if (rename(part, operand[1]) != 0) {
		perror(operand[1]);
		exit_code = 4;
	} else {
		printf("%s: %jd bytes after %u attempts\n", operand[1],
		       (intmax_t)lseek(d.request.file, 0, SEEK_END),
		       answer.attempts);
		exit_code = 0;
	}
	close(d.request.file);
	http_reply_clear(&d.reply);
	backoff_retry_free(retry);
	service_stop(&service);
	return exit_code;
}
