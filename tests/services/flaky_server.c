/* A local HTTP server that fails according to a script, and logs every request.
 *
 *     flaky_server SCRIPT LOG [SECONDS]
 *
 * Listens on the loopback interface only, prints its port, and ends by itself
 * after SECONDS (60). One thread per connection, one request per connection.
 * The log has a line per request, written after the answer; its columns,
 * separated by tabs: milliseconds of begin and end since the start, method,
 * path, number of the request on that path, requests under way when it began
 * (itself included), Range ("-": none), status sent (0: none), bytes of the
 * body sent, and the request's body.
 */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "script.h"

#define REQUEST_MAX_BYTES 65536
#define PATHS_MAX 64

struct server {
	struct script script;
	FILE *log;
	/** A byte for each request, before its answer: who has an answer knows
	 *  that the log has as many lines, or will have them soon. */
	FILE *answering;
	uint64_t start_ns;
	atomic_uint in_flight;
	/** Guards the members below, and the log. */
	pthread_mutex_t lock;
	/** Number of all requests gathered so far; and the condition on which
	 *  they wait for more. */
	unsigned gathered;
	pthread_cond_t more;
	struct {
		char path[128];
		unsigned requests;
	} paths[PATHS_MAX];
};

struct connection {
	struct server *server;
	int fd;
};

struct request {
	char bytes[REQUEST_MAX_BYTES];
	char method[16], path[128], range[64], if_range[128];
	const char *body;
	unsigned number, in_flight;
	uint64_t start_ns;
};

/* The head of an answer; everything that a script can specify fits. */
struct head {
	char text[4096];
	size_t length;
};

struct answer {
	int status;
	size_t sent;
};

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static unsigned
count_request(struct server *server, const char *path)
{
	unsigned number = 0;

	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < PATHS_MAX && number == 0; i++) {
		if (server->paths[i].requests == 0)
			snprintf(server->paths[i].path,
				 sizeof(server->paths[i].path), "%s", path);
		if (strcmp(server->paths[i].path, path) == 0)
			number = ++server->paths[i].requests;
	}
	pthread_mutex_unlock(&server->lock);
	return number;
}

/* The value of a header, "" if absent. */
static void
copy_header(const struct request *r, const char *name, char *out, size_t size)
{
	size_t length = strlen(name);

	out[0] = '\0';
	for (const char *line = strstr(r->bytes, "\r\n");
	     line != NULL && line + 4 <= r->body;
	     line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, length) == 0 &&
		    line[2 + length] == ':') {
			line += 3 + length;
			line += strspn(line, " ");
			snprintf(out, size, "%.*s", (int)strcspn(line, "\r\n"),
				 line);
			return;
		}
}

/* Read until the request is complete; false if the peer went away before. */
static bool
read_request(int fd, struct request *r)
{
	size_t length = 0, wanted = SIZE_MAX;
	char value[32];
	ssize_t got;

	while (length < wanted && length < sizeof(r->bytes) - 1) {
		got = recv(fd, r->bytes + length, sizeof(r->bytes) - 1 - length,
			   0);
		if (got <= 0)
			return false;
		length += (size_t)got;
		r->bytes[length] = '\0';
		r->body = strstr(r->bytes, "\r\n\r\n");
		if (wanted != SIZE_MAX || r->body == NULL)
			continue;
		r->body += 4;
		copy_header(r, "Content-Length", value, sizeof(value));
		wanted =
			(size_t)(r->body - r->bytes) + strtoul(value, NULL, 10);
	}
	r->body = strstr(r->bytes, "\r\n\r\n");
	if (r->body == NULL)
		return false;
	r->body += 4;
	length = strcspn(r->bytes, " ");
	snprintf(r->method, sizeof(r->method), "%.*s", (int)length, r->bytes);
	snprintf(r->path, sizeof(r->path), "%.*s",
		 (int)strcspn(r->bytes + length + 1, " ?\r"),
		 r->bytes + length + 1);
	copy_header(r, "Range", r->range, sizeof(r->range));
	copy_header(r, "If-Range", r->if_range, sizeof(r->if_range));
	return true;
}

static bool
send_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);

		if (sent < 0)
			return false;
		data += sent;
		length -= (size_t)sent;
	}
	return true;
}

/* Byte i of a body made by `size`. It has no short period, so that a missing,
 * duplicate or misplaced piece, or one of another version, shows. */
static char
known_byte(const struct rule *rule, size_t i)
{
	uint32_t x = (uint32_t)(i / 4) * UINT32_C(2654435761);

	for (const char *c = rule->etag; *c != '\0'; c++)
		x = x * 31 + (unsigned char)*c;
	return (char)(x >> (i % 4 * 8));
}

static bool
send_body(int fd, const struct rule *rule, size_t from, size_t length,
	  struct answer *answer)
{
	char piece[4096];

	if (rule->cut >= 0 && (size_t)rule->cut < length)
		length = (size_t)rule->cut;
	while (answer->sent < length) {
		size_t left = length - answer->sent;
		size_t n = left < sizeof(piece) ? left : sizeof(piece);

		for (size_t i = 0; i < n; i++, from++)
			piece[i] = rule->size >= 0 ? known_byte(rule, from)
						   : rule->body[from];
		if (!send_all(fd, piece, n))
			return false;
		answer->sent += n;
	}
	return true;
}

/* Add a line to the head of an answer. */
static void __attribute__((format(printf, 2, 3)))
add(struct head *head, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	head->length += (size_t)vsnprintf(head->text + head->length,
					  sizeof(head->text) - head->length,
					  format, arguments);
	va_end(arguments);
}

static void
add_headers(struct head *head, const struct rule *rule)
{
	time_t when = time(NULL) + rule->date_s;
	struct tm tm;
	char date[64];

	if (rule->size >= 0 && rule->etag[0] != '\0')
		add(head, "ETag: %s\r\n", rule->etag);
	for (unsigned i = 0; i < rule->headers; i++)
		add(head, "%s\r\n", rule->header[i]);
	if (rule->date_s >= 0 && gmtime_r(&when, &tm) != NULL &&
	    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		add(head, "Retry-After: %s\r\n", date);
}

static void
send_answer(int fd, const struct rule *rule, const struct request *r,
	    struct answer *answer)
{
	size_t total =
		rule->size >= 0 ? (size_t)rule->size : strlen(rule->body);
	struct head head = {0};
	bool ranged = rule->size >= 0 && !rule->norange &&
		      r->range[0] != '\0' &&
		      (r->if_range[0] == '\0' ||
		       strcmp(r->if_range, rule->etag) == 0);
	size_t from = 0;

	answer->status = rule->status;
	if (ranged) {
		from = strtoul(r->range + strlen("bytes="), NULL, 10);
		answer->status = from < total ? 206 : 416;
		from = from < total ? from : total;
	}
	add(&head,
	    "HTTP/1.1 %d Scripted\r\nConnection: close\r\n"
	    "Content-Length: %zu\r\n",
	    answer->status, total - from);
	if (answer->status == 416)
		add(&head, "Content-Range: bytes */%zu\r\n", total);
	else if (ranged)
		add(&head, "Content-Range: bytes %zu-%zu/%zu\r\n", from,
		    total - 1, total);
	add_headers(&head, rule);
	add(&head, "\r\n");
	if (send_all(fd, head.text, head.length))
		send_body(fd, rule, from, total - from, answer);
}

/* Gathering requests continue in groups of @p size, each group when it is
 * complete: that they continue proves that @p size were under way at once. */
static void
gather(struct server *server, unsigned size)
{
	unsigned whole;

	pthread_mutex_lock(&server->lock);
	whole = (server->gathered++ / size + 1) * size;
	pthread_cond_broadcast(&server->more);
	while (server->gathered < whole)
		pthread_cond_wait(&server->more, &server->lock);
	pthread_mutex_unlock(&server->lock);
}

/* Wait until the client gives up, however long that takes. */
static void
wait_for_end(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, 0) > 0)
		;
}

static void
write_log(struct server *server, const struct request *r,
	  const struct answer *answer)
{
	pthread_mutex_lock(&server->lock);
	fprintf(server->log, "%.3f\t%.3f\t%s\t%s\t%u\t%u\t%s\t%d\t%zu\t%.*s\n",
		(double)(r->start_ns - server->start_ns) / 1e6,
		(double)(now_ns() - server->start_ns) / 1e6, r->method, r->path,
		r->number, r->in_flight, r->range[0] != '\0' ? r->range : "-",
		answer->status, answer->sent, (int)strcspn(r->body, "\r\n"),
		r->body);
	fflush(server->log);
	pthread_mutex_unlock(&server->lock);
}

static void
note_answer(struct server *server)
{
	pthread_mutex_lock(&server->lock);
	fputc('.', server->answering);
	fflush(server->answering);
	pthread_mutex_unlock(&server->lock);
}

/* Close with a reset, once the client's side has every byte: a reset discards
 * the bytes that still wait to be sent, and their number varies. */
static void
reset_after_answer(int fd)
{
	const struct linger at_once = {.l_onoff = 1};
	struct pollfd gone = {.fd = fd};
	int unacknowledged;

	while (ioctl(fd, SIOCOUTQ, &unacknowledged) == 0 &&
	       unacknowledged > 0 && poll(&gone, 1, 1) == 0)
		;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

static void
serve(struct server *server, int fd, struct request *r)
{
	static const struct rule not_found = {.status = 404,
					      .size = -1,
					      .cut = -1,
					      .date_s = -1,
					      .body = "no such path"};
	const struct rule *rule;
	struct answer answer = {0};

	if (!read_request(fd, r))
		return;
	r->start_ns = now_ns();
	r->in_flight = atomic_fetch_add(&server->in_flight, 1) + 1;
	r->number = count_request(server, r->path);
	rule = script_find(&server->script, r->path, r->number);
	if (rule == NULL)
		rule = &not_found;
	nanosleep(&(struct timespec){rule->delay_ms / 1000,
				     rule->delay_ms % 1000 * 1000000L},
		  NULL);
	if (rule->gather > 0)
		gather(server, rule->gather);
	if (rule->hang)
		wait_for_end(fd);
	/* Before the answer: a client that has it may ask again at once. */
	atomic_fetch_sub(&server->in_flight, 1);
	note_answer(server);
	if (!rule->drop && !rule->hang && (!rule->reset || rule->cut >= 0))
		send_answer(fd, rule, r, &answer);
	write_log(server, r, &answer);
	if (rule->reset)
		reset_after_answer(fd);
}

static void *
run_connection(void *user)
{
	struct connection *c = user;
	struct request *r = calloc(1, sizeof(*r));

	if (r != NULL)
		serve(c->server, c->fd, r);
	close(c->fd);
	free(r);
	free(c);
	return NULL;
}

static int
listen_on_loopback(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr =
					      htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    listen(fd, 64) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		perror("listen");
		exit(4);
	}
	printf("%u\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static void
accept_one(struct server *server, int listener)
{
	struct connection *c;
	pthread_t thread;
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	c = malloc(sizeof(*c));
	if (c == NULL) {
		close(fd);
		return;
	}
	*c = (struct connection){server, fd};
	if (pthread_create(&thread, NULL, run_connection, c) == 0) {
		pthread_detach(thread);
	} else {
		close(fd);
		free(c);
	}
}

int
main(int argc, char **argv)
{
	struct server server = {.start_ns = now_ns(),
				.lock = PTHREAD_MUTEX_INITIALIZER,
				.more = PTHREAD_COND_INITIALIZER};
	char answering[4096];
	int listener;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "Usage: %s SCRIPT LOG [SECONDS]\n", argv[0]);
		return 2;
	}
	if (!script_read(argv[1], &server.script)) {
		script_free(&server.script);
		return 3;
	}
	snprintf(answering, sizeof(answering), "%s.answering", argv[2]);
	server.log = fopen(argv[2], "we");
	server.answering = fopen(answering, "we");
	if (server.log == NULL || server.answering == NULL) {
		perror(argv[2]);
		return 4;
	}
	/* A killed test cannot stop this server. */
	alarm(argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 60);
	listener = listen_on_loopback();
	for (;;)
		accept_one(&server, listener);
}
