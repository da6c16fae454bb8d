/* Names of support classes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "estimate/estimate.h"

const char *
rs_support_name(enum rs_support support)
{
	static const char *const name[] = {
		[RS_SUPPORT_EXACT] = "exact",
		[RS_SUPPORT_INTERPOLATED] = "interpolated",
		[RS_SUPPORT_MODELLED] = "modelled",
		[RS_SUPPORT_UNSUPPORTED] = "unsupported",
	};
	_Static_assert(sizeof(name) / sizeof(*name) == RS_SUPPORT_COUNT,
		       "each support class has a name");

	return name[support];
}
