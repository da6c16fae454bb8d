/* Finds sentences about retries that source code quotes. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_CODE_H
#define TK_CODE_H

#include <stdbool.h>
#include <stddef.h>

/** Whether a sentence that begins at a byte of a message is quoted there, as in
 *  an expectation of a test or a line of source code; or in a comment. */
bool tk_is_code(const char *text, size_t length, size_t begin);

#endif
