/* The whole program: a live view, or one report. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/program.h"

#include "retrytop/app.h"
#include "retrytop/once.h"

int
rt_main(int argc, char **argv)
{
	struct rt_options options;
	int code = rt_options_parse(argc, argv, &options);

	if (code >= 0)
		return code;
	code = options.once ? rt_once(&options) : rt_app(&options);
	rt_options_clear(&options);
	return code;
}
