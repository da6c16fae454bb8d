/* Reading logs that the command line names, ready to be replayed. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_INPUT_H
#define RS_INPUT_H

#include "common/msg.h"
#include "common/opt.h"
#include "recorded/log.h"
#include "dialect/found.h"
#include "retrysim/part.h"

struct rs_input_options {
	/** As tk_dialect_open() takes them; none is "auto". */
	const struct tk_opt_list *dialects;
	/** The offset of times without one; or NULL. */
	const char *zone;
	/** The number of bad lines that is still accepted. */
	uint64_t max_bad;
	uint64_t seed;
	/** "OPERATION=N" each. */
	const struct tk_opt_list *calls;
	/** The calls that results are about. */
	struct rs_part_options part;
};

/**
 * Read and stitch logs. The first few bad lines and every failure go to
 * stderr.
 *
 * @param found  set to what lines were read as, also on failure; to be cleared
 * @param log  set on TK_EXIT_OK; free it before the trace
 * @return TK_EXIT_OK; TK_EXIT_USAGE for --calls or a part that do not fit the
 *         log, or have a wrong form, which is noticed before anything is read;
 *         TK_EXIT_BAD_INPUT for a log without events or with too many bad
 *         lines, and for a wrong dialect; TK_EXIT_SYSTEM
 */
enum tk_exit rs_input_read(const struct rs_input_options *options,
			   char *const *path, size_t count,
			   struct tk_trace **trace, struct rs_log *log,
			   struct tk_found *found);

#endif
