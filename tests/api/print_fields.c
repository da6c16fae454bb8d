/* Prints the paths of both field tables, for fields.sh. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <backoff.h>

int
main(void)
{
	const struct backoff_field *field;

	for (size_t i = 0; (field = backoff_policy_field(i)) != NULL; i++)
		printf("policy %s %s\n", field->path,
		       field->fallback == NULL      ? "required"
		       : field->fallback[0] == '\0' ? "-"
						    : field->fallback);
	for (size_t i = 0; (field = backoff_event_field(i)) != NULL; i++)
		printf("events %s\n", field->path);
	return 0;
}
