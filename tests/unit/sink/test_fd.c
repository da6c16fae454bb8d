/* Tests of src/sink/fd: lines, writes, and what happens when they fail. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/sink/events.h"

static struct backoff_event_decoder *decoder;

static void
setup(void)
{
	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
}

static void
teardown(void)
{
	backoff_event_decoder_free(decoder);
}

TestSuite(sink_fd, .init = setup, .fini = teardown);

static void
emit(struct backoff_sink *sink, uint64_t seq)
{
	struct backoff_event event = numbered(seq);

	errno = 4711;
	backoff_sink_emit(sink, &event);
	cr_expect(errno == 4711, "errno is kept");
}

/* A socket of records shows the limits of each write. */
Test(sink_fd, p28_each_line_is_one_write)
{
	struct backoff_sink *sink;
	char record[BACKOFF_EVENT_LINE_MAX];
	int pair[2];

	cr_assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	cr_assert(backoff_sink_fd_new(pair[0], 1, &sink) == BACKOFF_OK);
	for (uint64_t seq = 0; seq < 20; seq++) {
		struct backoff_event event = numbered(seq), back;
		char error[600];
		ssize_t n;

		/* From short events to those that are cut. */
		memset(error, '\n', sizeof(error));
		error[seq * 31] = '\0';
		event.error = error;
		backoff_sink_emit(sink, &event);
		n = recv(pair[1], record, sizeof(record), MSG_DONTWAIT);
		cr_assert(n > 0);
		cr_expect(memchr(record, '\n', (size_t)n) == record + n - 1);
		back = event_of_line(decoder, record, (size_t)n);
		cr_expect(back.seq == seq);
		cr_expect(recv(pair[1], record, 1, MSG_DONTWAIT) < 0,
			  "nothing else is written");
	}
	cr_expect(backoff_sink_dropped(sink) == 0);
	backoff_sink_flush(sink);
	backoff_sink_free(sink);
	cr_expect(fcntl(pair[0], F_GETFD) < 0, "an owned one is closed");
	close(pair[1]);
}

Test(sink_fd, a_borrowed_descriptor_stays_open)
{
	struct backoff_sink *sink = NULL;
	int fd = open("/dev/null", O_WRONLY);

	cr_assert(backoff_sink_fd_new(fd, 0, &sink) == BACKOFF_OK);
	backoff_sink_free(sink);
	cr_expect(fcntl(fd, F_GETFD) >= 0);
	close(fd);
	backoff_sink_free(NULL);
	sink = NULL;
	cr_expect(backoff_sink_fd_new(-1, 0, &sink) == BACKOFF_E_ARGUMENT);
	cr_expect(sink == NULL);
}

/* A temporary file's name, and all lines of it. */
struct log {
	char path[32];
	char text[65536];
	size_t length;
	const char *line[64];
	size_t count;
};

static void
make_log(struct log *log)
{
	int fd;

	snprintf(log->path, sizeof(log->path), "%s", "/tmp/retrykit-XXXXXX");
	fd = mkstemp(log->path);
	cr_assert(fd >= 0);
	close(fd);
}

static void
read_log(struct log *log)
{
	FILE *file = fopen(log->path, "r");
	char *p;

	cr_assert(file != NULL);
	log->length = fread(log->text, 1, sizeof(log->text) - 1, file);
	log->text[log->length] = '\0';
	fclose(file);
	log->count = 0;
	for (p = log->text; *p != '\0';) {
		char *end = strchr(p, '\n');

		log->line[log->count++] = p;
		if (end == NULL)
			break;
		*end = '\0';
		p = end + 1;
	}
	unlink(log->path);
}

static struct backoff_event
line_of(const struct log *log, size_t i)
{
	cr_assert(i < log->count);
	return event_of_line(decoder, log->line[i], strlen(log->line[i]));
}

Test(sink_fd, a_file_is_appended_to)
{
	static struct log log;
	struct backoff_sink *sink = NULL;
	struct stat status;
	FILE *other;

	make_log(&log);
	unlink(log.path);
	umask(0);
	cr_assert(backoff_sink_file_new(log.path, &sink) == BACKOFF_OK);
	cr_assert(stat(log.path, &status) == 0);
	cr_expect((status.st_mode & 0777) == 0640);
	emit(sink, 1);
	other = fopen(log.path, "a");
	fputs("a line of somebody else\n", other);
	fclose(other);
	emit(sink, 2);
	backoff_sink_free(sink);
	cr_assert(backoff_sink_file_new(log.path, &sink) == BACKOFF_OK);
	emit(sink, 3);
	backoff_sink_free(sink);
	read_log(&log);
	cr_expect(log.count == 4);
	cr_expect(line_of(&log, 0).seq == 1);
	cr_expect(strcmp(log.line[1], "a line of somebody else") == 0);
	cr_expect(line_of(&log, 2).seq == 2 && line_of(&log, 3).seq == 3);
	sink = NULL;
	errno = 0;
	cr_expect(backoff_sink_file_new("/nowhere/log", &sink) == BACKOFF_E_IO);
	cr_expect(errno == ENOENT && sink == NULL);
}

Test(sink_fd, a_file_is_not_left_to_children)
{
	static struct log log;
	struct backoff_sink *sink;
	int fd, probe = open("/dev/null", O_RDONLY);

	/* The next descriptor will have this number. */
	close(probe);
	make_log(&log);
	cr_assert(backoff_sink_file_new(log.path, &sink) == BACKOFF_OK);
	fd = fcntl(probe, F_GETFD);
	cr_expect(fd >= 0 && (fd & FD_CLOEXEC) != 0);
	cr_expect((fcntl(probe, F_GETFL) & O_APPEND) != 0);
	backoff_sink_free(sink);
	unlink(log.path);
}

Test(sink_fd, a_full_disk_is_counted)
{
	struct backoff_sink *sink;
	int fd = open("/dev/full", O_WRONLY);

	cr_assert(fd >= 0);
	cr_assert(backoff_sink_fd_new(fd, 1, &sink) == BACKOFF_OK);
	for (uint64_t seq = 1; seq <= 5; seq++) {
		emit(sink, seq);
		cr_expect(backoff_sink_dropped(sink) == seq);
	}
	backoff_sink_free(sink);
}

/* Fill a pipe that does not block, and empty it again. */
Test(sink_fd, losses_are_reported_once_writing_works_again)
{
	static char all[1 << 20];
	struct backoff_sink *sink;
	struct backoff_event event;
	uint64_t seq = 0;
	int end[2];
	const char *line = all;
	ssize_t n;

	cr_assert(pipe2(end, O_NONBLOCK) == 0);
	cr_assert(backoff_sink_fd_new(end[1], 1, &sink) == BACKOFF_OK);
	while (backoff_sink_dropped(sink) < 7)
		emit(sink, ++seq);
	while (read(end[0], all, sizeof(all)) > 0)
		;
	emit(sink, ++seq);
	emit(sink, ++seq);
	cr_expect(backoff_sink_dropped(sink) == 7, "the sum stays");
	n = read(end[0], all, sizeof(all) - 1);
	cr_assert(n > 0);
	all[n] = '\0';
	event = event_of_line(decoder, line, strcspn(line, "\n"));
	cr_expect(event.seq == seq - 1);
	line += strcspn(line, "\n") + 1;
	event = event_of_line(decoder, line, strcspn(line, "\n"));
	cr_expect(event.type == BACKOFF_EVENT_DROPPED);
	cr_expect(event.dropped == 7, "%llu",
		  (unsigned long long)event.dropped);
	cr_expect(event.pid == (uint64_t)getpid());
	cr_expect(strcmp(event.host, "host") == 0);
	line += strcspn(line, "\n") + 1;
	event = event_of_line(decoder, line, strcspn(line, "\n"));
	cr_expect(event.seq == seq, "reported once");
	cr_expect(line[strcspn(line, "\n") + 1] == '\0');
	backoff_sink_free(sink);
	close(end[0]);
}

/* A limit on the file's size cuts a line half-way, like a full disk. */
Test(sink_fd, half_a_line_does_not_spoil_the_next)
{
	static struct log log;
	struct rlimit limit, before;
	struct backoff_sink *sink;
	struct backoff_event event;
	struct stat status;

	signal(SIGXFSZ, SIG_IGN);
	make_log(&log);
	cr_assert(backoff_sink_file_new(log.path, &sink) == BACKOFF_OK);
	emit(sink, 1);
	cr_assert(stat(log.path, &status) == 0);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = (rlim_t)status.st_size + 30;
	setrlimit(RLIMIT_FSIZE, &limit);
	emit(sink, 2);
	emit(sink, 3);
	cr_expect(backoff_sink_dropped(sink) == 2);
	setrlimit(RLIMIT_FSIZE, &before);
	emit(sink, 4);
	emit(sink, 5);
	cr_expect(backoff_sink_dropped(sink) == 2);
	backoff_sink_free(sink);
	read_log(&log);
	cr_expect(log.count == 5, "%zu lines", log.count);
	cr_expect(line_of(&log, 0).seq == 1);
	cr_expect(strlen(log.line[1]) == 30, "half a line by itself");
	cr_expect(line_of(&log, 2).seq == 4);
	event = line_of(&log, 3);
	cr_expect(event.type == BACKOFF_EVENT_DROPPED && event.dropped == 2);
	cr_expect(line_of(&log, 4).seq == 5);
}

/* A process was killed in the middle of its last line; the next process must
 * not lose its first line because of that. */
Test(sink_fd, a_restart_ends_a_cut_line)
{
	static struct log log;
	struct backoff_sink *sink;
	FILE *file;

	make_log(&log);
	file = fopen(log.path, "w");
	fputs("{\"v\":1,\"ts\":\"2026-", file);
	fclose(file);
	for (uint64_t seq = 1; seq <= 2; seq++) {
		cr_assert(backoff_sink_file_new(log.path, &sink) == BACKOFF_OK);
		emit(sink, seq);
		backoff_sink_free(sink);
	}
	read_log(&log);
	cr_expect(log.count == 3, "%zu lines", log.count);
	cr_expect(line_of(&log, 1).seq == 1);
	cr_expect(line_of(&log, 2).seq == 2);
}

Test(sink_fd, an_event_that_cannot_be_encoded_is_a_loss)
{
	static struct log log;
	static char extra[5000];
	struct backoff_event event = numbered(1);
	struct backoff_sink *sink;

	memset(extra, 'x', sizeof(extra) - 1);
	event.extra = extra;
	make_log(&log);
	cr_assert(backoff_sink_file_new(log.path, &sink) == BACKOFF_OK);
	backoff_sink_emit(sink, &event);
	cr_expect(backoff_sink_dropped(sink) == 1);
	emit(sink, 2);
	backoff_sink_free(sink);
	read_log(&log);
	cr_expect(log.count == 2);
	cr_expect(line_of(&log, 0).seq == 2);
	cr_expect(line_of(&log, 1).dropped == 1);
}

static volatile sig_atomic_t broken_pipes;

static void
count_broken_pipe(int number)
{
	(void)number;
	broken_pipes++;
}

/* The log's reader has closed the pipe: events are lost, and the process
 * survives. The program's own handling of SIGPIPE is unchanged. */
Test(sink_fd, a_closed_pipe_is_a_loss)
{
	const struct sigaction counting = {.sa_handler = count_broken_pipe};

	for (int kind = 0; kind < 4; kind++) {
		struct backoff_sink *sink;
		sigset_t set;
		int end[2];

		if (kind % 2 == 0)
			cr_assert(pipe(end) == 0);
		else
			cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, end) ==
				  0);
		cr_assert(backoff_sink_fd_new(end[1], 1, &sink) == BACKOFF_OK);
		close(end[0]);
		if (kind >= 2)
			sigaction(SIGPIPE, &counting, NULL);
		emit(sink, 1);
		emit(sink, 2);
		cr_expect(backoff_sink_dropped(sink) == 2, "%d", kind);
		cr_expect(broken_pipes == 0, "%d", kind);
		backoff_sink_free(sink);
		cr_expect(sigpending(&set) == 0 && !sigismember(&set, SIGPIPE));
	}
	raise(SIGPIPE);
	cr_expect(broken_pipes == 1, "it is not blocked");
}

/* A signal that is pending already, because the program blocks it, remains
 * pending. */
Test(sink_fd, a_pending_signal_stays_pending)
{
	struct backoff_sink *sink;
	sigset_t pipes, set;
	int end[2];

	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	sigprocmask(SIG_BLOCK, &pipes, NULL);
	raise(SIGPIPE);
	cr_assert(pipe(end) == 0);
	cr_assert(backoff_sink_fd_new(end[1], 1, &sink) == BACKOFF_OK);
	close(end[0]);
	emit(sink, 1);
	cr_expect(backoff_sink_dropped(sink) == 1);
	backoff_sink_free(sink);
	cr_expect(sigpending(&set) == 0 && sigismember(&set, SIGPIPE));
	cr_expect(sigprocmask(SIG_BLOCK, NULL, &set) == 0 &&
		  sigismember(&set, SIGPIPE));
}
