/* Texts in comma-separated values (RFC 4180). */
/* SPDX-License-Identifier: MIT */
#ifndef TK_CSV_H
#define TK_CSV_H

#include <stdio.h>

/** Write a text in quotes, without control characters. */
void tk_csv_text(const char *text, FILE *out);

#endif
