/* The address at which metrics are served. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_DIGITS 5

static bool
parse_port(const char *text, in_port_t *out)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long port;

	if (digits == 0 || digits > PORT_DIGITS || text[digits] != '\0')
		return false;
	port = strtoul(text, NULL, 10);
	if (port > UINT16_MAX)
		return false;
	*out = htons((uint16_t)port);
	return true;
}

static bool
parse_v6(const char *host, in_port_t port, struct rt_address *out)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = port};

	if (inet_pton(AF_INET6, host, &at.sin6_addr) != 1)
		return false;
	memcpy(&out->at, &at, sizeof(at));
	out->size = sizeof(at);
	return true;
}

static bool
parse_v4(const char *host, in_port_t port, struct rt_address *out)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = port};

	if (*host == '\0' || strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &at.sin_addr) != 1)
		return false;
	memcpy(&out->at, &at, sizeof(at));
	out->size = sizeof(at);
	return true;
}

bool
rt_address_parse(const char *text, struct rt_address *out)
{
	const char *colon = strrchr(text, ':');
	size_t length = colon != NULL ? (size_t)(colon - text) : 0;
	char host[RT_ADDRESS_MAX];
	in_port_t port;

	if (length >= sizeof(host) ||
	    !parse_port(colon != NULL ? colon + 1 : text, &port))
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	memset(out, 0, sizeof(*out));
	if (length < 2 || host[0] != '[' || host[length - 1] != ']')
		return parse_v4(host, port, out);
	host[length - 1] = '\0';
	return parse_v6(host + 1, port, out);
}

char *
rt_address_text(const struct rt_address *address, char out[RT_ADDRESS_MAX])
{
	char host[INET6_ADDRSTRLEN] = "";

	if (address->at.ss_family == AF_INET6) {
		struct sockaddr_in6 at;

		memcpy(&at, &address->at, sizeof(at));
		inet_ntop(AF_INET6, &at.sin6_addr, host, sizeof(host));
		snprintf(out, RT_ADDRESS_MAX, "[%s]:%u", host,
			 (unsigned)ntohs(at.sin6_port));
	} else {
		struct sockaddr_in at;

		memcpy(&at, &address->at, sizeof(at));
		inet_ntop(AF_INET, &at.sin_addr, host, sizeof(host));
		snprintf(out, RT_ADDRESS_MAX, "%s:%u", host,
			 (unsigned)ntohs(at.sin_port));
	}
	return out;
}
