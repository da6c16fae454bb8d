/* Knows the names that loggers give to members. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "envelope/roles.h"

#include <assert.h>
#include <string.h>

/* Names between spaces, those that say most first. Dots reach into objects, and
 * may be part of the name. */
static const char *const names[TK_ROLE_COUNT] = {
	/* zap and logrus "ts" "time", ECS and logstash "@timestamp", Serilog
	 * "@t", Python "asctime" "created", log4j2 "instant" "timeMillis",
	 * MongoDB "t", loguru "record", nginx "time_iso8601", Envoy
	 * "start_time", which is the begin. */
	[TK_ROLE_TIME] =
		"@timestamp timestamp time ts @t Timestamp TimeStamp Time "
		"datetime asctime eventTime event_time eventTimestamp "
		"time_iso8601 t instant timeMillis record.time date "
		"time_local log_time log.time timestamp_ms start_time "
		"StartUTC StartTime receiveTimestamp created msec "
		"timeUnixNano observedTimeUnixNano _time result._time "
		"content.timestamp attributes.timestamp _source.@timestamp "
		"_source.timestamp "
		"TimeGenerated",
	/* Rust's tracing has "fields", loguru "record", Google "jsonPayload"
	 * and "textPayload", OpenTelemetry "body", GELF "short_message",
	 * Serilog "@m", or only its template "@mt", Loki "line", Splunk "_raw",
	 * Elasticsearch's hits "_source", Azure "LogMessage", exports of
	 * Datadog "content". */
	[TK_ROLE_MESSAGE] =
		"message msg @m @message Message MESSAGE log event "
		"short_message "
		"RenderedMessage rendered_message fields.message "
		"jsonPayload.message jsonPayload.msg textPayload "
		"record.message body body.stringValue Body text @mt "
		"MessageTemplate full_message line _raw result._raw "
		"LogMessage content.message _source.message _source.log "
		"jsonPayload.log event.original record",
	/* An asyncio task says more than its thread. */
	[TK_ROLE_THREAD] =
		"taskName goroutine goid coroutine fiber thread thread_name "
		"threadName Thread ThreadName logger.thread_name "
		"process.thread.name thread.name thread_id threadId ThreadId "
		"thread.id process.thread.id tid worker worker_id workerId "
		"record.thread.name processName process_name",
	[TK_ROLE_ID] =
		"request_id requestId requestID RequestId req_id reqId reqID "
		"req.id x_request_id x-request-id X-Request-ID "
		"http.request.id request.id correlation_id correlationId "
		"correlationID CorrelationId correlation-id x-correlation-id "
		"job_id jobId jid ctx.jid task_id taskId trace_id traceId "
		"traceID TraceId TraceID traceid trace.id dd.trace_id "
		"otelTraceID @tr logging.googleapis.com/trace transaction.id "
		"context.trace_id mdc.traceId mdc.trace_id run_id runId RunID "
		"session_id sessionId",
	[TK_ROLE_LOGGER] =
		"logger @module logger_name loggerName log.logger logger.name "
		"Logger "
		"Category SourceContext Properties.SourceContext categoryName "
		"name record.name target "
		"module component source caller",
	[TK_ROLE_LEVEL] =
		"level severity lvl levelname log.level @l @level Level "
		"LogLevel "
		"loglevel log_level severity_text severityText SeverityText "
		"record.level.name status PRIORITY priority",
};

static size_t
bucket_of(const char *name, size_t length)
{
	return (length * 37 + (unsigned char)name[0] * 5 +
		(unsigned char)name[length - 1] * 11) %
	       512;
}

static void
add(struct tk_roles *roles, const struct tk_role_name *row)
{
	uint16_t *bucket = &roles->bucket[bucket_of(row->name, row->length)];

	assert(roles->count < TK_ROLE_NAMES_MAX);
	roles->row[roles->count] = *row;
	roles->row[roles->count].next = *bucket;
	*bucket = (uint16_t)++roles->count;
}

void
tk_roles_init(struct tk_roles *roles)
{
	memset(roles, 0, sizeof(*roles));
	for (int role = 0; role < TK_ROLE_COUNT; role++) {
		const char *p = names[role];
		uint16_t rank = 0;

		while (*p != '\0') {
			size_t n = strcspn(p, " ");
			const char *dot = memchr(p, '.', n);
			struct tk_role_name row = {.name = p,
						   .length = n,
						   .role = (enum tk_role)role,
						   .rank = rank++};

			add(roles, &row);
			if (dot != NULL) {
				row.length = (size_t)(dot - p);
				row.rest = dot + 1;
				row.rest_length = n - row.length - 1;
				add(roles, &row);
			}
			p += n + (p[n] == ' ');
		}
	}
}

const struct tk_role_name *
tk_roles_find(const struct tk_roles *roles, const char *name, size_t length,
	      const struct tk_role_name *after)
{
	uint16_t i;

	if (length == 0)
		return NULL;
	i = after != NULL ? after->next
			  : roles->bucket[bucket_of(name, length)];
	for (; i != 0; i = roles->row[i - 1].next) {
		const struct tk_role_name *row = &roles->row[i - 1];

		if (row->length == length &&
		    memcmp(row->name, name, length) == 0)
			return row;
	}
	return NULL;
}
