/* One wrapper of a line: what each kind needs to recognise and remove it. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_LAYER_H
#define TK_LAYER_H

#include <stdbool.h>

#include <backoff.h>

#include "unwrap/payload.h"

enum tk_part {
	TK_PART_WHOLE,
	/** More of the same line follows. */
	TK_PART_MORE,
	/** The last of a line, which may be the only one. */
	TK_PART_LAST,
};

/** A line that is being unwrapped. */
struct tk_layer {
	/** Its text is what is left. A function that recognises its wrapper
	 *  sets what it says here, and the bit of the wrapper. */
	struct tk_payload payload;
	/** Set by the wrappers that divide lines. */
	enum tk_part part;
	int32_t zone_s;
	uint64_t now_ns;
	/** One buffer for each wrapper that copies; each wrapper is removed at
	 *  most once a line, so that none is overwritten. */
	struct tk_copy {
		char *bytes;
		size_t size;
	} copy[TK_WRAPPER_COUNT];
	bool no_memory;
};

/** Room for the text of a wrapper; NULL and no_memory if there is none. */
char *tk_layer_room(struct tk_layer *layer, enum tk_wrapper wrapper,
		    size_t size);

/** Record that a wrapper was removed: what is left begins at text. */
bool tk_layer_took(struct tk_layer *layer, enum tk_wrapper wrapper,
		   const char *text, size_t length);

/** Each removes its wrapper if the text begins with it; false, and nothing
 *  changed, if not. */
bool tk_take_cri(struct tk_layer *layer);
bool tk_take_timestamp(struct tk_layer *layer);
bool tk_take_kubectl(struct tk_layer *layer);
bool tk_take_compose(struct tk_layer *layer);
bool tk_take_stern(struct tk_layer *layer);
bool tk_take_gh(struct tk_layer *layer);
bool tk_take_heroku(struct tk_layer *layer);
bool tk_take_aws(struct tk_layer *layer);
bool tk_take_logcli(struct tk_layer *layer);
bool tk_take_fly(struct tk_layer *layer);
bool tk_take_process(struct tk_layer *layer);
bool tk_take_syslog(struct tk_layer *layer);
bool tk_take_syslog5424(struct tk_layer *layer);
bool tk_take_docker(struct tk_layer *layer);
bool tk_take_stern_json(struct tk_layer *layer);
bool tk_take_journald(struct tk_layer *layer);

/** Whether a line begins as CRI writes them and is not the last part. */
bool tk_is_cri_part(const char *text, size_t length);

/** Whether a line can be one of journald's, by its first bytes. */
bool tk_may_be_journald(const char *text, size_t length);

/** Bytes at which docker divides a line. */
#define TK_DOCKER_PART 16384

/** Reading a text from its start. */
struct tk_cursor {
	const char *at, *end;
};

static inline struct tk_cursor
tk_cursor_of(const struct tk_layer *layer)
{
	return (struct tk_cursor){layer->payload.text,
				  layer->payload.text + layer->payload.length};
}

static inline size_t
tk_left(const struct tk_cursor *c)
{
	return (size_t)(c->end - c->at);
}

static inline bool
tk_skip(struct tk_cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

/** Read up to a space, which is stepped over, or the end; false if it is empty
 *  or longer than @p max. */
bool tk_word(struct tk_cursor *c, size_t max, struct tk_piece *out);

/** Read an RFC 3339 time with "T" and an offset, up to a space. */
bool tk_rfc3339_word(struct tk_cursor *c, uint64_t *out_ns);

#endif
