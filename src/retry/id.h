/* Call ids: 128 bits as 32 hex digits. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_ID_H
#define BO_ID_H

#include <stdint.h>

#define BO_ID_LENGTH 32

/** The part that all ids of one retry object in one process share. */
struct bo_id_key {
	uint64_t experiment;
	/** The first half of each id. */
	char head[BO_ID_LENGTH / 2];
	/** Added to a call's number before it is scrambled. */
	uint64_t tail;
};

/** Derive the key from the seed of the random draws. */
void bo_id_key_init(struct bo_id_key *key, uint64_t experiment);

/** Write the id of a call, with NUL. Ids with one key never collide. */
void bo_id_write(const struct bo_id_key *key, uint64_t number,
		 char out[BO_ID_LENGTH + 1]);

#endif
