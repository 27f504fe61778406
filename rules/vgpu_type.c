/* A vGPU's type against the catalog: that there is one, of the GPU's board, of its MIG mode. */
#include "rules/p2p.h"
#include "rules/vgpu.h"
#include "schema/nearest.h"

enum { LISTED = 10 }; /* names in a help line; the rest is counted */

static bool is_offered(const struct vgpu_type *type, const struct board *board, enum vgpu_kind kind,
		       char series)
{
	return str_eq(type->board_code, board->vgpu_code) && type->kind == kind &&
	       type->series == series && !type->docs_only;
}

/* "A100DX-4C, A100DX-5C, …": the board's types of that kind and series, empty when it has none. */
static struct str types_text(struct judge *judge, const struct board *board, enum vgpu_kind kind,
			     char series)
{
	size_t n;
	const struct vgpu_type *types = catalog_vgpu_types(judge->plan->catalog, &n);
	struct str text = STR("");
	unsigned found = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_offered(&types[i], board, kind, series) || found++ >= LISTED)
			continue;
		text = arena_printf(judge->arena, "%.*s%s%.*s", STR_ARG(text), text.n ? ", " : "",
				    STR_ARG(types[i].name));
	}
	if (found > LISTED)
		text = arena_printf(judge->arena, "%.*s and %u more", STR_ARG(text),
				    found - LISTED);
	return text;
}

/* What may be written for this vGPU: types like `like` (NULL: nothing is known), or any compute
 * types. Empty: the catalog knows none for the board. */
static struct str offer(struct judge *judge, const struct vm_gpu *g, const struct vgpu_type *like)
{
	const struct gpu *gpu = g->gpu;
	enum vgpu_kind kind = gpu->spec->mig.on ? VGPU_MIG_BACKED : VGPU_TIME_SLICED;
	struct str text = STR("");

	if (!gpu->board || gpu->board->vgpu_code.n == 0)
		return text;
	if (like)
		text = types_text(judge, gpu->board, like->kind, like->series);
	if (text.n == 0)
		text = types_text(judge, gpu->board, kind, 'C');
	return text;
}

/* ", and A100DX-80C for P2P" where the VM wants it and the board can. */
static const char *p2p_offer(struct judge *judge, const struct vm_gpu *g)
{
	const struct vgpu_type *type = p2p_type_of(judge, g);

	if (!wants_p2p(g) || !type)
		return "";
	return arena_printf(judge->arena, "; for P2P use %.*s", STR_ARG(type->name)).p;
}

static bool check_unknown(struct judge *judge, const struct vm_gpu *g)
{
	struct finding *f;
	struct str near, types;

	if (g->type)
		return false;
	f = report(judge, g->vgpu.at, "unknown vGPU type '%s'", quoted(judge, g->vgpu.s));
	f->firm = !vm_gpu_type_name(judge->arena, g).n;
	note_board(judge, f, g);
	near = did_you_mean(judge->arena,
			    catalog_nearest_vgpu(judge->plan->catalog, g->vgpu.s, g->gpu->board));
	types = offer(judge, g, NULL);
	if (near.n || types.n)
		finding_help(judge->findings, f, "%.*s%s%.*s%s%.*s", STR_ARG(near),
			     near.n && types.n ? " " : "",
			     STR_ARG(types.n ? g->gpu->board->id : STR("")), types.n ? " has " : "",
			     STR_ARG(types));
	else
		finding_help(judge->findings, f,
			     "write a type such as A100DX-80C, as `nvidia-smi vgpu -s` on the host "
			     "prints it");
	return true;
}

const struct rule rule_vgpu_type_unknown = {
	.name = "vgpu-type-unknown",
	.severity = SEVERITY_ERROR,
	.summary = "an unknown vGPU type",
	.vgpu_type = check_unknown,
	.what = "`vgpu` is none of the vGPU types of NVIDIA's drivers in any spelling: the "
		"driver's name with or without `NVIDIA ` or `GRID `, vCenter's "
		"(`grid_a100dx-80c`), or that of NVIDIA's P2P tables (`A6000-48C`). For a type "
		"that is newer than the catalog, turn the rule off and write the name with its "
		"prefix: `NVIDIA NEW-80C`, on vSphere also `nvidia_new-80c`. Without the prefix no "
		"artifact can name the type, so `compile` and `show` still report it.",
	.why = "The host looks the name up when the VM is created: in `creatable_vgpu_types` or "
	       "`mdev_supported_types` on KVM, in the list of profiles on vSphere. With an "
	       "unknown name there is no vGPU, and the VM does not start.",
	.source = "the vGPU name table of NVIDIA's open GPU kernel modules, branches 515 to 595",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: a100-sxm4-80gb, address: 07:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "-    vgpu: A100DX-60C\n"
		   "+    vgpu: A100DX-80C\n"
		   "     gpus: [g0]\n",
};

/* The boards that have types of that code, for the message: "a100-sxm4-40gb". */
static struct str boards_of_code(struct judge *judge, struct str code)
{
	size_t n;
	const struct board *boards = catalog_boards(judge->plan->catalog, &n);
	struct str text = STR("");

	for (size_t i = 0; i < n; i++)
		if (str_eq(boards[i].vgpu_code, code))
			text = arena_printf(judge->arena, "%.*s%s%.*s", STR_ARG(text),
					    text.n ? " and " : "", STR_ARG(boards[i].id));
	return text.n ? text : STR("another board");
}

/* A replaced catalog may name a code for which it has no types. */
static bool board_has_types(struct judge *judge, const struct board *board)
{
	size_t n;
	const struct vgpu_type *types = catalog_vgpu_types(judge->plan->catalog, &n);

	for (size_t i = 0; i < n && board->vgpu_code.n; i++)
		if (str_eq(types[i].board_code, board->vgpu_code))
			return true;
	return false;
}

static bool check_board(struct judge *judge, const struct vm_gpu *g)
{
	const struct board *board = g->gpu->board;
	struct finding *f;

	if (has_sound_type(g) || !board_has_types(judge, board))
		return false;
	f = report(judge, g->vgpu.at, "'%s' is a type of %.*s; '%.*s' is %.*s",
		   quoted(judge, g->vgpu.s), STR_ARG(boards_of_code(judge, g->type->board_code)),
		   STR_ARG(g->gpu->spec->name.s), STR_ARG(board->id));
	note_board(judge, f, g);
	finding_help(judge->findings, f, "%.*s has %.*s%s", STR_ARG(board->id),
		     STR_ARG(offer(judge, g, g->type)), p2p_offer(judge, g));
	return true;
}

const struct rule rule_vgpu_type_wrong_board = {
	.name = "vgpu-type-wrong-board",
	.severity = SEVERITY_ERROR,
	.summary = "a vGPU type that belongs to another board",
	.vgpu_type = check_board,
	.what = "The vGPU type does not belong to the GPU's board. Each board has its own types: "
		"`A100DX-` for the A100 80 GB on HGX, `A100D-` for the PCIe card.",
	.why = "The vGPU manager offers only the GPU's own types, so the vGPU is never created "
	       "and the VM does not start. The names are easily confused: `A100X-40C` belongs to "
	       "the 40 GB HGX board, while the converged card called A100X has `A100D-` types.",
	.source = "the vGPU name table of NVIDIA's open GPU kernel modules, by PCI id; NVIDIA AI "
		  "Enterprise Infra 6, vGPU types",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: a100-sxm4-80gb, address: 07:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "-    vgpu: A100D-80C\n"
		   "+    vgpu: A100DX-80C\n"
		   "     gpus: [g0]\n",
};

static bool check_mig(struct judge *judge, const struct vm_gpu *g)
{
	const struct flag *mig = &g->gpu->spec->mig;
	bool backed = g->type->kind == VGPU_MIG_BACKED;
	struct str other;
	struct finding *f;

	if (!span_given(mig->at) || mig->on == backed || wants_p2p(g))
		return false;
	f = report(judge, g->vgpu.at, "'%s' is %s, but MIG is %s on '%.*s'",
		   quoted(judge, g->vgpu.s), backed ? "MIG-backed" : "time-sliced",
		   mig->on ? "on" : "off", STR_ARG(g->gpu->spec->name.s));
	finding_note(judge->findings, f, mig->at, "MIG is turned %s here", mig->on ? "on" : "off");
	other = g->gpu->board
			? types_text(judge, g->gpu->board,
				     backed ? VGPU_TIME_SLICED : VGPU_MIG_BACKED, g->type->series)
			: STR("");
	finding_help(judge->findings, f, "write mig: %s%s%.*s", backed ? "true" : "false",
		     other.n ? ", or use one of " : "", STR_ARG(other));
	return true;
}

const struct rule rule_vgpu_mig_mismatch = {
	.name = "vgpu-mig-mismatch",
	.severity = SEVERITY_ERROR,
	.summary =
		"a MIG-backed type on a GPU without MIG, or a time-sliced type on a GPU with MIG",
	.vgpu_type = check_mig,
	.what = "The GPU has `mig: false` but the vGPU type is MIG-backed (it has a slice count: "
		"`A100X-1-5C`), or it has `mig: true` but the type is time-sliced. If the VM needs "
		"P2P, p2p-mig-backed reports it instead.",
	.why = "In MIG mode a GPU is divided into instances, and the vGPU manager offers only "
	       "MIG-backed types; otherwise only time-sliced ones. A vGPU of the other kind is "
	       "never created. MIG mode applies to the whole GPU and can be changed only while it "
	       "is idle.",
	.source = "NVIDIA AI Enterprise Infra 6, vGPU types; Virtual GPU Software User Guide, vGPU "
		  "17",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: a100-sxm4-40gb, address: 07:00.0, mig: false}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 4\n"
		   "     memory: 16GiB\n"
		   "-    vgpu: A100X-1-5C\n"
		   "+    vgpu: A100X-5C\n"
		   "     gpus: [g0]\n",
};
