/* The files that a follower has open, and what it knows of those it closed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "input/twins.h"

/* Quiet time after which a file that lost its name is closed, because daemons
 * write to it until they notice; the second applies while no file has taken its
 * place. */
#define ROTATE_WAIT_NS (5000 * BO_NS_PER_MS)
#define DELETED_WAIT_NS (60000 * BO_NS_PER_MS)

/* Make room for one more item in a list; NULL, and the list unchanged, if
 * memory ran out. */
void *
tk_files_grow(void *list, size_t count, size_t item)
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
	const struct tk_input *input = follow->input[tail->input];
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

struct tk_tail *
tk_files_add(struct tk_follow *follow, int fd, size_t index)
{
	struct tk_tail **file;
	struct tk_tail *tail;

	file = tk_files_grow(follow->file, follow->file_count, sizeof(*file));
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

struct tk_tail *
tk_files_find(const struct tk_follow *follow, const struct stat *st)
{
	for (size_t i = 0; i < follow->file_count; i++) {
		struct tk_tail *tail = follow->file[i];

		if (tail->dev == st->st_dev && tail->ino == st->st_ino &&
		    tail->fd != STDIN_FILENO)
			return tail;
	}
	return NULL;
}

void
tk_files_drop(struct tk_follow *follow, size_t index)
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

struct tk_tail *
tk_files_stdin(const struct tk_follow *follow)
{
	for (size_t i = 0; i < follow->file_count; i++)
		if (follow->file[i]->fd == STDIN_FILENO)
			return follow->file[i];
	return NULL;
}

/* Whether a nameless file has been at its end for long enough. */
bool
tk_files_is_over(const struct tk_follow *follow, const struct tk_tail *tail,
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

void
tk_files_set_state(struct tk_follow *follow, const struct tk_tail *tail,
		   enum tk_input_state state, int error_number)
{
	for (size_t i = 0; i < follow->input_count; i++) {
		struct tk_input *input = follow->input[i];

		if (input->current != tail)
			continue;
		input->state = state;
		input->error_number = error_number;
	}
}
