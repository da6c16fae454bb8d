/* Names that other libraries have for what policies say. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_OTHER_NAMES_H
#define BO_POLICY_OTHER_NAMES_H

/** What to write instead of an unknown member of the object at @p prefix (""
 *  or "jitter"), and how its meaning differs; NULL if that is not known. */
const char *bo_other_name(const char *prefix, const char *name);

#endif
