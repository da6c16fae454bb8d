/* Values as people read them: the cells of tables. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_CELLS_H
#define RS_CELLS_H

#include <stddef.h>

#include "report/columns.h"

/** "93.04", ">=1.2s", "93.68?", "-". Returns buffer. */
char *rs_cell_value(const struct rs_column *column,
		    const struct rs_value *value, char *buffer, size_t size);

/** "92.15-93.83", "-". Returns buffer. */
char *rs_cell_interval(const struct rs_column *column,
		       const struct rs_value *value, char *buffer, size_t size);

/** "-0.56 [-0.93, -0.19]", "bounds 92.87-100.00". Returns buffer. */
char *rs_cell_brackets(const struct rs_column *column,
		       const struct rs_value *value, char *buffer, size_t size);

/** A rate in percent with two decimals, but never "100.00" for less, nor
 *  "0.00" for more. Returns buffer. */
char *rs_percent(double rate, char *buffer, size_t size);

#endif
