/* Applies a host's captures to its keys: adds what they show, and reports where the two disagree.
 */
#include <stdlib.h>

#include "compiler/plan/steps_private.h"
#include "schema/keys.h"

const struct topo_cell *capture_cell(const struct capture *capture, const struct gpu *a,
				     const struct gpu *b)
{
	const uint8_t *smi = a->host->smi;

	return &capture->cells[smi[a->index] * capture->n + smi[b->index]];
}

static bool is_ok(const struct capture *capture, const struct gpu *a, const struct gpu *b,
		  const struct topo_cell **why)
{
	*why = capture_cell(capture, a, b);
	return (*why)->is == CELL_OK;
}

bool capture_proves(const struct host *host, const struct gpu *a, const struct gpu *b,
		    const struct topo_cell **why)
{
	if ((host->p2p_read && !is_ok(host->p2p_read, a, b, why)) ||
	    (host->p2p_write && !is_ok(host->p2p_write, a, b, why)))
		return false;
	/* OK over NVLink does not prove P2P over PCIe. */
	if (host->topo && capture_cell(host->topo, a, b)->is == CELL_NVLINK) {
		*why = capture_cell(host->topo, a, b);
		return false;
	}
	return true;
}

/* --- which GPU of the spec is GPUn --- */

static bool addresses_known(const struct host *host)
{
	for (uint32_t i = 0; i < host->n_gpus; i++) {
		const struct gpu_spec *gpu = host->gpus[i].spec;

		if (!span_given(gpu->address.at) || gpu_broken(gpu, smi_index))
			return false;
		for (uint32_t j = 0; j < i; j++)
			if (pci_eq(host->gpus[j].spec->address.pci, gpu->address.pci))
				return false;
	}
	return true;
}

static uint32_t smi_index(const struct host *host, uint32_t gpu)
{
	const struct gpu_spec *spec = host->gpus[gpu].spec;
	uint32_t before = 0;

	if (span_given(spec->smi_index.at))
		return (uint32_t)spec->smi_index.n;
	for (uint32_t i = 0; i < host->n_gpus; i++)
		before += pci_cmp(host->gpus[i].spec->address.pci, spec->address.pci) < 0;
	return before;
}

static void report_index(struct resolver *r, const struct gpu_spec *gpu, const struct gpu_spec *own)
{
	struct finding *f;

	if (span_given(own->smi_index.at))
		return; /* reported by resolve_host.c (spec-duplicate) */
	f = finding_add(r->findings, "spec-conflict", SEVERITY_ERROR, gpu->smi_index.at,
			"smi_index of GPU '%.*s' is %u, but GPU '%.*s' has that index by its PCI "
			"address",
			STR_ARG(gpu->name.s), (unsigned)gpu->smi_index.n, STR_ARG(own->name.s));
	finding_note(r->findings, f, own->address.at, "this address makes it GPU%u",
		     (unsigned)gpu->smi_index.n);
	finding_help(r->findings, f, "set 'smi_index' on every GPU of the host, or on none");
}

static void report_high(struct resolver *r, const struct host *host, const struct gpu_spec *gpu)
{
	struct finding *f = finding_add(r->findings, "spec-conflict", SEVERITY_ERROR,
					gpu->smi_index.at,
					"no GPU%u in the captures of host '%.*s'",
					(unsigned)gpu->smi_index.n, STR_ARG(host->spec->name.s));

	finding_note(r->findings, f, host->spec->gpus.at, "the host has %u GPUs", host->n_gpus);
	finding_help(r->findings, f, "write the index that `nvidia-smi -L` shows");
}

/* Fills host->smi. False, and reported, if the GPUs cannot be matched. */
static bool map_gpus(struct resolver *r, struct host *host)
{
	const struct gpu_spec *taken[MAX_GPUS] = {NULL};

	if (!addresses_known(host) || host_broken(host->spec, gpus))
		return false;
	host->smi = arena_array(r->arena, host->n_gpus, sizeof *host->smi);
	/* GPUs with a key go last, so that the finding points at a key. */
	for (int keyed = 0; keyed < 2; keyed++)
		for (uint32_t i = 0; i < host->n_gpus; i++) {
			const struct gpu_spec *gpu = host->gpus[i].spec;
			uint32_t smi = smi_index(host, i);

			if (span_given(gpu->smi_index.at) != keyed)
				continue;
			if (smi >= host->n_gpus) {
				report_high(r, host, gpu);
				return false;
			}
			if (taken[smi]) {
				report_index(r, gpu, taken[smi]);
				return false;
			}
			taken[smi] = gpu;
			host->smi[i] = (uint8_t)smi;
		}
	return true;
}

static const struct capture *take(struct resolver *r, const struct host *host,
				  const struct text *key, enum capture_kind kind)
{
	const struct capture *capture = capture_of_key(r, host, key, kind);
	struct finding *f;

	if (!capture || host_broken(host->spec, gpus) || host->n_gpus == 0)
		return NULL;
	if (capture->n == host->n_gpus)
		return capture;
	f = finding_add(r->findings, "spec-capture", SEVERITY_ERROR, capture->header,
			"%u %s in the capture, but host '%.*s' has %u", capture->n,
			capture->n == 1 ? "GPU is" : "GPUs are", STR_ARG(host->spec->name.s),
			host->n_gpus);
	finding_note(r->findings, f, key->at, "the capture is named here");
	finding_note(r->findings, f, host->spec->gpus.at, "the GPUs of '%.*s'",
		     STR_ARG(host->spec->name.s));
	finding_help(r->findings, f,
		     "list all GPUs of the host in 'gpus', and capture all of them");
	return NULL;
}

void capture_open(struct resolver *r, struct host *host)
{
	const struct captures_spec *keys = &host->spec->captures;

	host->topo = take(r, host, &keys->topo, CAPTURE_TOPO);
	host->p2p_read = take(r, host, &keys->p2p_read, CAPTURE_READ);
	host->p2p_write = take(r, host, &keys->p2p_write, CAPTURE_WRITE);
	if ((host->topo || host->p2p_read || host->p2p_write) && !map_gpus(r, host))
		host->topo = host->p2p_read = host->p2p_write = NULL;
}

/* --- NUMA --- */

void capture_nodes(struct resolver *r, struct host *host)
{
	for (uint32_t i = 0; i < host->n_gpus && host->topo; i++) {
		struct gpu *gpu = &host->gpus[i];
		int32_t node = host->topo->nodes[host->smi[i]];
		struct finding *f;

		if (node < 0 || node == gpu->node || gpu_broken(gpu->spec, numa))
			continue;
		if (gpu->node < 0) {
			gpu->node = node;
			continue;
		}
		f = finding_add(r->findings, "spec-conflict", SEVERITY_ERROR, gpu->spec->numa.at,
				"the capture shows GPU '%.*s' on NUMA node %d, not %d",
				STR_ARG(gpu->spec->name.s), (int)node, (int)gpu->node);
		finding_note(r->findings, f, host->topo->nodes_at[host->smi[i]], "the capture");
		finding_help(r->findings, f, "remove 'numa', or save the capture again");
	}
}

/* --- NVLink --- */

static const char *cell_text(struct resolver *r, const struct topo_cell *cell)
{
	return arena_printf(r->arena, "%.*s", STR_ARG(span_text(r->plan->sources, cell->at))).p;
}

static bool in_list(const text_list *ids, const struct gpu *gpu, struct span *at)
{
	for (uint32_t i = 0; i < ids->n; i++)
		if (str_eq(ids->items[i].s, gpu->spec->name.s)) {
			*at = ids->items[i].at;
			return true;
		}
	return false;
}

/* The place where `nvlink` links the pair: the later of the two names. */
static struct span link_at(const struct host *host, const struct gpu *a, const struct gpu *b)
{
	for (uint32_t i = 0; i < host->spec->nvlink.n; i++) {
		const text_list *ids = &host->spec->nvlink.items[i].gpus;
		struct span one, two;

		if (in_list(ids, a, &one) && in_list(ids, b, &two))
			return one.at > two.at ? one : two;
	}
	return host->spec->nvlink.at;
}

static void report_link(struct resolver *r, const struct host *host, const struct gpu *a,
			const struct gpu *b, bool said, uint32_t more)
{
	const struct topo_cell *cell = capture_cell(host->topo, a, b);
	struct finding *f = finding_add(
		r->findings, "spec-conflict", SEVERITY_ERROR,
		said ? link_at(host, a, b) : host->spec->nvlink.at,
		said ? "'nvlink' links '%.*s' and '%.*s', but the capture shows '%s'%s"
		     : "'nvlink' does not link '%.*s' and '%.*s', but the capture shows '%s'%s",
		STR_ARG(a->spec->name.s), STR_ARG(b->spec->name.s), cell_text(r, cell),
		more ? arena_printf(r->arena, " (and %u more pair%s)", more, more == 1 ? "" : "s").p
		     : "");

	finding_note(r->findings, f, cell->at, "the capture");
	finding_help(r->findings, f, "remove 'nvlink': the capture provides the links");
}

/* Reports pairs that `nvlink` links and the capture does not (`said`), or vice versa. */
static bool compare_links(struct resolver *r, const struct host *host, bool said)
{
	const struct gpu *a = NULL, *b = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		for (uint32_t j = i + 1; j < host->n_gpus; j++) {
			const struct gpu *x = &host->gpus[i], *y = &host->gpus[j];
			bool shown = capture_cell(host->topo, x, y)->is == CELL_NVLINK;

			if (shown != said && nvlink_direct(x, y) == said && n++ == 0)
				a = x, b = y;
		}
	if (n)
		report_link(r, host, a, b, said, n - 1);
	return n == 0;
}

static bool compare_count(struct resolver *r, const struct host *host,
			  const struct nvlink_group_spec *group)
{
	for (uint32_t i = 0; i < group->gpus.n && span_given(group->links.at); i++)
		for (uint32_t j = 0; j < i; j++) {
			const struct gpu *a = host_gpu(host, group->gpus.items[j].s);
			const struct gpu *b = host_gpu(host, group->gpus.items[i].s);
			const struct topo_cell *cell = a && b ? capture_cell(host->topo, a, b)
							      : NULL;
			struct finding *f;

			if (!cell || cell->is != CELL_NVLINK || cell->links == group->links.n)
				continue;
			f = finding_add(r->findings, "spec-conflict", SEVERITY_ERROR,
					group->links.at,
					"the capture shows '%s' between '%.*s' and '%.*s'",
					cell_text(r, cell), STR_ARG(a->spec->name.s),
					STR_ARG(b->spec->name.s));
			finding_note(r->findings, f, cell->at, "the capture");
			finding_help(r->findings, f, "write links: %u, or remove it", cell->links);
			return false;
		}
	return true;
}

void capture_nvlink(struct resolver *r, struct host_spec *spec, struct host *host)
{
	bool same;

	if (!host->topo || !host->topo->links_known || host_broken(spec, nvlink))
		return;
	if (host->nvlink) {
		same = compare_links(r, host, true);
		same &= compare_links(r, host, false);
		for (uint32_t i = 0; i < spec->nvlink.n; i++)
			same &= compare_count(r, host, &spec->nvlink.items[i]);
		if (!same)
			MARK_BROKEN(spec, host_section, "nvlink");
		return;
	}
	host->nvlink_at = spec->captures.topo.at;
	host->nvlink = arena_array(r->arena, host->n_gpus, sizeof *host->nvlink);
	for (uint32_t i = 0; i < host->n_gpus; i++)
		for (uint32_t j = 0; j < host->n_gpus; j++)
			if (capture_cell(host->topo, &host->gpus[i], &host->gpus[j])->is ==
			    CELL_NVLINK)
				host->nvlink[i] |= UINT64_C(1) << j;
}

/* --- pcie_p2p --- */

static bool check_group(struct resolver *r, const struct host *host, const struct clique *c)
{
	const struct gpu *a = NULL, *b = NULL;
	const struct topo_cell *why = NULL, *cell;
	struct span at = c->at, one;
	struct finding *f;
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		for (uint32_t j = i + 1; j < host->n_gpus; j++) {
			const struct gpu *x = &host->gpus[i], *y = &host->gpus[j];

			if (c->members >> i & 1 && c->members >> j & 1 &&
			    !capture_proves(host, x, y, &cell) && n++ == 0)
				a = x, b = y, why = cell;
		}
	if (n == 0)
		return true;
	if (c->group && in_list(&c->group->gpus, a, &one) && in_list(&c->group->gpus, b, &at))
		at = one.at > at.at ? one : at;
	f = finding_add(
		r->findings, "spec-conflict", SEVERITY_ERROR, at,
		"'pcie_p2p' lists '%.*s' and '%.*s' as proven, but the capture shows "
		"'%s'%s",
		STR_ARG(a->spec->name.s), STR_ARG(b->spec->name.s), cell_text(r, why),
		n == 1 ? ""
		       : arena_printf(r->arena, " (and %u more pair%s)", n - 1, n == 2 ? "" : "s")
				 .p);
	finding_note(r->findings, f, why->at,
		     why->is == CELL_NVLINK ? "NVLink connects them, which does not prove P2P over "
					      "PCIe"
					    : "the capture");
	finding_help(r->findings, f,
		     host->p2p_read ? "remove one of the two from the group, or remove 'pcie_p2p': "
				      "the capture provides the groups"
				    : "remove one of the two from the group");
	return false;
}

void capture_groups(struct resolver *r, struct host_spec *spec, const struct host *host)
{
	bool same = true;

	for (uint32_t i = 0; i < host->n_cliques && (host->p2p_read || host->p2p_write); i++)
		same &= check_group(r, host, &host->cliques[i]);
	if (!same)
		MARK_BROKEN(spec, host_section, "pcie_p2p");
}
