/* What a line of a log turned out to be. */
#ifndef TK_VERDICT_H
#define TK_VERDICT_H

enum tk_verdict {
	/** An attempt event. */
	TK_EVENT,
	/** A line of something else; not an error. */
	TK_FOREIGN,
	/** It claims to be an event, or JSON, and is broken. */
	TK_BAD,
};

#endif
