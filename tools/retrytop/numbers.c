/* Numbers in texts for programs. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/numbers.h"

#include <stdlib.h>

void
rt_number_print(double number, FILE *out)
{
	char text[32];
	double back;

	snprintf(text, sizeof(text), "%1.15g", number);
	back = strtod(text, NULL);
	if (back < number || back > number)
		snprintf(text, sizeof(text), "%1.17g", number);
	fputs(text, out);
}
