/* A log that changes under its reader: real files, a clock that the test
 * moves, and a count of each line that came. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_INPUT_CHANGING_LOG_H
#define TEST_INPUT_CHANGING_LOG_H

#include <stdbool.h>

#include "input/follow.h"

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)
#define LINES_MAX 400000

struct world {
	char directory[64];
	struct tk_follow *follow;
	uint64_t now_ns;
	/* Number of times that line i was seen, and lines that are not a
	 * number. */
	unsigned char seen[LINES_MAX];
	unsigned lines, strange, oversize, unterminated;
	char last_strange[256];
};

extern struct world world;

char *path_of(const char *name);
void set_up(void);
void tear_down(void);
void on_line(void *user, size_t input, const struct tk_line *line);
void pass(double seconds);
void write_lines(int fd, unsigned first, unsigned count);
int open_log(const char *name, int flags);
void add_lines(const char *name, unsigned first, unsigned count);
void rename_log(const char *from, const char *to);
void follow_log(const char *name);
void expect_lines(unsigned first, unsigned count);
struct tk_input_info info(size_t input);

#endif
