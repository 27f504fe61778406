/* Assigns a virtual function to each vGPU of a host. Mediated devices on boards with SR-IOV have
 * one too. */
#include "compiler/plan/steps_private.h"

bool has_functions(const struct gpu *gpu)
{
	const struct board *board = gpu->board;

	return gpu->framework == FRAMEWORK_VFIO || !board || !board->arch || board->arch->sriov;
}

static bool explicitly_taken(const struct host *host, struct pci_address function)
{
	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++)
			if (span_given(host->vms[v]->gpus[i].spec->vf.at) &&
			    pci_eq(host->vms[v]->gpus[i].spec->vf.pci, function))
				return true;
	return false;
}

void resolve_functions(struct resolver *r, const struct host *host)
{
	/* resolve_gpu has taken the explicit ones. The others get what is left, in the order of the
	 * lists. */
	bool *free[MAX_GPUS] = {NULL};
	uint32_t next[MAX_GPUS] = {0};

	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++) {
			struct vm_gpu *g = &host->vms[v]->gpus[i];
			const address_list *vfs;
			uint32_t *n;

			if (!g->is_vgpu || !g->gpu || g->has_vf || !has_functions(g->gpu))
				continue;
			vfs = &g->gpu->spec->vfs;
			n = &next[g->gpu->index];
			if (!free[g->gpu->index]) {
				free[g->gpu->index] = arena_array(r->arena, vfs->n, sizeof(bool));
				for (uint32_t k = 0; k < vfs->n; k++)
					free[g->gpu->index][k] =
						!explicitly_taken(host, vfs->items[k].pci);
			}
			while (*n < vfs->n && !free[g->gpu->index][*n])
				++*n;
			if (*n == vfs->n)
				continue;
			g->vf = vfs->items[(*n)++].pci;
			g->has_vf = true;
		}
}
