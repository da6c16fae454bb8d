/* Following growing files through rotation, truncation and absence. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "input/files.h"
#include "input/format.h"
#include "input/paths.h"
#include "input/twins.h"

#define CHUNK 65536u
#define CHUNK_MIN 4096u
/* Time between checks of paths, with and without notification. */
#define LOOK_NS (1000 * BO_NS_PER_MS)
#define POLL_NS (250 * BO_NS_PER_MS)
/* A check may come this much early, when something else woke the caller. */
#define EARLY_NS (200 * BO_NS_PER_MS)

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
		tk_last_clear(&follow->input[i]->last);
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

enum backoff_status
tk_follow_add(struct tk_follow *follow, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct tk_input *input = calloc(1, sizeof(*input));
	struct tk_input **list;

	list = tk_files_grow(follow->input, follow->input_count, sizeof(*list));
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
	input->current = tk_files_stdin(follow);
	if (input->current == NULL)
		input->current = tk_files_add(follow, STDIN_FILENO,
					      follow->input_count - 1);
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

/* The first input of the rotated log that an input is of. */
static struct tk_input *
first_of(const struct tk_follow *follow, size_t input)
{
	while (follow->input[input]->after > 0)
		input = follow->input[input]->after - 1;
	return follow->input[input];
}

/* Whether only the last lines are wanted of what is read now. */
static bool
is_limited(const struct tk_follow *follow, const struct tk_tail *tail)
{
	return follow->limited && !first_of(follow, tail->input)->begun;
}

/* A tk_line_fn. */
static void
keep_last(void *user, size_t input, const struct tk_line *line)
{
	struct tk_follow *follow = user;
	struct tk_input *first = first_of(follow, input);

	if (first->begun)
		follow->fn(follow->user, input, line);
	else
		tk_last_keep(&first->last, follow->limit, input, line);
}

/* What a log had at the start was read. */
static void
give_last(struct tk_follow *follow, struct tk_input *first)
{
	first->begun = true;
	tk_last_give(&first->last, follow->fn, follow->user);
}

/* The same of all logs, except pipes that gave nothing yet. */
static void
give_all(struct tk_follow *follow)
{
	for (size_t i = 0; i < follow->input_count; i++) {
		struct tk_input *input = follow->input[i];
		const struct tk_tail *tail = input->current;

		if (input->after == 0 && !input->begun &&
		    (tail == NULL || !tail->stream || tail->offset > 0))
			give_last(follow, input);
	}
}

/* Go to the last lines of a file whose lines can be found from its end. */
static void
skip_to_last(const struct tk_follow *follow, struct tk_tail *tail,
	     uint64_t size, bool once)
{
	char head[64];
	ssize_t got = pread(tail->fd, head, sizeof(head), 0);

	if (got <= 0 || tk_packing_of(head, (size_t)got) != TK_PACKING_NONE ||
	    tk_packing_may_follow(head, (size_t)got) ||
	    tk_format_of(head, (size_t)got) != NULL)
		return;
	tk_tail_begin_at(tail,
			 tk_last_find(tail->fd, size, follow->limit, once));
}

/* Before the first bytes of a file are read: whether others have them, too. */
static void
begin(struct tk_follow *follow, struct tk_tail *tail, bool once)
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
			return;
	if (is_limited(follow, tail))
		skip_to_last(follow, tail, (uint64_t)st.st_size, once);
}

/* Compare one buffer of a copy with its file; true if the copy was dropped. */
static bool
compare_file(struct tk_follow *follow, size_t index, uint64_t now_ns)
{
	struct tk_tail *tail = follow->file[index];

	tail->ready = tk_twins_compare(tail, follow->buffer, CHUNK);
	if (tail->ready || !tk_files_is_over(follow, tail, now_ns))
		return false;
	tk_files_drop(follow, index);
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
		begin(follow, tail, once);
	if (tail->origin != NULL)
		return compare_file(follow, index, now_ns);
	result = tk_tail_read(tail, now_ns, once, follow->buffer,
			      chunk + TK_TAIL_LAST, fn, user);
	tail->ready = result == TK_TAIL_MORE;
	if (tail->stream && !tail->ready && tail->offset > 0 &&
	    is_limited(follow, tail))
		give_last(follow, first_of(follow, tail->input));
	tail->failed = result == TK_TAIL_FAILED;
	if (tail->failed) {
		tk_files_set_state(follow, tail, TK_INPUT_DENIED, errno);
		/* ESTALE: the path may name a better one by now. */
		if (errno != ESTALE)
			return false;
		tk_files_drop(follow, index);
		return true;
	}
	tk_files_set_state(
		follow, tail,
		result == TK_TAIL_ENDED ? TK_INPUT_ENDED : TK_INPUT_READING, 0);
	if (result == TK_TAIL_MORE || !tk_files_is_over(follow, tail, now_ns))
		return false;
	tk_tail_finish(tail, fn, user);
	tk_files_drop(follow, index);
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
		struct tk_input *input = follow->input[i];

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
		struct tk_input *input = follow->input[tail->input];

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

	follow->fn = fn;
	follow->user = user;
	if (follow->limited) {
		fn = keep_last;
		user = follow;
	}
	tk_paths_take_hints(follow);
	all = once || follow->must_look || now_ns + EARLY_NS >= follow->due_ns;
	if (follow->must_look || now_ns + EARLY_NS >= follow->due_ns) {
		tk_paths_look(follow, now_ns);
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
	if (follow->limited)
		give_all(follow);
	return false;
}

void
tk_follow_after(struct tk_follow *follow, size_t input, size_t before)
{
	follow->input[input]->after = before + 1;
	follow->input[before]->is_continued = true;
}

void
tk_follow_last(struct tk_follow *follow, size_t lines)
{
	follow->limited = true;
	follow->limit = lines;
}

int
tk_follow_fd(const struct tk_follow *follow)
{
	return follow->hints.fd;
}

int
tk_follow_stdin_fd(const struct tk_follow *follow)
{
	const struct tk_tail *tail = tk_files_stdin(follow);

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
	const struct tk_input *input = follow->input[index];

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

		if (tail->input != index || tail->origin != NULL)
			continue;
		out->size_bytes += tail->size;
		out->behind_bytes += bo_sub_sat(tail->size, tail->offset);
	}
}
