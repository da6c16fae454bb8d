/* A stream that gathers text in memory. Unlike open_memstream() of glibc, it
 * has an error if memory runs out, and never only a part of the text. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/gather.h"

#include <stdlib.h>
#include <string.h>

#define ROOM 4096

static bool
make_room(struct tk_gather *gather, size_t length)
{
	size_t room = gather->room;
	char *grown;

	/* One for the NUL. */
	while (room - gather->length <= length)
		room *= 2;
	if (room == gather->room)
		return true;
	grown = realloc(gather->text, room);
	if (grown == NULL)
		return false;
	gather->text = grown;
	gather->room = room;
	return true;
}

static ssize_t
append(void *user, const char *text, size_t length)
{
	struct tk_gather *gather = user;

	if (!make_room(gather, length))
		return 0;
	memcpy(gather->text + gather->length, text, length);
	gather->length += length;
	return (ssize_t)length;
}

bool
tk_gather_begin(struct tk_gather *gather)
{
	*gather = (struct tk_gather){.text = malloc(ROOM), .room = ROOM};
	if (gather->text == NULL)
		return false;
	gather->stream = fopencookie(gather, "w",
				     (cookie_io_functions_t){.write = append});
	if (gather->stream != NULL)
		return true;
	free(gather->text);
	return false;
}

bool
tk_gather_end(struct tk_gather *gather)
{
	bool good = fflush(gather->stream) == 0 && !ferror(gather->stream);

	if (fclose(gather->stream) != 0)
		good = false;
	if (good) {
		gather->text[gather->length] = '\0';
		return true;
	}
	free(gather->text);
	gather->text = NULL;
	gather->length = 0;
	return false;
}
