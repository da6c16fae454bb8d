/* Tests of addresses of requests, held against paths. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "dialect/address.h"

static const struct {
	const char *why, *address, *path;
	bool lacks;
} address[] = {
	{"the end of the path", "https://a.example/v1/x", "/x", false},
	{"all of it", "https://a.example/v1/x", "/v1/x", false},
	{"another one", "https://a.example/v1/x", "/y", true},
	{"a part of the end", "https://a.example/v1/messages/count",
	 "/messages", true},
	{"a part of a name", "https://a.example/v1/mix", "/x", true},
	{"a query is not of the path", "https://a.example/v1/x?a=/y", "/x",
	 false},
	{"nor is a slash at the end", "https://a.example/v1/x/", "/x", false},
	{"an address without a path", "https://a.example", "/x", false},
	{"a host", "a.example:80", "/x", false},
	{"a name", "https://a.example/v1/x", "charge", false},
	{"no address", NULL, "/x", false},
	{"no path", "https://a.example/v1/x", NULL, false},
};

Test(dialect_address, contradicts_another_path)
{
	for (size_t i = 0; i < sizeof(address) / sizeof(*address); i++)
		cr_expect_eq(
			tk_address_lacks(address[i].address, address[i].path),
			address[i].lacks, "%s", address[i].why);
}
