/* Following growing files through rotation, truncation and absence. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "input/hints.h"
#include "input/prints.h"
#include "input/tail.h"
#include "input/twins.h"

#define CHUNK 65536u
#define CHUNK_MIN 4096u
/* Quiet time after which a file that lost its name is closed, because daemons
 * write to it until they notice; the second applies while no file has taken its
 * place. */
#define ROTATE_WAIT_NS (5000 * BO_NS_PER_MS)
#define DELETED_WAIT_NS (60000 * BO_NS_PER_MS)
/* Time between checks of a path, with and without notification. */
#define LOOK_NS (1000 * BO_NS_PER_MS)
/* A check may come this much early, when something else woke the caller. */
#define EARLY_NS (200 * BO_NS_PER_MS)
#define POLL_NS (250 * BO_NS_PER_MS)

#define WATCH_DIR                                                              \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MOVE_SELF |  \
	 IN_DELETE_SELF | IN_ONLYDIR)
#define WATCH_FILE (IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF)

struct input {
	char *path;
	/** The directory to watch; NULL for stdin. Its watch, or -1, and the
	 *  name in it. */
	char *directory;
	int watch;
	const char *base;
	struct tk_missed missed;
	enum tk_input_state state;
	int error_number;
	/** The file that the path names now; owned by the list of files. */
	struct tk_tail *current;
	bool had_file, busy, unread;
	/** The number of the input before it, + 1; 0: none. */
	size_t after;
	bool is_continued;
	uint64_t rotations;
	struct tk_tail_counts counts;
};

struct tk_follow {
	struct input **input;
	size_t input_count;
	/** In the order in which they were opened. */
	struct tk_tail **file;
	size_t file_count;
	struct tk_hints hints;
	/** Notification does not cover everything: check more often. */
	bool poll_only;
	/** Paths must be looked at before the next read. */
	bool must_look;
	/** All files were read to their ends once; some wait for others. */
	bool caught_up, waiting;
	uint64_t due_ns;
	char *buffer;
	struct tk_prints prints;
};

struct tk_follow *
tk_follow_new(void)
{
	struct tk_follow *follow = calloc(1, sizeof(*follow));

	if (follow == NULL)
		return NULL;
	follow->buffer = malloc(CHUNK + TK_TAIL_LAST);
	if (follow->buffer == NULL) {
		free(follow);
		return NULL;
	}
	tk_hints_init(&follow->hints);
	follow->poll_only = follow->hints.fd < 0;
	return follow;
}

void
tk_follow_free(struct tk_follow *follow)
{
	if (follow == NULL)
		return;
	for (size_t i = 0; i < follow->file_count; i++)
		tk_tail_free(follow->file[i]);
	for (size_t i = 0; i < follow->input_count; i++) {
		tk_missed_clear(&follow->input[i]->missed);
		free(follow->input[i]->path);
		free(follow->input[i]->directory);
		free(follow->input[i]);
	}
	tk_hints_clear(&follow->hints);
	free(follow->input);
	free(follow->file);
	free(follow->buffer);
	tk_prints_clear(&follow->prints);
	free(follow);
}

static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Make room for one more item in a list; NULL, and the list unchanged, if
 * memory ran out. */
static void *
grow(void *list, size_t count, size_t item)
{
	return reallocarray(list, count + 1, item);
}

static void
forget(void *user, const struct tk_tail *tail)
{
	struct tk_follow *follow = user;

	tk_prints_keep(&follow->prints, tail, true);
	tk_twins_release(follow->file, follow->file_count, tail, true);
}

static int
open_copy(void *user, const struct tk_tail *tail)
{
	const struct tk_follow *follow = user;
	const struct input *input = follow->input[tail->input];
	int fd = tk_twins_open_followed(follow->file, follow->file_count, tail);

	if (fd >= 0 || input->directory == NULL)
		return fd;
	return tk_twins_open(tail, input->directory, input->base);
}

/* A tk_copied_fn: rotation leaves a file under its new name for a while before
 * it is packed, and removes it then. */
static bool
find_print(void *user, const unsigned char *head, size_t length,
	   struct tk_print *out)
{
	const struct tk_follow *follow = user;
	const struct tk_print *print;

	for (size_t i = 0; i < follow->file_count; i++) {
		const struct tk_tail *tail = follow->file[i];
		ssize_t got;

		if (tail->packed || tail->stream)
			continue;
		/* It may not be read yet. */
		got = pread(tail->fd, out->head, TK_TAIL_HEAD, 0);
		out->head_length = got > 0 ? (size_t)got : 0;
		out->offset = UINT64_MAX;
		if (tk_prints_alike(out, head, length))
			return true;
	}
	for (size_t i = 0; (print = tk_prints_latest(&follow->prints, i));
	     i++) {
		if (!tk_prints_alike(print, head, length))
			continue;
		*out = *print;
		return true;
	}
	return false;
}

static struct tk_tail *
add_file(struct tk_follow *follow, int fd, size_t index)
{
	struct tk_tail **file;
	struct tk_tail *tail;

	file = grow(follow->file, follow->file_count, sizeof(*file));
	if (file == NULL)
		return NULL;
	follow->file = file;
	tail = tk_tail_new(fd, index, &follow->input[index]->counts);
	if (tail == NULL)
		return NULL;
	tail->copied = find_print;
	tail->forget = forget;
	tail->open_copy = open_copy;
	tail->copied_user = follow;
	file[follow->file_count++] = tail;
	return tail;
}

static struct tk_tail *
find_stdin(const struct tk_follow *follow)
{
	for (size_t i = 0; i < follow->file_count; i++)
		if (follow->file[i]->fd == STDIN_FILENO)
			return follow->file[i];
	return NULL;
}

enum backoff_status
tk_follow_add(struct tk_follow *follow, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct input *input = calloc(1, sizeof(*input));
	struct input **list;

	list = grow(follow->input, follow->input_count, sizeof(*list));
	if (list != NULL)
		follow->input = list;
	if (input == NULL || list == NULL)
		goto no_memory;
	input->path = strdup(path);
	input->directory = is_stdin ? NULL : directory_of(path);
	if (input->path == NULL || (!is_stdin && input->directory == NULL))
		goto no_memory;
	input->watch = -1;
	input->base = strrchr(input->path, '/') ? strrchr(input->path, '/') + 1
						: input->path;
	list[follow->input_count++] = input;
	follow->due_ns = 0;
	if (!is_stdin)
		return BACKOFF_OK;
	input->current = find_stdin(follow);
	if (input->current == NULL)
		input->current =
			add_file(follow, STDIN_FILENO, follow->input_count - 1);
	if (input->current == NULL) {
		follow->input_count--;
		goto no_memory;
	}
	/* `- < file` is a file to its end, not one to follow. */
	input->current->stream = true;
	input->state = TK_INPUT_READING;
	return BACKOFF_OK;

no_memory:
	if (input != NULL) {
		free(input->path);
		free(input->directory);
		free(input);
	}
	return BACKOFF_E_NOMEM;
}

/* Watch the file itself under whatever name it has, now and later. */
static void
watch_file(struct tk_follow *follow, struct tk_tail *tail)
{
	char path[64];

	tail->unwatched = true;
	if (follow->hints.fd < 0 || tail->stream)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", tail->fd);
	tail->watch = inotify_add_watch(follow->hints.fd, path, WATCH_FILE);
	tail->unwatched = tail->watch < 0 || tk_hints_are_incomplete(tail->fd);
}

/* Adding a watch twice does no harm, and finds a directory that was removed and
 * made again. Neighbours among the inputs mostly share it. */
static void
watch_directory(struct tk_follow *follow, size_t index)
{
	struct input *input = follow->input[index];
	const struct input *before =
		index > 0 ? follow->input[index - 1] : NULL;

	if (follow->hints.fd < 0)
		return;
	if (before != NULL && before->directory != NULL &&
	    strcmp(before->directory, input->directory) == 0)
		input->watch = before->watch;
	else
		input->watch = inotify_add_watch(follow->hints.fd,
						 input->directory, WATCH_DIR);
	if (input->watch < 0)
		follow->poll_only = true;
}

static struct tk_tail *
find_file(const struct tk_follow *follow, const struct stat *st)
{
	for (size_t i = 0; i < follow->file_count; i++) {
		struct tk_tail *tail = follow->file[i];

		if (tail->dev == st->st_dev && tail->ino == st->st_ino &&
		    tail->fd != STDIN_FILENO)
			return tail;
	}
	return NULL;
}

static void
fail(struct input *input, int error_number)
{
	bool absent = error_number == ENOENT || error_number == ENOTDIR;

	/* It is forbidden now, but open already: continue to read it. */
	if (!absent && input->current != NULL)
		return;
	input->current = NULL;
	input->error_number = error_number;
	input->state = absent ? TK_INPUT_WAITING : TK_INPUT_DENIED;
}

static void
open_path(struct tk_follow *follow, size_t index)
{
	struct input *input = follow->input[index];
	struct tk_tail *tail;
	struct stat st;
	int fd;

	fd = open(input->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		fail(input, errno);
		return;
	}
	/* It may have been replaced since the path was looked at. */
	tail = fstat(fd, &st) == 0 ? find_file(follow, &st) : NULL;
	if (tail != NULL) {
		close(fd);
	} else {
		tail = add_file(follow, fd, index);
		if (tail == NULL) {
			close(fd);
			fail(input, ENOMEM);
			return;
		}
		watch_file(follow, tail);
	}
	input->current = tail;
	if (input->had_file)
		input->rotations++;
	input->had_file = true;
	input->state = TK_INPUT_READING;
	input->error_number = 0;
}

static void
count_loss(struct tk_follow *follow, size_t index)
{
	struct tk_tail_counts *counts = &follow->input[index]->counts;
	struct stat st;

	/* Perhaps it had been opened before the event came. */
	for (size_t i = 0; i < follow->file_count; i++) {
		struct tk_tail *tail = follow->file[i];

		if (tail->input != index || tail->removal_known ||
		    fstat(tail->fd, &st) != 0 || st.st_nlink > 0)
			continue;
		tail->removal_known = true;
		return;
	}
	counts->lost_files++;
	counts->lost_ns = tk_tail_wall_ns();
}

/* Open a file that the path named between two looks. */
static void
open_missed(struct tk_follow *follow, size_t index, const char *name)
{
	struct input *input = follow->input[index];
	char path[PATH_MAX];
	struct tk_tail *tail;
	struct stat st;
	int fd = -1;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", input->directory,
			     name) < sizeof(path))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    find_file(follow, &st) != NULL ||
	    (tail = add_file(follow, fd, index)) == NULL) {
		close(fd);
		return;
	}
	watch_file(follow, tail);
	if (input->had_file)
		input->rotations++;
	input->had_file = true;
}

static void
look_at_missed(struct tk_follow *follow, size_t index)
{
	struct tk_missed *missed = &follow->input[index]->missed;

	for (size_t i = 0; i < missed->count; i++)
		if (missed->item[i].name[0] != '\0')
			open_missed(follow, index, missed->item[i].name);
	for (; missed->removed > 0; missed->removed--)
		count_loss(follow, index);
	tk_missed_looked(missed);
}

/* Find the file that the path names now. An older file of this or another input
 * keeps its position: after a rename it must not be read a second time. */
static void
look_at_path(struct tk_follow *follow, size_t index)
{
	struct input *input = follow->input[index];
	struct tk_tail *tail;
	struct stat st;

	if (input->directory == NULL)
		return;
	watch_directory(follow, index);
	look_at_missed(follow, index);
	input->missed.fresh = false;
	if (lstat(input->path, &st) == 0 && S_ISLNK(st.st_mode))
		/* Its target can change where nothing is watched. */
		follow->poll_only = true;
	if (stat(input->path, &st) != 0) {
		fail(input, errno);
		return;
	}
	tail = find_file(follow, &st);
	if (tail == NULL) {
		open_path(follow, index);
		return;
	}
	if (tail == input->current)
		return;
	if (input->had_file)
		input->rotations++;
	input->had_file = true;
	input->current = tail;
	input->state = TK_INPUT_READING;
	input->error_number = 0;
}

static void
mark_named(const struct tk_follow *follow)
{
	for (size_t i = 0; i < follow->file_count; i++)
		follow->file[i]->named = false;
	for (size_t i = 0; i < follow->input_count; i++)
		if (follow->input[i]->current != NULL)
			follow->input[i]->current->named = true;
}

static void
look(struct tk_follow *follow, uint64_t now_ns)
{
	follow->must_look = false;
	follow->poll_only = follow->hints.fd < 0;
	for (size_t i = 0; i < follow->input_count; i++)
		look_at_path(follow, i);
	mark_named(follow);
	for (size_t i = 0; i < follow->file_count; i++) {
		struct tk_tail *tail = follow->file[i];

		if (tail->named)
			tail->orphaned_ns = 0;
		else if (tail->orphaned_ns == 0)
			tail->orphaned_ns = now_ns > 0 ? now_ns : 1;
		if (!tail->stream && tail->unwatched)
			follow->poll_only = true;
		if (tail->stream && !tail->ended && tail->fd != STDIN_FILENO)
			follow->poll_only = true;
	}
}

static void
drop_file(struct tk_follow *follow, size_t index)
{
	struct tk_tail *tail = follow->file[index];

	if (tail->watch >= 0)
		inotify_rm_watch(follow->hints.fd, tail->watch);
	for (size_t i = 0; i < follow->input_count; i++)
		if (follow->input[i]->current == tail)
			follow->input[i]->current = NULL;
	tk_twins_release(follow->file, follow->file_count, tail, false);
	tk_prints_keep(&follow->prints, tail, false);
	tk_tail_free(tail);
	follow->file_count--;
	memmove(follow->file + index, follow->file + index + 1,
		(follow->file_count - index) * sizeof(*follow->file));
}

/* Whether a nameless file has been at its end for long enough. */
static bool
is_over(const struct tk_follow *follow, const struct tk_tail *tail,
	uint64_t now_ns)
{
	uint64_t since_ns = tail->changed_ns > tail->orphaned_ns
				    ? tail->changed_ns
				    : tail->orphaned_ns;
	uint64_t wait_ns = follow->input[tail->input]->current != NULL
				   ? ROTATE_WAIT_NS
				   : DELETED_WAIT_NS;

	return tail->orphaned_ns != 0 && now_ns - since_ns >= wait_ns;
}

static void
set_state(struct tk_follow *follow, const struct tk_tail *tail,
	  enum tk_input_state state, int error_number)
{
	for (size_t i = 0; i < follow->input_count; i++) {
		struct input *input = follow->input[i];

		if (input->current != tail)
			continue;
		input->state = state;
		input->error_number = error_number;
	}
}

/* Before the first bytes of a file are read: whether others have them, too. */
static void
begin(struct tk_follow *follow, struct tk_tail *tail)
{
	const struct tk_print *print;
	struct stat st;

	if (tail->stream || fstat(tail->fd, &st) != 0 || st.st_size == 0)
		return;
	tail->begun = true;
	tail->origin = tk_twins_find(follow->file, follow->file_count, tail);
	if (tail->origin != NULL)
		return;
	for (size_t i = 0; (print = tk_prints_latest(&follow->prints, i)); i++)
		if (tk_twins_skip(tail, print))
			break;
}

/* Compare one buffer of a copy with its file; true if the copy was dropped. */
static bool
compare_file(struct tk_follow *follow, size_t index, uint64_t now_ns)
{
	struct tk_tail *tail = follow->file[index];

	tail->ready = tk_twins_compare(tail, follow->buffer, CHUNK);
	if (tail->ready || !is_over(follow, tail, now_ns))
		return false;
	drop_file(follow, index);
	return true;
}

/* Read one buffer of a file; true if it was dropped. */
static bool
read_file(struct tk_follow *follow, size_t index, uint64_t now_ns, size_t chunk,
	  bool once, tk_line_fn fn, void *user)
{
	struct tk_tail *tail = follow->file[index];
	enum tk_tail_result result;

	if (!tail->begun)
		begin(follow, tail);
	if (tail->origin != NULL)
		return compare_file(follow, index, now_ns);
	result = tk_tail_read(tail, now_ns, once, follow->buffer,
			      chunk + TK_TAIL_LAST, fn, user);
	tail->ready = result == TK_TAIL_MORE;
	tail->failed = result == TK_TAIL_FAILED;
	if (tail->failed) {
		set_state(follow, tail, TK_INPUT_DENIED, errno);
		/* ESTALE: the path may name a better one by now. */
		if (errno != ESTALE)
			return false;
		drop_file(follow, index);
		return true;
	}
	set_state(follow, tail,
		  result == TK_TAIL_ENDED ? TK_INPUT_ENDED : TK_INPUT_READING,
		  0);
	if (result == TK_TAIL_MORE || !is_over(follow, tail, now_ns))
		return false;
	tk_tail_finish(tail, fn, user);
	drop_file(follow, index);
	return true;
}

/* An input waits while the one that it goes on after was not read to its end.
 * Only at first: then its files may have changed their names. A copy has no
 * lines, and may itself wait for this input. */
static void
find_waiting(struct tk_follow *follow)
{
	follow->waiting = false;
	for (size_t i = 0; i < follow->input_count; i++)
		follow->input[i]->unread = follow->input[i]->busy = false;
	for (size_t i = 0; i < follow->file_count && !follow->caught_up; i++)
		if (follow->file[i]->ready && follow->file[i]->origin == NULL)
			follow->input[follow->file[i]->input]->unread = true;
	for (size_t i = 0; i < follow->input_count; i++) {
		struct input *input = follow->input[i];

		input->busy = input->after > 0 &&
			      follow->input[input->after - 1]->unread;
		follow->waiting |= input->busy;
	}
}

/* Read one buffer of each file that may have something, or of each at all; the
 * number of files that may have more. */
static size_t
read_pass(struct tk_follow *follow, uint64_t now_ns, bool all, size_t chunk,
	  bool once, tk_line_fn fn, void *user)
{
	size_t more = 0;

	find_waiting(follow);
	for (size_t i = 0; i < follow->file_count; i++) {
		struct tk_tail *tail = follow->file[i];
		struct input *input = follow->input[tail->input];

		/* The file before it comes first. */
		if (input->busy) {
			tail->ready = true;
			continue;
		}
		if (!all && !tail->ready && !tail->stream)
			continue;
		if (read_file(follow, i, now_ns, chunk, once, fn, user)) {
			i--;
			continue;
		}
		/* What goes on after it comes after its last line. */
		if (once && input->is_continued && !tail->ready)
			tk_tail_finish(tail, fn, user);
		input->busy = tail->ready;
		more += tail->ready;
	}
	return more;
}

static void
take_hint(struct tk_follow *follow, const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW) {
		follow->must_look = true;
		return;
	}
	for (size_t i = 0; i < follow->file_count; i++) {
		struct tk_tail *tail = follow->file[i];

		if (tail->watch != event->wd)
			continue;
		tail->ready = true;
		/* Its name moved, so the path may have another file. */
		if (event->mask & ~(uint32_t)IN_MODIFY)
			follow->must_look = true;
		return;
	}
	for (size_t i = 0; i < follow->input_count; i++) {
		struct input *input = follow->input[i];

		if (input->directory == NULL || input->watch != event->wd)
			continue;
		if (event->len == 0 ||
		    tk_missed_take(&input->missed, input->base, event))
			follow->must_look = true;
	}
}

static void
take_hints(struct tk_follow *follow)
{
	const struct inotify_event *event;

	while ((event = tk_hints_next(&follow->hints)) != NULL)
		take_hint(follow, event);
}

/* Bytes to read at a time, so that @p count files share the budget. */
static size_t
chunk_of(size_t budget_bytes, size_t count)
{
	size_t chunk = count > 0 ? budget_bytes / count : budget_bytes;

	if (chunk > CHUNK)
		return CHUNK;
	return chunk < CHUNK_MIN ? CHUNK_MIN : chunk;
}

bool
tk_follow_read(struct tk_follow *follow, uint64_t now_ns, size_t budget_bytes,
	       bool once, tk_line_fn fn, void *user)
{
	size_t done = 0, more = 0;
	bool all;

	take_hints(follow);
	all = once || follow->must_look || now_ns + EARLY_NS >= follow->due_ns;
	if (follow->must_look || now_ns + EARLY_NS >= follow->due_ns) {
		look(follow, now_ns);
		follow->due_ns =
			now_ns + (follow->poll_only ? POLL_NS : LOOK_NS);
	}
	for (size_t i = 0; i < follow->file_count; i++)
		more += follow->file[i]->ready;
	if (all)
		more = follow->file_count;
	do {
		size_t chunk = chunk_of(budget_bytes, more);

		more = read_pass(follow, now_ns, all, chunk, once, fn, user);
		done += chunk * more;
		all = once;
	} while ((more > 0 || follow->waiting) && done < budget_bytes);
	if (more > 0 || follow->waiting)
		return true;
	follow->caught_up = true;
	if (once)
		for (size_t i = 0; i < follow->file_count; i++)
			tk_tail_finish(follow->file[i], fn, user);
	return false;
}

void
tk_follow_after(struct tk_follow *follow, size_t input, size_t before)
{
	follow->input[input]->after = before + 1;
	follow->input[before]->is_continued = true;
}

int
tk_follow_fd(const struct tk_follow *follow)
{
	return follow->hints.fd;
}

int
tk_follow_stdin_fd(const struct tk_follow *follow)
{
	const struct tk_tail *tail = find_stdin(follow);

	return tail != NULL && !tail->ended ? STDIN_FILENO : -1;
}

uint64_t
tk_follow_due_ns(const struct tk_follow *follow)
{
	return follow->due_ns;
}

size_t
tk_follow_count(const struct tk_follow *follow)
{
	return follow->input_count;
}

void
tk_follow_info(const struct tk_follow *follow, size_t index,
	       struct tk_input_info *out)
{
	const struct input *input = follow->input[index];

	*out = (struct tk_input_info){
		.path = input->path,
		.state = input->state,
		.error_number = input->error_number,
		.same_as = SIZE_MAX,
		.lines = input->counts.lines,
		.bytes = input->counts.bytes,
		.rotations = input->rotations,
		.truncations = input->counts.truncations,
		.oversize = input->counts.oversize,
		.nul_bytes = input->counts.nul_bytes,
		.lost_bytes = input->counts.lost_bytes,
		.lost_files = input->counts.lost_files,
		.lost_ns = input->counts.lost_ns,
	};
	if (input->current != NULL && input->current->input != index)
		out->same_as = input->current->input;
	if (input->current != NULL && input->current->origin != NULL)
		out->same_as = input->current->origin->input;
	for (size_t i = 0; i < follow->file_count; i++) {
		const struct tk_tail *tail = follow->file[i];

		if (tail->input == index && tail->origin == NULL &&
		    tail->size > tail->offset)
			out->behind_bytes += tail->size - tail->offset;
	}
}
