/* Names from logs as values of metrics' labels: one line of UTF-8, each of them
 * another text. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_LABELS_H
#define RT_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include "live/window.h"

/** Bytes of a clean name; longer ones are cut. */
#define RT_CLEAN_MAX RT_NAME_MAX

/** A name without control characters and without bytes that are not UTF-8, as
 *  it is on the screen. Returns out. */
char *rt_label_clean(const char *name, char out[RT_CLEAN_MAX]);

struct rt_labels {
	/** With the escapes of labels. */
	char **item;
	size_t count;
};

/**
 * Make labels of names. Two names that would look alike get labels that end in
 * "~2" and so on, because two samples with the same labels are an error.
 *
 * @return false if there is no memory; rt_labels_clear() must follow anyway
 */
bool rt_labels_make(struct rt_labels *labels, const char *const *name,
		    size_t count);
void rt_labels_clear(struct rt_labels *labels);

#endif
