/* Finds the sentences of an unknown log that speak of retries, and drafts a
 * dialect file for them. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_GUESS_H
#define TK_GUESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <backoff.h>

#include "common/msg.h"
#include "input/lines.h"

/** Lines that tk_guess_logs() reads at most. */
#define TK_GUESS_LINES 2000000

/** Opaque; for one thread. */
struct tk_guess;

/** @param known  names of dialects whose lines need no guess, with NULL at the
 *                end; NULL: all built-in ones but
 *                handwritten and generic-json, which guess, too
 *  @return NULL if there is no memory, or a dialect cannot be read */
struct tk_guess *tk_guess_new(const char *const *known);
void tk_guess_free(struct tk_guess *guess);

/** Look at a line. BACKOFF_OK, BACKOFF_E_NOMEM. */
enum backoff_status tk_guess_line(struct tk_guess *guess, size_t input,
				  const struct tk_line *line);

/** Group what was seen; call it once, after the last line. BACKOFF_OK,
 *  BACKOFF_E_NOMEM. */
enum backoff_status tk_guess_finish(struct tk_guess *guess);

/** The number of sentences that a dialect file would have. */
size_t tk_guess_count(const struct tk_guess *guess);

/** Say what was found, and what the log cannot answer. @p path is the log's
 *  name. */
void tk_guess_print(const struct tk_guess *guess, const char *path, FILE *out);

/** Write a dialect file of that name. */
void tk_guess_write(const struct tk_guess *guess, const char *name, FILE *out);

/** Guess from whole logs; "-" is stdin. Failures are reported on stderr.
 *  TK_EXIT_OK, TK_EXIT_SYSTEM. */
enum tk_exit tk_guess_logs(char *const *path, size_t count,
			   struct tk_guess **out);

/** Say which commands come next. @p file is the dialect file that was written,
 *  NULL: none. */
void tk_guess_next(const struct tk_guess *guess, const char *file,
		   const char *log, FILE *out);

/** For logs without events: print on stderr what they speak of, and what to do.
 */
void tk_guess_help(char *const *path, size_t count);

#endif
