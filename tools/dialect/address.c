/* Compares addresses of requests with paths. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/address.h"

#include <string.h>

/* Without the query, and a slash at the end. */
static size_t
path_length(const char *path)
{
	size_t length = strcspn(path, "?#");

	return length > 0 && path[length - 1] == '/' ? length - 1 : length;
}

bool
tk_address_lacks(const char *address, const char *path)
{
	const char *host, *at;
	size_t length, tail;

	if (address == NULL || path == NULL || path[0] != '/')
		return false;
	host = strstr(address, "://");
	at = host != NULL ? strchr(host + 3, '/') : NULL;
	if (at == NULL)
		return false;
	length = path_length(at);
	tail = path_length(path);
	return tail > length || memcmp(at + length - tail, path, tail) != 0;
}
