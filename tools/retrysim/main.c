/* retrysim: show what other retry policies would have done. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrysim/commands.h"

int
main(int argc, char **argv)
{
	return rs_main(argc, argv);
}
