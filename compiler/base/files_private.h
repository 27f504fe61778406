/* What the implementations of `struct files` share. */
#ifndef GPUPLAN_FILES_PRIVATE_H
#define GPUPLAN_FILES_PRIVATE_H

#include "compiler/base/files.h"

/* One more entry, the name copied; E2BIG where the list has `most` already. */
int file_list_add(struct arena *arena, struct file_list *list, uint32_t most, struct str name,
		  enum file_kind kind);

#endif
