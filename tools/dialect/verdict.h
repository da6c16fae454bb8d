/* The verdict on a line of a log. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_VERDICT_H
#define TK_VERDICT_H

enum tk_verdict {
	/** An attempt event. */
	TK_EVENT,
	/** A line of something else; not an error. */
	TK_FOREIGN,
	/** It claims to be an event, or JSON, but is malformed. */
	TK_BAD,
};

#endif
