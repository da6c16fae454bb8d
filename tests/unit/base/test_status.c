/* Tests of src/base/status: names and phrases. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include <backoff/status.h>
#include <backoff/version.h>

Test(base_status, every_status_has_a_name_and_a_phrase)
{
	for (int i = 0; i <= BACKOFF_E_FOREIGN; i++) {
		const char *name = backoff_status_name((enum backoff_status)i);
		const char *text = backoff_status_text((enum backoff_status)i);

		cr_expect(strncmp(name, "BACKOFF_", 8) == 0 &&
				  strcmp(name, "BACKOFF_E_?") != 0,
			  "%d is %s", i, name);
		cr_expect(text[0] != '\0' && text[strlen(text) - 1] != '.',
			  "%d: %s", i, text);
	}
	cr_expect(strcmp(backoff_status_name(BACKOFF_E_SYNTAX),
			 "BACKOFF_E_SYNTAX") == 0);
	cr_expect(strcmp(backoff_status_name((enum backoff_status)999),
			 "BACKOFF_E_?") == 0);
	cr_expect(backoff_status_text((enum backoff_status)999) != NULL);
	cr_expect(strcmp(backoff_version(), BACKOFF_VERSION_STRING) == 0);
}
