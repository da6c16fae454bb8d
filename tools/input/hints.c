/* What inotify reports of watched files and directories: only hints, because
 * files must be looked at anyway. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/hints.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

void
tk_hints_init(struct tk_hints *hints)
{
	hints->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	hints->at = 0;
	hints->end = 0;
}

void
tk_hints_clear(struct tk_hints *hints)
{
	if (hints->fd >= 0)
		close(hints->fd);
	hints->fd = -1;
}

/* File systems whose changes inotify does not see when others make them. */
bool
tk_hints_are_incomplete(int fd)
{
	static const unsigned long magic[] = {
		0x6969,     /* NFS */
		0xfe534d42, /* SMB2 */
		0xff534d42, /* CIFS */
		0x65735546, /* FUSE */
		0x01021997, /* 9P */
		0x00c36400, /* Ceph */
		0x5346414f, /* AFS */
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) != 0)
		return true;
	for (size_t i = 0; i < sizeof(magic) / sizeof(*magic); i++)
		if ((unsigned long)fs.f_type == magic[i])
			return true;
	return false;
}

const struct inotify_event *
tk_hints_next(struct tk_hints *hints)
{
	const struct inotify_event *event;

	if (hints->at >= hints->end) {
		ssize_t got = hints->fd < 0 ? -1
					    : read(hints->fd, hints->buffer,
						   sizeof(hints->buffer));

		if (got <= 0)
			return NULL;
		hints->at = 0;
		hints->end = (size_t)got;
	}
	/* The kernel pads each event to the size of its alignment. */
	event = (const void *)((const char *)hints->buffer + hints->at);
	hints->at += sizeof(*event) + event->len;
	return event;
}

void
tk_missed_clear(struct tk_missed *missed)
{
	free(missed->item);
	missed->item = NULL;
	missed->count = 0;
}

/* Without memory, or after too many, a file counts as removed. */
static void
add(struct tk_missed *missed, uint32_t cookie)
{
	if (missed->item == NULL)
		missed->item = calloc(TK_MISSED_MAX, sizeof(*missed->item));
	if (missed->item == NULL || missed->count == TK_MISSED_MAX) {
		missed->removed++;
		return;
	}
	missed->item[missed->count].name[0] = '\0';
	missed->item[missed->count].looks = 0;
	missed->item[missed->count++].cookie = cookie;
}

static size_t
find(const struct tk_missed *missed, const char *name)
{
	size_t i;

	for (i = 0; i < missed->count; i++)
		if (strcmp(missed->item[i].name, name) == 0)
			break;
	return i;
}

static void
drop(struct tk_missed *missed, size_t i)
{
	missed->count--;
	memmove(missed->item + i, missed->item + i + 1,
		(missed->count - i) * sizeof(*missed->item));
}

/* The file of that name is gone. */
static bool
remove_name(struct tk_missed *missed, const char *name)
{
	size_t i = find(missed, name);

	if (i == missed->count)
		return false;
	missed->removed++;
	drop(missed, i);
	return true;
}

static bool
leave(struct tk_missed *missed, const char *name, uint32_t cookie)
{
	size_t i = find(missed, name);

	if (i == missed->count)
		return false;
	missed->item[i].name[0] = '\0';
	missed->item[i].cookie = cookie;
	return true;
}

static bool
arrive(struct tk_missed *missed, const char *name, bool is_path,
       uint32_t cookie)
{
	bool about = remove_name(missed, name);

	for (size_t i = missed->count; i-- > 0;) {
		if (missed->item[i].name[0] != '\0' ||
		    missed->item[i].cookie != cookie)
			continue;
		about = true;
		/* It is back, and was not missed. */
		if (is_path)
			drop(missed, i);
		else
			snprintf(missed->item[i].name,
				 sizeof(missed->item[i].name), "%s", name);
	}
	return about;
}

void
tk_missed_looked(struct tk_missed *missed)
{
	size_t kept = 0;

	for (size_t i = 0; i < missed->count; i++)
		if (++missed->item[i].looks < 2)
			missed->item[kept++] = missed->item[i];
	missed->count = kept;
}

bool
tk_missed_take(struct tk_missed *missed, const char *base,
	       const struct inotify_event *event)
{
	const char *name = event->len > 0 ? event->name : "";
	bool is_path = strcmp(name, base) == 0, about = is_path;

	if (event->mask & IN_MOVED_FROM) {
		about |= leave(missed, name, event->cookie);
		if (is_path && missed->fresh)
			add(missed, event->cookie);
	}
	if (event->mask & IN_MOVED_TO)
		about |= arrive(missed, name, is_path, event->cookie);
	if (event->mask & IN_DELETE)
		about |= remove_name(missed, name);
	if (is_path) {
		if (missed->fresh && (event->mask & (IN_DELETE | IN_MOVED_TO)))
			missed->removed++;
		missed->fresh = (event->mask & (IN_CREATE | IN_MOVED_TO)) != 0;
	}
	return about;
}
