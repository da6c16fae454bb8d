/* Lines of a file or stdin, in bounded memory whatever the content. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_LINES_H
#define TK_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Longer lines are skipped to their newline, and counted once. */
#define TK_LINE_MAX (1u << 20)

struct tk_line {
	/** Not NUL-terminated, without newline; valid until the next call.
	 *  Oversize: the first TK_LINE_MAX bytes. */
	const char *text;
	size_t length;
	/** From 1, and the byte at which it starts. */
	uint64_t number, offset;
	bool oversize;
	/** The input ended without a newline after it. */
	bool unterminated;
	/** The input is not text from here on: what it is, and what to do, or
	 *  how its compressed data is broken. This is its last line, whatever
	 *  its bytes. */
	const char *not_text;
};

/** Called for each whole line; @p input is the number of its input. */
typedef void (*tk_line_fn)(void *user, size_t input,
			   const struct tk_line *line);

/** Splits bytes that are pushed into it: the follower's half of the reader. */
struct tk_splitter;

struct tk_splitter *tk_splitter_new(void);
void tk_splitter_free(struct tk_splitter *splitter);

/** Offer more bytes; they must stay until tk_splitter_next() said false. */
void tk_splitter_push(struct tk_splitter *splitter, const char *bytes,
		      size_t length);

/** The next whole line, or with @p at_end also the unterminated rest; false if
 *  there is none. NULs at the start of a line are skipped: a writer without
 *  O_APPEND leaves such a hole after a truncation. */
bool tk_splitter_next(struct tk_splitter *splitter, bool at_end,
		      struct tk_line *out);

/** Drop the unfinished line and what was pushed, and make a line that says
 *  @p why there is no more text; later bytes are ignored. False if there was
 *  such a line before. */
bool tk_splitter_break(struct tk_splitter *splitter, const char *why,
		       struct tk_line *out);

/** NULs that were skipped since the last question. */
uint64_t tk_splitter_nuls(struct tk_splitter *splitter);

/** Whether the pushed bytes end inside a run of NULs that is skipped. */
bool tk_splitter_in_hole(const struct tk_splitter *splitter);

/** Forget a partial line and start counting at line 1 again. */
void tk_splitter_reset(struct tk_splitter *splitter);

/** A whole input, read to its end; gzip and zstd are unpacked. */
struct tk_lines;

/** @p path "-" is stdin. BACKOFF_OK, BACKOFF_E_IO (errno), BACKOFF_E_NOMEM. */
enum backoff_status tk_lines_open(const char *path, struct tk_lines **out);
void tk_lines_close(struct tk_lines *lines);

/** BACKOFF_OK; BACKOFF_E_NOT_FOUND at the end; BACKOFF_E_IO;
 *  BACKOFF_E_NOMEM. */
enum backoff_status tk_lines_next(struct tk_lines *lines, struct tk_line *out);

#endif
