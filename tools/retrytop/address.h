/* The address at which metrics are served. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_ADDRESS_H
#define RT_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/** Bytes of the longest "[address]:port". */
#define RT_ADDRESS_MAX 64

struct rt_address {
	struct sockaddr_storage at;
	socklen_t size;
};

/**
 * Read "127.0.0.1:9464", "[::1]:9464", "localhost:9464"; without an address,
 * ":9464" and "9464", it is 127.0.0.1, so that others than this machine are
 * served only if their address is written. Names are not looked up.
 *
 * @return false if it is none of these
 */
bool rt_address_parse(const char *text, struct rt_address *out);

/** As it was written, with the port that it has. Returns out. */
char *rt_address_text(const struct rt_address *address,
		      char out[RT_ADDRESS_MAX]);

#endif
