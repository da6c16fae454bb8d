/* Metrics over HTTP, served between two readings of the inputs. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/listen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "common/gather.h"
#include "base/num.h"
#include "common/msg.h"
#include "retrytop/accept.h"
#include "retrytop/address.h"
#include "retrytop/report.h"

#define CONNECTIONS_MAX 16u
/* A client that sends or takes nothing for this long loses its connection. */
#define PATIENCE_S 10u
/* Making the text takes at most one part in this of the time. */
#define PART 20

/* The text as it was made last, in one format. */
struct page {
	char *text;
	size_t size;
	uint64_t good_until_ns;
};

struct rt_listen {
	int socket, epoll;
	struct MHD_Daemon *daemon;
	struct page page[2];
	/** All operations, whatever the screen shows. */
	struct rt_list list;
	/** While requests are answered. */
	struct rt_session *session;
	bool ready;
};

static uint64_t
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * BO_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* False if there is no memory. */
static bool
write_page(struct rt_listen *listen, enum backoff_metrics_format format,
	   struct tk_gather *text)
{
	struct rt_session *session = listen->session;
	const struct rt_ui ui = {.page = RT_PAGE_OVERVIEW};
	struct rt_view view;
	bool good;

	if (!rt_list_update(&listen->list, session->ingest.window,
			    rt_ingest_end_s(&session->ingest)))
		return false;
	if (!tk_gather_begin(text))
		return false;
	view = rt_session_view(session, &ui);
	view.list = &listen->list;
	good = rt_report_metrics(&view, format, text->stream) == 0;
	if (tk_gather_end(text) && good)
		return true;
	free(text->text);
	return false;
}

/* Make the page, unless it is young compared with the time that this takes:
 * clients must not keep the program from reading. */
static const struct page *
get_page(struct rt_listen *listen, enum backoff_metrics_format format)
{
	struct page *page =
		&listen->page[format == BACKOFF_METRICS_OPENMETRICS];
	uint64_t begin_ns = clock_ns(), end_ns;
	struct tk_gather text;

	if (page->text != NULL && begin_ns < page->good_until_ns)
		return page;
	if (!write_page(listen, format, &text))
		return NULL;
	free(page->text);
	end_ns = clock_ns();
	*page = (struct page){text.text, text.length,
			      end_ns + (end_ns - begin_ns) * PART};
	return page;
}

/* Takes the response. */
static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *header,
      const char *value, struct MHD_Response *response)
{
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	if (header != NULL)
		MHD_add_response_header(response, header, value);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
refuse(struct MHD_Connection *connection, unsigned status, const char *text)
{
	static char allowed[] = "GET, HEAD";
	bool method = status == MHD_HTTP_METHOD_NOT_ALLOWED;
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

	if (response != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
					"text/plain; charset=utf-8");
	return reply(connection, status, method ? MHD_HTTP_HEADER_ALLOW : NULL,
		     allowed, response);
}

static enum MHD_Result
answer(void *user, struct MHD_Connection *connection, const char *url,
       const char *method, const char *version, const char *upload,
       size_t *upload_size, void **state)
{
	struct rt_listen *listen = user;
	enum backoff_metrics_format format;
	const struct page *page;

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)state;
	if (strcmp(url, "/metrics") != 0)
		return refuse(connection, MHD_HTTP_NOT_FOUND,
			      "metrics are at /metrics\n");
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "use GET\n");
	/* Verdicts about a part of the log would be wrong. */
	if (!listen->ready)
		return refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "still reading the log\n");
	format = rt_accept_format(MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT));
	page = get_page(listen, format);
	if (page == NULL)
		return refuse(connection, MHD_HTTP_INTERNAL_SERVER_ERROR,
			      "out of memory\n");
	return reply(connection, MHD_HTTP_OK, MHD_HTTP_HEADER_CONTENT_TYPE,
		     backoff_metrics_content_type(format),
		     MHD_create_response_from_buffer(page->size, page->text,
						     MHD_RESPMEM_MUST_COPY));
}

/* A socket that listens; its address has the port that it got. -1 and errno if
 * that fails. */
static int
open_socket(struct rt_address *address)
{
	const int yes = 1;
	struct sockaddr *at = (struct sockaddr *)&address->at;
	int saved, fd = socket(address->at.ss_family,
			       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	/* A port is free again at once when the program has ended. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, at, address->size) == 0 && listen(fd, SOMAXCONN) == 0 &&
	    getsockname(fd, at, &address->size) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static bool
start(struct rt_listen *listen)
{
	const union MHD_DaemonInfo *info;

	listen->daemon = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, answer, listen,
		MHD_OPTION_LISTEN_SOCKET, listen->socket,
		MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, PATIENCE_S, MHD_OPTION_END);
	if (listen->daemon == NULL)
		return false;
	info = MHD_get_daemon_info(listen->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL)
		return false;
	listen->epoll = info->epoll_fd;
	return true;
}

struct rt_listen *
rt_listen_open(const struct rt_options *options)
{
	struct rt_listen *listen = calloc(1, sizeof(*listen));
	struct rt_address address;
	char text[RT_ADDRESS_MAX];

	if (listen == NULL || !rt_address_parse(options->listen, &address)) {
		tk_msg_errno("--listen", ENOMEM);
		free(listen);
		return NULL;
	}
	rt_list_init(&listen->list, options->window_ns / BO_NS_PER_S);
	listen->socket = open_socket(&address);
	if (listen->socket < 0)
		tk_msg_errno(options->listen, errno);
	else if (!start(listen))
		tk_msg_errno("--listen", errno);
	if (listen->epoll == 0) {
		rt_listen_close(listen);
		return NULL;
	}
	tk_msg("listening on http://%s/metrics",
	       rt_address_text(&address, text));
	return listen;
}

void
rt_listen_close(struct rt_listen *listen)
{
	if (listen == NULL)
		return;
	if (listen->daemon != NULL)
		MHD_stop_daemon(listen->daemon);
	else if (listen->socket >= 0)
		close(listen->socket);
	for (size_t i = 0; i < 2; i++)
		free(listen->page[i].text);
	rt_list_clear(&listen->list);
	free(listen);
}

int
rt_listen_fd(const struct rt_listen *listen)
{
	return listen->epoll;
}

uint64_t
rt_listen_due_ns(const struct rt_listen *listen)
{
	MHD_UNSIGNED_LONG_LONG milliseconds;

	if (MHD_get_timeout(listen->daemon, &milliseconds) != MHD_YES)
		return UINT64_MAX;
	return bo_mul_sat(milliseconds, BO_NS_PER_MS);
}

void
rt_listen_serve(struct rt_listen *listen, struct rt_session *session,
		bool ready)
{
	listen->session = session;
	listen->ready = ready;
	MHD_run(listen->daemon);
}
