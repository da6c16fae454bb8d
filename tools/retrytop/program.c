/* The whole program: a live view, or one report. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/program.h"

#include "retrytop/app.h"
#include "retrytop/once.h"
#include "retrytop/plain.h"

int
rt_main(int argc, char **argv)
{
	struct rt_options options;
	int code = rt_options_parse(argc, argv, &options);

	if (code >= 0)
		return code;
	if (options.once)
		code = rt_once(&options);
	else if (options.plain)
		code = rt_plain(&options);
	else
		code = rt_app(&options);
	rt_options_clear(&options);
	return code;
}
