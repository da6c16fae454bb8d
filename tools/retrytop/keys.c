/* Names of keys on a command line. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/keys.h"

#include <string.h>

#include "base/utf8.h"

static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{"BackTab", RT_KEY_BACK_TAB},
	{"Backspace", RT_KEY_BACKSPACE},
	{"Down", RT_KEY_DOWN},
	{"End", RT_KEY_END},
	{"Enter", RT_KEY_ENTER},
	{"Esc", RT_KEY_ESCAPE},
	{"F1", RT_KEY_F1},
	{"F10", RT_KEY_F10},
	{"F3", RT_KEY_F3},
	{"F4", RT_KEY_F4},
	{"F6", RT_KEY_F6},
	{"Home", RT_KEY_HOME},
	{"PageDown", RT_KEY_PAGE_DOWN},
	{"PageUp", RT_KEY_PAGE_UP},
	{"Space", ' '},
	{"Tab", '\t'},
	{"Up", RT_KEY_UP},
};

/* The key that a word names; RT_KEY_NONE if it is neither a name nor one
 * character. */
static uint32_t
key_of(const char *word, size_t length)
{
	uint32_t character;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i].name) == length &&
		    memcmp(names[i].name, word, length) == 0)
			return names[i].key;
	return bo_utf8_decode(word, length, &character) == length &&
			       character > ' '
		       ? character
		       : RT_KEY_NONE;
}

bool
rt_key_next(const char **words, uint32_t *key)
{
	size_t length;

	*words += strspn(*words, " ");
	length = strcspn(*words, " ");
	*key = RT_KEY_NONE;
	if (length == 0)
		return false;
	*key = key_of(*words, length);
	if (*key == RT_KEY_NONE)
		return false;
	*words += length;
	return true;
}
