/* clique-map: which GPU of a host is in which clique, for those who start QEMU by something that
 * rewrites or does not know our domains (Nova, Proxmox), and for gpuplan-qemu.
 *
 * Every GPU that is in a clique stands there, assigned to a VM or not: who gets which GPU is
 * decided elsewhere, later. */
#include <stdlib.h>

#include "backends/backend.h"
#include "compiler/base/json.h"

static bool has_map(const struct subject *of);
static bool write_json(const struct subject *of, struct buffer *out, struct str *error);
static bool write_shell(const struct subject *of, struct buffer *out, struct str *error);

static const struct artifact artifacts[] = {
	{OF_HOST, .path = "HOST/clique-map.json", .has = has_map, .write = write_json},
	{OF_HOST, "HOST/clique-map.sh", .variant = "shell", .has = has_map, .write = write_shell},
	{0},
};

const struct backend backend_clique_map = {
	.target = "clique-map",
	.doc = "GPUs and their cliques, as JSON and as a bash array",
	.artifacts = artifacts,
	.no_artifact = "none of its GPUs is in a clique (pcie_p2p), or no VM wants one",
};

static bool has_map(const struct subject *of)
{
	return of->host->cliques_wanted;
}

/* One GPU of the map. */
struct entry {
	char address[24];
	const struct gpu *gpu;
};

static int compare_entries(const void *a, const void *b)
{
	return pci_cmp(((const struct entry *)a)->gpu->spec->address.pci,
		       ((const struct entry *)b)->gpu->spec->address.pci);
}

/* The GPUs that are in a clique, by PCI address. */
static uint32_t collect(const struct host *host, struct entry entries[MAX_GPUS])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_gpus && n < MAX_GPUS; i++) {
		const struct gpu *gpu = &host->gpus[i];

		if (gpu->clique < 0)
			continue;
		entries[n].gpu = gpu;
		pci_format(gpu->spec->address.pci, entries[n].address);
		n++;
	}
	qsort(entries, n, sizeof *entries, compare_entries);
	return n;
}

static bool write_json(const struct subject *of, struct buffer *out, struct str *error)
{
	struct json *map = json_map(out->arena), *cliques;
	struct entry entries[MAX_GPUS];
	uint32_t n = collect(of->host, entries);

	(void)error;
	json_put_number(map, "version", 1);
	json_put_text(map, "host", of->host->spec->name.s);
	cliques = json_put_map(map, "cliques");
	for (uint32_t i = 0; i < n; i++)
		json_put_number(cliques, entries[i].address, (uint64_t)entries[i].gpu->clique);
	json_write(out, map, JSON_PRETTY);
	buffer_puts(out, "\n");
	return true;
}

/* `-g`: the array outlives a function that sources the file. The assignment stands alone, since
 * what `declare` does with a list differs between releases of bash 4. */
static bool write_shell(const struct subject *of, struct buffer *out, struct str *error)
{
	struct entry entries[MAX_GPUS];
	uint32_t n = collect(of->host, entries);

	(void)error;
	buffer_printf(
		out,
		"# shellcheck shell=bash disable=SC2034 # used by the script that sources this\n"
		"# GPUs of host %.*s and their PCIe P2P cliques, for bash 4.2 or later.\n"
		"# Written by gpuplan: change the spec and compile it again.\n"
		"declare -gA GPU_CLIQUE_MAP\n"
		"GPU_CLIQUE_MAP=(\n",
		STR_ARG(of->host->spec->name.s));
	for (uint32_t i = 0; i < n; i++)
		buffer_printf(out, "\t[\"%s\"]=\"%d\"\n", entries[i].address,
			      entries[i].gpu->clique);
	buffer_puts(out, ")\n");
	return true;
}
