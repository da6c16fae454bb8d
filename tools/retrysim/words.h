/* The names that completion offers: policies, dialects, worlds, lint codes. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORDS_H
#define RS_WORDS_H

#include <stdio.h>

/** For each, "word", the placeholder in --help that it may replace, the name:
 *  between tabs, as rows of tk_opt_table(). */
void rs_words_print(FILE *out);

#endif
