/* Tests of src/sink/file: the path, and limits that would kill a process. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "unit/sink/rotation.h"

TestSuite(sink_file, .init = set_up, .fini = tear_down);

static void
open_file(const char *path)
{
	cr_assert(backoff_sink_file_new(path, &w.sink) == BACKOFF_OK);
}

/* Longer than the time between two looks, in ticks of the coarse clock. */
static void
let_it_look(void)
{
	const struct timespec pause = {0, 40000000};

	nanosleep(&pause, NULL);
}

static void
replace(void)
{
	put_file("new", "");
	cr_assert(rename(path_of("new"), w.path) == 0);
}

static void
remove_it(void)
{
	cr_assert(unlink(w.path) == 0);
}

static void
rename_it(void)
{
	cr_assert(rename(w.path, path_of("old")) == 0);
}

static void
truncate_it(void)
{
	cr_assert(truncate(w.path, 0) == 0);
}

Test(sink_file, the_path_is_followed)
{
	static const struct {
		const char *why;
		void (*change)(void);
		const char *old;
	} made[] = {{"removed", remove_it, "-"},
		    {"renamed", rename_it, "1 2"},
		    {"replaced", replace, "-"},
		    {"truncated", truncate_it, "-"}};

	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++) {
		const char *old;

		open_file(w.path);
		emit(1, 2);
		made[i].change();
		let_it_look();
		emit(3, 4);
		EXPECT_FILE("log", "3 4");
		old = numbers_in("old");
		cr_expect(strcmp(old, made[i].old) == 0, "%s: %s", made[i].why,
			  old);
		cr_expect(backoff_sink_dropped(w.sink) == 0);
		cr_expect(backoff_sink_rotating_error(w.sink) == 0);
		backoff_sink_free(w.sink);
		w.sink = NULL;
		unlink(w.path);
		unlink(path_of("old"));
	}
}

Test(sink_file, a_link_is_followed_to_the_next_file)
{
	cr_assert(symlink("monday", w.path) == 0);
	open_file(w.path);
	emit(1, 1);
	cr_assert(unlink(w.path) == 0 && symlink("tuesday", w.path) == 0);
	let_it_look();
	emit(2, 2);
	EXPECT_FILE("monday", "1");
	EXPECT_FILE("tuesday", "2");
}

Test(sink_file, a_new_file_has_the_mode_of_the_old)
{
	struct stat st;

	open_file(w.path);
	cr_assert(chmod(w.path, 0604) == 0);
	remove_it();
	let_it_look();
	emit(1, 1);
	cr_expect(stat(w.path, &st) == 0 && (st.st_mode & 0777) == 0604);
}

Test(sink_file, a_cut_line_in_a_new_file_is_ended)
{
	open_file(w.path);
	emit(1, 1);
	put_file("new", "half a line");
	cr_assert(rename(path_of("new"), w.path) == 0);
	let_it_look();
	emit(2, 2);
	EXPECT_FILE("log", "! 2");
}

Test(sink_file, a_daemon_may_change_its_directory)
{
	cr_assert(chdir(w.directory) == 0);
	open_file("log");
	cr_assert(chdir("/") == 0);
	remove_it();
	let_it_look();
	emit(1, 1);
	EXPECT_FILE("log", "1");
}

/* The old file has a name, so its lines are not lost. */
Test(sink_file, a_path_that_cannot_be_opened_keeps_the_old_file)
{
	open_file(w.path);
	rename_it();
	cr_assert(mkdir(w.path, 0700) == 0);
	let_it_look();
	emit(1, 2);
	EXPECT_FILE("old", "1 2");
	cr_expect(backoff_sink_rotating_error(w.sink) == EISDIR);
	cr_expect(backoff_sink_dropped(w.sink) == 0);
	cr_assert(rmdir(w.path) == 0);
	let_it_look();
	emit(3, 3);
	EXPECT_FILE("log", "3");
	cr_expect(backoff_sink_rotating_error(w.sink) == 0);
}

/* Lines of a file without a name could not be read. */
Test(sink_file, lines_without_a_path_are_losses)
{
	struct backoff_sink *log;

	cr_assert(mkdir(path_of("sub"), 0700) == 0);
	cr_assert(backoff_sink_file_new(path_of("sub/log"), &log) ==
		  BACKOFF_OK);
	cr_assert(backoff_sink_limit_new(log, 1000000, 1000, &log) ==
		  BACKOFF_OK);
	w.sink = log;
	emit(1, 1);
	cr_assert(unlink(path_of("sub/log")) == 0);
	cr_assert(rmdir(path_of("sub")) == 0);
	let_it_look();
	emit(2, 4);
	cr_expect(backoff_sink_dropped(w.sink) == 3);
	cr_expect(backoff_sink_rotating_error(w.sink) == ENOENT,
		  "also of a sink below");
	cr_assert(mkdir(path_of("sub"), 0700) == 0);
	let_it_look();
	emit(5, 6);
	EXPECT_FILE("sub/log", "5 d3 6");
}

Test(sink_file, a_pipe_without_a_reader_is_refused, .timeout = 50)
{
	struct backoff_sink *sink = NULL;
	char text[4096];
	int reader;

	cr_assert(mkfifo(w.path, 0600) == 0);
	errno = 0;
	cr_expect(backoff_sink_file_new(w.path, &sink) == BACKOFF_E_IO);
	cr_expect(errno == ENXIO && sink == NULL);
	reader = open(w.path, O_RDONLY | O_NONBLOCK);
	cr_assert(reader >= 0);
	open_file(w.path);
	cr_expect((fcntl(reader + 1, F_GETFL) & O_NONBLOCK) == 0,
		  "a full pipe makes the writer wait");
	emit(1, 1);
	cr_expect(read(reader, text, sizeof(text)) > 0);
	close(reader);
	let_it_look();
	emit(2, 2);
	cr_expect(backoff_sink_dropped(w.sink) == 1, "as for other pipes");
	reader = open(w.path, O_RDONLY | O_NONBLOCK);
	emit(3, 3);
	cr_expect(read(reader, text, sizeof(text)) > 0, "the next reader");
	close(reader);
}

Test(sink_file, other_types_of_files_are_refused)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct backoff_sink *sink = NULL;

	memcpy(address.sun_path, w.path, strlen(w.path) + 1);
	cr_assert(bind(listener, (struct sockaddr *)&address,
		       sizeof(address)) == 0);
	cr_expect(backoff_sink_file_new(w.path, &sink) == BACKOFF_E_IO);
	cr_expect(errno == ENXIO);
	close(listener);
	cr_expect(backoff_sink_file_new(w.directory, &sink) == BACKOFF_E_IO);
	cr_expect(errno == EISDIR && sink == NULL);
	cr_expect(backoff_sink_file_new(NULL, &sink) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_file_new("/dev/null", &sink) == BACKOFF_OK);
	backoff_sink_free(sink);
}

static volatile sig_atomic_t signals;

static void
count_signal(int number)
{
	(void)number;
	signals++;
}

static void
open_kind(int kind)
{
	if (kind == 0)
		open_file(w.path);
	else if (kind == 1)
		w.sink = open_sink();
	else
		cr_assert(backoff_sink_fd_new(
				  open(w.path, O_WRONLY | O_APPEND | O_CREAT,
				       0600),
				  1, &w.sink) == BACKOFF_OK);
}

/* The default action of SIGXFSZ ends the process. */
Test(sink_file, a_limit_on_the_size_is_a_loss)
{
	const struct sigaction counting = {.sa_handler = count_signal};
	struct rlimit limit, before;
	struct stat st;
	sigset_t set;

	getrlimit(RLIMIT_FSIZE, &before);
	for (int kind = 0; kind < 3; kind++) {
		open_kind(kind);
		emit(1, 1);
		cr_assert(stat(w.path, &st) == 0);
		limit = before;
		limit.rlim_cur = (rlim_t)st.st_size;
		setrlimit(RLIMIT_FSIZE, &limit);
		emit(2, 3);
		sigaction(SIGXFSZ, &counting, NULL);
		emit(4, 4);
		signal(SIGXFSZ, SIG_DFL);
		cr_expect(signals == 0, "the program's handler is not called");
		cr_expect(sigpending(&set) == 0 && !sigismember(&set, SIGXFSZ));
		cr_expect(backoff_sink_dropped(w.sink) == 3, "%d", kind);
		setrlimit(RLIMIT_FSIZE, &before);
		emit(5, 6);
		EXPECT_FILE("log", "1 5 d3 6");
		backoff_sink_free(w.sink);
		w.sink = NULL;
		unlink(w.path);
	}
}

Test(sink_file, a_pending_signal_stays_pending)
{
	struct rlimit limit = {1, RLIM_INFINITY};
	sigset_t size, set;

	sigemptyset(&size);
	sigaddset(&size, SIGXFSZ);
	sigprocmask(SIG_BLOCK, &size, NULL);
	raise(SIGXFSZ);
	open_file(w.path);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 1;
	setrlimit(RLIMIT_FSIZE, &limit);
	emit(1, 2);
	cr_expect(backoff_sink_dropped(w.sink) == 2);
	cr_expect(sigpending(&set) == 0 && sigismember(&set, SIGXFSZ));
}
