/* Fields that have no effect because of other fields. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_DEPENDS_H
#define BO_POLICY_DEPENDS_H

#include "base/buf.h"
#include "policy/fields.h"

/** The need because of which a field has no effect in a policy; NULL if the
 *  field has an effect. */
const struct bo_policy_need *
bo_policy_unmet(const struct backoff_policy *policy, enum bo_policy_row row);

/** Write a need as the end of a sentence that begins with "has no effect":
 *  "unless deadline is set". */
void bo_policy_put_need(struct bo_out *out, const struct bo_policy_need *need);

#endif
