/* A line without its wrappers, and what they said. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_PAYLOAD_H
#define TK_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

/** Bytes within a text, not NUL-terminated; { NULL, 0 } if there are none. */
struct tk_piece {
	const char *at;
	size_t length;
};

/** What lines are wrapped in; bit n of tk_payload.wrappers is 1u << n. */
enum tk_wrapper {
	/** A byte order mark before the text. */
	TK_WRAPPER_MARK,
	/** Escape sequences of a terminal, anywhere in the text. */
	TK_WRAPPER_COLOUR,
	/** Docker's json-file. */
	TK_WRAPPER_DOCKER,
	/** The container runtimes of Kubernetes: time, stream, P or F. */
	TK_WRAPPER_CRI,
	/** The time of `kubectl logs --timestamps` and `docker logs -t`. */
	TK_WRAPPER_TIMESTAMP,
	/** `kubectl logs --prefix`: "[pod/web-0/app] ". */
	TK_WRAPPER_KUBECTL,
	/** docker compose: "web-1  | ". */
	TK_WRAPPER_COMPOSE,
	/** stern: "web-597c746645-t2kb8 app ". */
	TK_WRAPPER_STERN,
	/** RFC 3164 and files that syslog daemons write. */
	TK_WRAPPER_SYSLOG,
	/** RFC 5424. */
	TK_WRAPPER_SYSLOG5424,
	/** `journalctl -o json`. */
	TK_WRAPPER_JOURNALD,
	/** `gh run view --log`: job, step, time. */
	TK_WRAPPER_GH,
	/** `heroku logs`: time, "app[web.1]: ". */
	TK_WRAPPER_HEROKU,
	/** `aws logs tail`: time, stream. */
	TK_WRAPPER_AWS,
	/** logcli: time, "{app="web"} ". */
	TK_WRAPPER_LOGCLI,
	/** `fly logs`: time, "app[148e] fra [info] ". */
	TK_WRAPPER_FLY,
	/** pm2 and foreman: "0|web  | ", "10:00:00 web.1  | ". */
	TK_WRAPPER_PROCESS,
	TK_WRAPPER_COUNT
};

/** "docker", "cri", "kubectl_prefix": for messages and as a member's name. */
const char *tk_wrapper_name(enum tk_wrapper wrapper);

/** A line without its wrappers, and what they said. Valid until the next
 *  call. */
struct tk_payload {
	/** What the program wrote, without a newline; may be empty. */
	const char *text;
	size_t length;
	/** The time of the innermost wrapper that has one, else
	 *  BACKOFF_ABSENT. */
	uint64_t ts_ns;
	/** What the innermost wrapper says that has it. `app` is the program's
	 *  name, `stream` "stdout" or "stderr". */
	struct tk_piece host, pod, container, stream, app, pid;
	/** Bits of enum tk_wrapper. */
	unsigned wrappers;
	/** Bytes of the line before `text`, to report columns; 0 if the text
	 *  is a copy, because it had escapes or came in parts. */
	size_t skipped;
};

#endif
