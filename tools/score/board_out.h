/* The scoreboard as text and JSON. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SCORE_BOARD_OUT_H
#define RS_SCORE_BOARD_OUT_H

#include <stdio.h>

#include "score/score.h"

/** Write it: 0, or -1 if memory ran out or writing failed. */
int rs_scoreboard_text(const struct rs_scoreboard *board,
		       const struct rs_score_plan *plan, FILE *out);
int rs_scoreboard_json(const struct rs_scoreboard *board,
		       const struct rs_score_plan *plan,
		       const struct rs_cells *cells, FILE *out);

#endif
