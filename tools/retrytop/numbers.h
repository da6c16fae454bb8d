/* Numbers in texts for programs. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_NUMBERS_H
#define RT_NUMBERS_H

#include <stdio.h>

/** Print a number as JSON has it: the fewest digits of 15 and 17 that read back
 *  as the same. */
void rt_number_print(double number, FILE *out);

#endif
