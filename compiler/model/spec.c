#include "compiler/model/spec.h"

static const void *find(void *const *items, uint32_t n, struct str name)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int d = str_cmp(((const struct named_spec *)items[middle])->name.s, name);

		if (d == 0)
			return items[middle];
		if (d < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct host_spec *find_host_spec(const struct host_list *list, struct str name)
{
	return (struct host_spec *)find((void *const *)list->items, list->n, name);
}

struct vm_spec *find_vm_spec(const struct vm_list *list, struct str name)
{
	return (struct vm_spec *)find((void *const *)list->items, list->n, name);
}
