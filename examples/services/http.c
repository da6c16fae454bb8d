/* One HTTP request with libcurl. */
/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A peer must not decide how much memory this process uses. */
#define BODY_MAX_BYTES (16u << 20)

struct transfer {
	CURL *curl;
	const struct http_request *request;
	struct http_reply *reply;
	/** Where the file's next byte goes. */
	off_t offset;
	bool begun;
	/** Why keep() failed. */
	int error_number;
};

static const char *
header(CURL *curl, const char *name)
{
	struct curl_header *found;

	return curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &found) ==
			       CURLHE_OK
		       ? found->value
		       : "";
}

static int
status_of(CURL *curl)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

/* A 206 continues where the file ends; a 200 means that the server starts
 * again, so the file does, too. Returns 0 or an errno. */
static int
begin_file(struct transfer *t, int status)
{
	const char *range = header(t->curl, "Content-Range");

	if (status == 206)
		return strncmp(range, "bytes ", 6) == 0 &&
				       strtoimax(range + 6, NULL, 10) ==
					       t->offset
			       ? 0
			       : EPROTO;
	t->offset = 0;
	if (lseek(t->request->file, 0, SEEK_END) > 0 &&
	    ftruncate(t->request->file, 0) != 0)
		return errno;
	return 0;
}

static int
to_file(struct transfer *t, int status, const char *data, size_t length)
{
	ssize_t written;
	int error_number = t->begun ? 0 : begin_file(t, status);

	t->begun = true;
	while (error_number == 0 && length > 0) {
		written = pwrite(t->request->file, data, length, t->offset);
		if (written < 0) {
			error_number = errno;
			continue;
		}
		t->offset += written;
		data += written;
		length -= (size_t)written;
	}
	return error_number;
}

static int
to_memory(struct http_reply *reply, const char *data, size_t length)
{
	size_t needed = reply->length + length + 1;
	char *grown;

	if (needed > BODY_MAX_BYTES)
		return EMSGSIZE;
	if (needed > reply->room) {
		grown = realloc(reply->body, needed * 2);
		if (grown == NULL)
			return ENOMEM;
		reply->body = grown;
		reply->room = needed * 2;
	}
	memcpy(reply->body + reply->length, data, length);
	reply->length += length;
	reply->body[reply->length] = '\0';
	return 0;
}

static void
keep(struct transfer *t, const char *data, size_t length)
{
	int status = status_of(t->curl);

	t->error_number = t->request->file >= 0 && status / 100 == 2
				  ? to_file(t, status, data, length)
				  : to_memory(t->reply, data, length);
}

static size_t
on_data(char *data, size_t size, size_t count, void *user)
{
	struct transfer *t = user;

	keep(t, data, size * count);
	return t->error_number == 0 ? size * count : 0;
}

/* libcurl calls this about once a second, and whenever data flows. */
static int
on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a, (void)b, (void)c, (void)d;
	return backoff_cancel_requested(user);
}

static void
failed(CURLcode result, struct transfer *t, struct backoff_outcome *outcome)
{
	static const struct {
		CURLcode result;
		int error_number;
	} rows[] = {
		{CURLE_COULDNT_RESOLVE_HOST, EHOSTUNREACH},
		{CURLE_COULDNT_CONNECT, ECONNREFUSED},
		{CURLE_OPERATION_TIMEDOUT, ETIMEDOUT},
		{CURLE_GOT_NOTHING, ECONNRESET},
		{CURLE_RECV_ERROR, ECONNRESET},
		{CURLE_SEND_ERROR, ECONNRESET},
		/* Fewer bytes than in Content-Length. */
		{CURLE_PARTIAL_FILE, ECONNABORTED},
		{CURLE_OUT_OF_MEMORY, ENOMEM},
	};
	int error_number = t->error_number;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].result == result)
			error_number = rows[i].error_number;
	snprintf(t->reply->code, sizeof(t->reply->code), "curl:%d",
		 (int)result);
	if (result == CURLE_ABORTED_BY_CALLBACK)
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_CANCELLED,
				    BACKOFF_CLASS_UNKNOWN, NULL, NULL, NULL);
	else if (error_number != 0)
		backoff_outcome_from_errno(outcome, error_number);
	else
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_UNKNOWN, "CurlError",
				    t->reply->code, NULL);
	/* The request was not sent, so a retry repeats nothing. */
	if (result == CURLE_COULDNT_RESOLVE_HOST ||
	    result == CURLE_COULDNT_CONNECT)
		backoff_outcome_set_sending(outcome, 1, 0);
	if (t->error_number == 0 && t->reply->error[0] != '\0')
		outcome->error = t->reply->error;
}

static struct curl_slist *
prepare(struct transfer *t, const struct service *service,
	const struct backoff_attempt *attempt, char range[32])
{
	const struct http_request *request = t->request;
	const char *etag = request->resume_etag;
	struct curl_slist *headers = NULL;
	char line[sizeof(t->reply->etag) + 16];

	curl_easy_setopt(t->curl, CURLOPT_URL, request->url);
	curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	/* No SIGALRM for slow name servers: there are threads. */
	curl_easy_setopt(t->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->reply->error);
	curl_easy_setopt(t->curl, CURLOPT_TIMEOUT_MS,
			 service_left_ms(service, attempt));
	curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(t->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(t->curl, CURLOPT_XFERINFODATA, service->cancel);
	if (request->json != NULL) {
		headers = curl_slist_append(headers,
					    "Content-Type: application/json");
		curl_easy_setopt(t->curl, CURLOPT_POSTFIELDS, request->json);
	}
	if (request->file >= 0 && etag != NULL && etag[0] != '\0') {
		t->offset = lseek(request->file, 0, SEEK_END);
		snprintf(range, 32, "%jd-", (intmax_t)t->offset);
		curl_easy_setopt(t->curl, CURLOPT_RANGE, range);
		snprintf(line, sizeof(line), "If-Range: %s", etag);
		headers = curl_slist_append(headers, line);
	}
	curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, headers);
	return headers;
}

/* This client does not follow redirects, so a 3xx is a failure here; for the
 * library it would be a success. */
static void
answered(struct http_reply *reply, struct backoff_outcome *outcome)
{
	backoff_outcome_from_http(outcome, reply->status);
	if (reply->status / 100 == 3)
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_CLIENT, "HTTPError",
				    outcome->code, NULL);
	if (outcome->kind != BACKOFF_OUTCOME_SUCCESS)
		outcome->error = reply->body;
}

/* Read the peer's hints: Retry-After and similar headers. The library knows
 * which headers count, so it gets all of them. */
static void
add_hints(const struct service *service, CURL *curl,
	  struct backoff_outcome *outcome)
{
	struct curl_header *h = NULL;

	while ((h = curl_easy_nextheader(curl, CURLH_HEADER, -1, h)) != NULL)
		backoff_outcome_add_hint(outcome, h->name, h->value,
					 service_wall_ns(service));
}

/* The file was complete, but the client did not know: a Range behind the end of
 * a complete file cannot be satisfied. */
static bool
is_whole(const struct transfer *t)
{
	static const char unit[] = "bytes */";
	const char *range = header(t->curl, "Content-Range");

	return status_of(t->curl) == 416 && t->offset > 0 &&
	       strncmp(range, unit, sizeof(unit) - 1) == 0 &&
	       strtoimax(range + sizeof(unit) - 1, NULL, 10) == t->offset;
}

static void
start_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

void
http_attempt(const struct service *service,
	     const struct backoff_attempt *attempt,
	     const struct http_request *request, struct http_reply *reply,
	     struct backoff_outcome *outcome)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct transfer t = {.request = request, .reply = reply};
	uint64_t start_ns = service_now_ns(service);
	struct curl_slist *headers;
	char range[32];
	CURLcode result;

	_Static_assert(sizeof(reply->error) >= CURL_ERROR_SIZE, "libcurl's");
	http_reply_clear(reply);
	pthread_once(&once, start_curl);
	t.curl = curl_easy_init();
	if (t.curl == NULL) {
		backoff_outcome_from_errno(outcome, ENOMEM);
		return;
	}
	headers = prepare(&t, service, attempt, range);
	result = curl_easy_perform(t.curl);
	/* A complete empty body replaces the file's content, too. */
	if (result == CURLE_OK)
		keep(&t, "", 0);
	if (t.error_number != 0)
		result = CURLE_WRITE_ERROR;
	reply->took_ns = service_now_ns(service) - start_ns;
	reply->status = status_of(t.curl);
	snprintf(reply->etag, sizeof(reply->etag), "%s",
		 header(t.curl, "ETag"));
	if (result != CURLE_OK)
		failed(result, &t, outcome);
	else if (is_whole(&t))
		outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	else
		answered(reply, outcome);
	if (outcome->kind != BACKOFF_OUTCOME_SUCCESS)
		add_hints(service, t.curl, outcome);
	curl_slist_free_all(headers);
	curl_easy_cleanup(t.curl);
}

void
http_origin(const char *url, char *out, size_t size)
{
	char *host = NULL, *port = NULL;
	CURLU *parts = curl_url();

	snprintf(out, size, "?");
	if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
		    CURLUE_OK)
		snprintf(out, size, "%s:%s", host, port);
	for (; *out != '\0'; out++)
		*out = (char)tolower((unsigned char)*out);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parts);
}

void
http_reply_clear(struct http_reply *reply)
{
	free(reply->body);
	*reply = (struct http_reply){0};
}
