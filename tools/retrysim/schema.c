/* The commands that print a JSON Schema. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/msg.h"
#include "retrysim/operands.h"
#include "retrysim/schema.h"

int
rs_print_schema(const struct tk_command *command,
		size_t (*schema)(char *, size_t), int argc, char **argv)
{
	size_t size = schema(NULL, 0) + 1, count;
	char **operand, *text;
	int code = rs_parse(command, 0, 0, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	text = malloc(size);
	if (text == NULL) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	schema(text, size);
	fputs(text, stdout);
	if (size > 1 && text[size - 2] != '\n')
		putchar('\n');
	free(text);
	return TK_EXIT_OK;
}
