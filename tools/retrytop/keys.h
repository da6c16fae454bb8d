/* Key presses: Unicode characters, or one of these. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_KEYS_H
#define RT_KEYS_H

#include <stdbool.h>
#include <stdint.h>

enum rt_key {
	RT_KEY_NONE = 0,
	RT_KEY_BACKSPACE = 8,
	RT_KEY_ENTER = 13,
	RT_KEY_ESCAPE = 27,
	/* Above all characters. */
	RT_KEY_UP = 0x110000,
	RT_KEY_DOWN,
	RT_KEY_PAGE_UP,
	RT_KEY_PAGE_DOWN,
	RT_KEY_HOME,
	RT_KEY_END,
	RT_KEY_BACK_TAB,
	/** Those of htop that mean something here. */
	RT_KEY_F1,
	RT_KEY_F3,
	RT_KEY_F4,
	RT_KEY_F6,
	RT_KEY_F10,
	/** See rt_screen_mouse_event(). */
	RT_KEY_MOUSE,
	RT_KEY_RESIZE,
};

/** Take the next key of words between blanks: names such as "Enter", or single
 *  characters. False at the end, and at a word that is not a key, where *words
 *  then stays. */
bool rt_key_next(const char **words, uint32_t *key);

#endif
