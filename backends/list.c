/* Every backend. The order is that of the table of artifacts in the documentation. */
#include "backends/backend.h"

const struct backend *const backends[] = {
	&backend_libvirt,    &backend_qemu,	  &backend_vmx,
	&backend_clique_map, &backend_host_setup, NULL,
};

const struct backend *backend_find(const char *target)
{
	for (size_t i = 0; backends[i]; i++)
		if (strcmp(backends[i]->target, target) == 0)
			return backends[i];
	return NULL;
}
