/* Which of many texts may be there twice: by their hashes, before anything is sorted. Nearly all
 * are alone, and are done with. */
#ifndef GPUPLAN_REPEATS_H
#define GPUPLAN_REPEATS_H

#include "compiler/base/arena.h"

struct repeats {
	uint8_t *seen;
	size_t mask;
};

/* For `n` texts. First each is noted, then each can be asked for. */
void repeats_init(struct repeats *repeats, struct arena *arena, uint32_t n);
void repeats_note(struct repeats *repeats, struct str s);
/* false: the text was noted once only. true: look closer. */
bool repeats_may(const struct repeats *repeats, struct str s);

/* Eight bytes at a time; its low bits hang on all of them. */
uint32_t text_hash(struct str s);

#endif
