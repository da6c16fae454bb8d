/* retrytop: a live view of attempt logs. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>

#include "retrytop/program.h"
#include "common/msg.h"

int
main(int argc, char **argv)
{
	/* Characters as the terminal has them, numbers as programs
	 * read them. */
	setlocale(LC_CTYPE, "");
	tk_msg_program("retrytop");
	return rt_main(argc, argv);
}
