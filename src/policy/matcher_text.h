/* Finds matchers that can never match, and what was probably meant. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_MATCHER_TEXT_H
#define BO_POLICY_MATCHER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/** The colon behind the namespace of a code ("http:503"); NULL for an error
 *  type, which may have "::" in it ("std::runtime_error"). */
const char *bo_matcher_colon(const char *text);

/** Whether no failure can have such a class, type or code. Then @p why says the
 *  reason and what to write instead, cut to @p size. */
bool bo_matcher_is_useless(const char *text, char *why, size_t size);

#endif
