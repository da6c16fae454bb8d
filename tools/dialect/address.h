/* Addresses of requests, held against the paths that other lines name. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_ADDRESS_H
#define TK_ADDRESS_H

#include <stdbool.h>

/** Whether an address contradicts a path: "https://a.example/v1/x?y=1" is one
 * of
 *  "/x", and not of "/y". What is not an address or not a path, or NULL,
 *  contradicts nothing. */
bool tk_address_lacks(const char *address, const char *path);

#endif
