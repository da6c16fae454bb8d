/* Tests of tools/retrytop/accept.c and address.c: what clients ask for, and
 * where they are served. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/accept.h"
#include "retrytop/address.h"
#include "unit/live/helper.h"

Test(retrytop_http, openmetrics_is_for_those_who_ask_for_it)
{
	static const struct {
		const char *accept;
		bool open;
		const char *why;
	} row[] = {
		{NULL, false, "no header"},
		{"", false, "an empty one"},
		{"*/*", false, "anything"},
		{"text/plain", false, "the older format"},
		{"application/openmetrics-text", true, "OpenMetrics"},
		{"application/openmetrics-text;version=1.0.0,"
		 "application/openmetrics-text;version=0.0.1;q=0.75,"
		 "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		 true, "Prometheus 2.42"},
		{"Application/OpenMetrics-Text ; Q=0.5 , */*;q=0.1", true,
		 "case and white space"},
		{"text/plain;q=1, application/openmetrics-text;q=0.5", false,
		 "the older format is liked better"},
		{"application/openmetrics-text;q=0", false, "not wanted"},
		{"application/openmetrics-text-not", false, "another type"},
		{",;,;q=,", false, "rubbish"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		cr_expect_eq(rt_accept_format(row[i].accept) ==
				     BACKOFF_METRICS_OPENMETRICS,
			     row[i].open, "%s", row[i].why);
}

Test(retrytop_http, addresses_are_read_as_written)
{
	static const struct {
		const char *text, *back, *why;
	} row[] = {
		{"127.0.0.1:9464", "127.0.0.1:9464", "loopback"},
		{"localhost:9464", "127.0.0.1:9464", "by its name"},
		{":9464", "127.0.0.1:9464", "the port alone is loopback"},
		{"9464", "127.0.0.1:9464", "without its colon, too"},
		{"127.0.0.1:0", "127.0.0.1:0", "any free port"},
		{"[::1]:9464", "[::1]:9464", "loopback of IPv6"},
		{"0.0.0.0:65535", "0.0.0.0:65535", "all, if they are written"},
		{"[::]:80", "[::]:80", "all of IPv6"},
		{"", NULL, "nothing"},
		{":", NULL, "no port"},
		{"127.0.0.1", NULL, "no port, which could be part of it"},
		{"127.0.0.1:", NULL, "an empty port"},
		{"127.0.0.1:65536", NULL, "too large a port"},
		{"127.0.0.1:http", NULL, "a name of a port"},
		{"127.0.0.1:-1", NULL, "a negative port"},
		{"127.0.0.1:123456789012345678", NULL, "a long port"},
		{"127.0.0.256:80", NULL, "not an address"},
		{"::1:9464", NULL, "IPv6 without brackets"},
		{"[::1", NULL, "half of the brackets"},
		{"[127.0.0.1]:80", NULL, "brackets are for IPv6"},
		{"example.com:80", NULL, "names are not looked up"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_address address;
		char text[RT_ADDRESS_MAX];
		bool good = rt_address_parse(row[i].text, &address);

		cr_expect_eq(good, row[i].back != NULL, "%s", row[i].why);
		if (good && row[i].back != NULL)
			cr_expect_str_eq(rt_address_text(&address, text),
					 row[i].back);
	}
}
