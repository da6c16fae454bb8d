/* The words of the command that asks what other policies would have done. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_COMMAND_H
#define RT_COMMAND_H

#include "retrytop/view.h"

/** A word: a path or a pattern, of which each byte may need an escape. */
#define RT_WORD_MAX (4 * RT_NAME_MAX + 4096)

/** Word @p index of the command; false past the end. */
bool rt_command_word(const struct rt_view *view, size_t index, char *out,
		     size_t size);

/** A subject is a row and a filter. */
#define RT_SUBJECT_MAX (RT_NAME_MAX + RT_FILTER_MAX + 32)

/** Say what the command is about: "host shop-a, filter error=http:*". Returns
 *  out. */
char *rt_command_subject(const struct rt_view *view, char *out, size_t size);

/** Quote a word for a shell unless it has only harmless characters. Returns
 *  out. */
char *rt_command_quote(const char *word, char *out, size_t size);

#endif
