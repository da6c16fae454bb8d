/* The table of one operation on the screen: a row per choice. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SCREEN_TABLE_H
#define RS_SCREEN_TABLE_H

#include "common/table.h"
#include "common/tone.h"
#include "report/choices.h"

/**
 * Print the rows of choices[0..rows) in lines of at most @p columns. Columns in
 * which all rows are the same are left out, and so are the least important ones
 * if lines would be too long.
 *
 * @param shown  gains a bit for each column that is there, for the legend
 * @return 0; -1 if memory ran out or writing failed
 */
int rs_screen_table(const struct rs_report *report,
		    const struct rs_subject *subject,
		    const struct rs_choices *choices, size_t rows,
		    unsigned *shown, FILE *out);

/** The same table for all operations, to be filled and then printed elsewhere;
 *  NULL if memory ran out. The operation is its first column. */
struct tk_table *rs_choice_table_new(void);
void rs_choice_table_add(struct tk_table *table, const struct rs_report *report,
			 const struct rs_subject *subject,
			 const struct rs_choices *choices, size_t rows);

/** Leave out the columns in which all rows are the same; returns those that
 *  stay, for the legend. */
unsigned rs_choice_table_fit(struct tk_table *table);

/** What the columns show. */
void rs_screen_legend(unsigned shown, char *text, size_t size);

/** "better", "can't tell" and so on, for people. */
const char *rs_verdict_text(enum rs_verdict verdict);

/** The tone that goes with a verdict. */
enum tk_tone rs_verdict_tone(enum rs_verdict verdict);

#endif
