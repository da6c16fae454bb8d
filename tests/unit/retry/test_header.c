/* Tests of src/retry/header.c: writing and reading the number of an attempt. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include <backoff.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

Test(retry_header, is_written_as_the_aws_sdks_do)
{
	const struct backoff_attempt attempt = {.number = 2, .max_attempts = 3};
	const struct backoff_attempt large = {.number = UINT32_MAX,
					      .max_attempts = UINT32_MAX - 1};
	char text[64] = "untouched";

	cr_expect_eq(backoff_attempt_header(&attempt, text, sizeof(text)), 16);
	cr_expect_str_eq(text, "attempt=2; max=3");
	cr_expect_eq(backoff_attempt_header(&attempt, NULL, 0), 16);
	cr_expect_eq(backoff_attempt_header(&attempt, text, 10), 16);
	cr_expect_str_eq(text, "attempt=2");
	cr_expect_eq(backoff_attempt_header(&large, text, sizeof(text)), 34);
	cr_expect_str_eq(text, "attempt=4294967295; max=4294967294");
}

#define AMZ "amz-sdk-request"
#define ENVOY "x-envoy-attempt-count"
#define GRPC "grpc-previous-rpc-attempts"

Test(retry_header, is_read_strictly)
{
	static const struct {
		const char *name, *value;
		enum backoff_status status;
		uint32_t number;
	} row[] = {
		{AMZ, "attempt=2; max=3", BACKOFF_OK, 2},
		{"Amz-Sdk-Request", "attempt=2; max=3", BACKOFF_OK, 2},
		{AMZ, " attempt=1;max=4\t", BACKOFF_OK, 1},
		{AMZ, "attempt=1", BACKOFF_OK, 1},
		{AMZ, "ttl=20261123T101530Z; attempt=5; max=5", BACKOFF_OK, 5},
		{AMZ, "max=3; attempt=7; later=", BACKOFF_OK, 7},
		{AMZ, "attempt=4294967295", BACKOFF_OK, UINT32_MAX},
		{AMZ, "attempt=4294967296", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=0; max=3", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=1; max=0", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=1; max=x", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=1; max=3; max=3", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=1; attempt=2", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=-1; max=3", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=+1", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt= 1", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=1.5", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt", BACKOFF_E_VALUE, 0},
		{AMZ, "Attempt=1", BACKOFF_E_VALUE, 0},
		{AMZ, "=1", BACKOFF_E_VALUE, 0},
		{AMZ, "max=3", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=1;", BACKOFF_E_VALUE, 0},
		{AMZ, ";attempt=1", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=1, max=3", BACKOFF_E_VALUE, 0},
		{AMZ, "2", BACKOFF_E_VALUE, 0},
		{AMZ, "", BACKOFF_E_VALUE, 0},
		{ENVOY, "1", BACKOFF_OK, 1},
		{"X-Envoy-Attempt-Count", " 3 ", BACKOFF_OK, 3},
		{ENVOY, "003", BACKOFF_OK, 3},
		{ENVOY, " 2\r\n", BACKOFF_OK, 2},
		{ENVOY, "2\r\n3", BACKOFF_E_VALUE, 0},
		{AMZ, "attempt=2; max=3\r\n", BACKOFF_OK, 2},
		{ENVOY, "4294967295", BACKOFF_OK, UINT32_MAX},
		{ENVOY, "4294967296", BACKOFF_E_VALUE, 0},
		{ENVOY, "18446744073709551617", BACKOFF_E_VALUE, 0},
		{ENVOY, "0", BACKOFF_E_VALUE, 0},
		{ENVOY, "-1", BACKOFF_E_VALUE, 0},
		{ENVOY, "1 2", BACKOFF_E_VALUE, 0},
		{ENVOY, "one", BACKOFF_E_VALUE, 0},
		{ENVOY, "  ", BACKOFF_E_VALUE, 0},
		{ENVOY, "attempt=2; max=3", BACKOFF_E_VALUE, 0},
		/* The header counts previous attempts: 1 means attempt 2. */
		{GRPC, "1", BACKOFF_OK, 2},
		{GRPC, "0", BACKOFF_OK, 1},
		{GRPC, "4294967294", BACKOFF_OK, UINT32_MAX},
		{GRPC, "4294967295", BACKOFF_E_VALUE, 0},
		{GRPC, "", BACKOFF_E_VALUE, 0},
		{GRPC, "-1", BACKOFF_E_VALUE, 0},
		{"x-attempt", "1", BACKOFF_E_NOT_FOUND, 0},
		{"", "1", BACKOFF_E_NOT_FOUND, 0},
		{NULL, "1", BACKOFF_E_ARGUMENT, 0},
		{ENVOY, NULL, BACKOFF_E_ARGUMENT, 0},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint32_t number = 77;
		enum backoff_status status = backoff_attempt_header_parse(
			row[i].name, row[i].value, &number);

		cr_expect_eq(status, row[i].status, "%s: %s: %s", row[i].name,
			     row[i].value, backoff_status_name(status));
		cr_expect_eq(number,
			     row[i].status == BACKOFF_OK ? row[i].number : 77,
			     "%s: %s: %u", row[i].name, row[i].value, number);
	}
	cr_expect_eq(backoff_attempt_header_parse(ENVOY, "1", NULL),
		     BACKOFF_E_ARGUMENT);
}
