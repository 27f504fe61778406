#include <inttypes.h>

#include "rules/fixes.h"
#include "rules/texts.h"

/* A board in NVIDIA's table has a BAR1 of many GiB, even where its exact size is unknown. */
static bool is_large(const struct gpu *gpu, uint64_t limit)
{
	return gpu->bar1 > limit || (!gpu->bar1 && gpu->share_source == SHARE_TABLE);
}

static void suggest_efi(struct judge *judge, const struct vm *vm, struct finding *f,
			const struct gpu *gpu)
{
	finding_note(judge->findings, f, gpu->spec->board.at, "%.*s is %s",
		     STR_ARG(gpu->spec->name.s), quoted(judge, gpu->spec->board.s));
	finding_help(
		judge->findings, f,
		"write firmware: efi; a guest that was installed with bios must be reinstalled");
	fix_key(judge, f, vm, false, "firmware", vm->spec->firmware.at, STR("efi"), "boot by EFI");
}

static void check_esxi(struct judge *judge, const struct vm *vm)
{
	uint64_t limit = judge->plan->figures->vsphere_bios_bar1_most;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct gpu *gpu = vm->gpus[i].gpu;

		if (!is_large(gpu, limit))
			continue;
		suggest_efi(
			judge, vm,
			report(judge, vm->spec->firmware.at,
			       "'bios' cannot map '%.*s': it has %.*s of %s, and the limit is %.*s",
			       STR_ARG(gpu->spec->name.s),
			       STR_ARG(size_text(judge->arena,
						 gpu->bar1 ? gpu->bar1 : gpu->mmio_share)),
			       gpu->bar1 ? "BAR1" : "MMIO space",
			       STR_ARG(size_text(judge->arena, limit))),
			gpu);
		return;
	}
}

static void check_seabios(struct judge *judge, const struct vm *vm)
{
	const struct figures *figures = judge->plan->figures;
	const struct gpu *first = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct gpu *gpu = vm->gpus[i].gpu;

		if (gpu->bar1 >= figures->seabios_large_bar && n++ == 0)
			first = gpu;
	}
	if (first && n > figures->seabios_large_bars_most)
		suggest_efi(judge, vm,
			    report_as(judge, SEVERITY_WARNING, vm->spec->firmware.at,
				      "'bios': some releases of SeaBIOS place only %" PRIu64
				      " of the VM's %u BARs of %.*s or more",
				      figures->seabios_large_bars_most, n,
				      STR_ARG(size_text(judge->arena, figures->seabios_large_bar))),
			    first);
}

static void check(struct judge *judge, const struct vm *vm)
{
	if (vm->firmware != FIRMWARE_BIOS)
		return;
	if (vm->host->platform->qemu)
		check_seabios(judge, vm);
	if (vm->host->platform->esxi)
		check_esxi(judge, vm);
}

const struct rule rule_mmio_needs_efi = {
	.name = "mmio-needs-efi",
	.severity = SEVERITY_ERROR,
	.flags = RULE_UNSAFE_FIX,
	.summary = "BIOS firmware with GPUs whose BARs it cannot map",
	.mmio = check,
	.what = "A VM with `firmware: bios` has, on vSphere, a GPU whose BAR1 is larger than "
		"{figure:vsphere_bios_bar1_most}; on KVM (a warning), more than "
		"{figure:seabios_large_bars_most} whole GPU with a BAR1 of "
		"{figure:seabios_large_bar} or more.",
	.why = "A BIOS maps BARs below 4 GiB. On vSphere a large BAR1 then stays unassigned "
	       "(\"BAR1 is 0M @ 0x0\"), and the driver does not load. On KVM, SeaBIOS also uses "
	       "the space above 4 GiB, but release 1.16.3, which Debian 13 ships, maps only "
	       "{figure:seabios_large_bars_most} such BAR; 1.16.2 and 1.17.0 map all of them.",
	.source =
		"NVIDIA vGPU for Compute overview, AI Enterprise: \"64-bit MMIO and EFI boot must "
		"be enabled for the VM\"; {source:vsphere_bios_bar1_most}; "
		"{source:seabios_large_bar}",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   esx-1:\n"
		   "     hypervisor: vsphere\n"
		   "     system_id: 65106d9a-406e-5fda-b7ab-b8ca3a63b8b4\n"
		   "     gpus:\n"
		   "       g0: {board: l40, address: 05:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: esx-1\n"
		   "     vcpus: 8\n"
		   "     memory: 64GiB\n"
		   "-    firmware: bios\n"
		   "+    firmware: efi\n"
		   "     gpus: [g0]\n",
};
