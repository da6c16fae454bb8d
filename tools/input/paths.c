/* Looks at paths: which file each names now, and whether that may change. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WATCH_DIR                                                              \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MOVE_SELF |  \
	 IN_DELETE_SELF | IN_ONLYDIR)
#define WATCH_FILE (IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF)

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
	struct tk_input *input = follow->input[index];
	const struct tk_input *before =
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

static void
fail(struct tk_input *input, int error_number)
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
	struct tk_input *input = follow->input[index];
	struct tk_tail *tail;
	struct stat st;
	int fd;

	fd = open(input->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		fail(input, errno);
		return;
	}
	/* It may have been replaced since the path was looked at. */
	tail = fstat(fd, &st) == 0 ? tk_files_find(follow, &st) : NULL;
	if (tail != NULL) {
		close(fd);
	} else {
		tail = tk_files_add(follow, fd, index);
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
	struct tk_input *input = follow->input[index];
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
	    tk_files_find(follow, &st) != NULL ||
	    (tail = tk_files_add(follow, fd, index)) == NULL) {
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
	struct tk_input *input = follow->input[index];
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
	tail = tk_files_find(follow, &st);
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

void
tk_paths_look(struct tk_follow *follow, uint64_t now_ns)
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
		struct tk_input *input = follow->input[i];

		if (input->directory == NULL || input->watch != event->wd)
			continue;
		if (event->len == 0 ||
		    tk_missed_take(&input->missed, input->base, event))
			follow->must_look = true;
	}
}

void
tk_paths_take_hints(struct tk_follow *follow)
{
	const struct inotify_event *event;

	while ((event = tk_hints_next(&follow->hints)) != NULL)
		take_hint(follow, event);
}
