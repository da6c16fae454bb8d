/* What is known of a path that is followed. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_STATE_H
#define TK_STATE_H

enum tk_input_state {
	/** It does not exist yet; it is looked for again. */
	TK_INPUT_WAITING,
	TK_INPUT_READING,
	/** Permission denied or another error; it is tried again. */
	TK_INPUT_DENIED,
	/** stdin at its end. */
	TK_INPUT_ENDED,
	TK_INPUT_STATE_COUNT
};

#endif
