/* Disks and network cards: their properties, and how many of a kind a guest can have. */
#include "compiler/plan/guest_private.h"

#include <inttypes.h>
#include <stdio.h>

#include "compiler/base/digest.h"

static const struct {
	uint32_t max;
	const char *name;
	const char *help;
} buses[] = {
	[BUS_VIRTIO] = {GUEST_MAX_VIRTIO_DISKS, "virtio", "use bus: scsi for the others"},
	[BUS_SCSI] = {GUEST_MAX_SCSI_DISKS, "scsi", "remove some of them"},
	[BUS_SATA] = {GUEST_MAX_SATA_DISKS, "sata", "use bus: scsi for the others"},
};

/* vda, sda … sdz, sdaa …: libvirt's names for the disks of a domain. */
static void name_target(char out[8], const char *prefix, uint32_t i)
{
	char letters[5];
	size_t at = sizeof letters;

	letters[--at] = '\0';
	for (i++; i; i /= 26)
		letters[--at] = (char)('a' + --i % 26);
	snprintf(out, 8, "%s%s", prefix, &letters[at]);
}

static void check_disk(const struct vm_disk *disk, struct findings *findings)
{
	const struct disk_spec *spec = disk->spec;
	struct finding *f;

	if (spec->broken)
		return;
	if (disk->unit == buses[disk->bus].max) {
		f = finding_add(findings, "spec-value", SEVERITY_ERROR, spec->at,
				"more than %" PRIu32 " disks on the %s bus", buses[disk->bus].max,
				buses[disk->bus].name);
		finding_help(findings, f, "%s", buses[disk->bus].help);
	}
	if (disk->bus == BUS_SATA && disk->readonly) {
		f = finding_add(findings, "spec-value", SEVERITY_ERROR, spec->readonly.at,
				"a SATA disk cannot be read-only");
		finding_help(findings, f, "use bus: virtio or bus: scsi");
	}
}

void guest_disks(struct arena *arena, const struct vm *vm, struct vm_devices *out,
		 struct findings *findings)
{
	uint32_t units[BUS_SATA + 1] = {0};

	out->n_disks = vm->spec->disks.n;
	out->disks = arena_array(arena, out->n_disks, sizeof *out->disks);
	for (uint32_t i = 0; i < out->n_disks; i++) {
		const struct disk_spec *spec = &vm->spec->disks.items[i];
		struct vm_disk *disk = &out->disks[i];

		disk->spec = spec;
		disk->is_block = span_given(spec->block.at);
		disk->path = disk->is_block ? spec->block.s : spec->file.s;
		disk->readonly = spec->readonly.on;
		disk->format = spec->format.is	? (enum disk_format)spec->format.is
			       : disk->is_block ? FORMAT_RAW
						: FORMAT_QCOW2;
		disk->bus = spec->bus.is;
		disk->unit = units[disk->bus]++;
		disk->port = -1;
		if (disk->bus == BUS_VIRTIO)
			name_target(disk->target, "vd", disk->unit);
		else /* the two buses share one sequence of names */
			name_target(disk->target, "sd", units[BUS_SCSI] + units[BUS_SATA] - 1);
		if (findings)
			check_disk(disk, findings);
	}
}

/* Derived addresses have QEMU's own prefix, 52:54:00. */
void vm_nic_mac(const struct vm *vm, uint32_t i, uint8_t out[6])
{
	static const uint8_t prefix[3] = {0x52, 0x54, 0x00};
	const struct mac *mac = &vm->spec->nics.items[i].mac;
	char path[GUEST_LONGEST_PATH];
	uint8_t uuid[16];
	int n;

	if (span_given(mac->at)) {
		memcpy(out, mac->bytes, sizeof mac->bytes);
		return;
	}
	n = snprintf(path, sizeof path, "gpuplan/%.*s/%.*s/nic/%" PRIu32,
		     STR_ARG(vm->host->spec->name.s), STR_ARG(vm->spec->name.s), i);
	uuid_v5((struct str){path, (size_t)n}, uuid);
	memcpy(out, prefix, sizeof prefix);
	memcpy(out + sizeof prefix, uuid, 3);
}

void guest_nics(struct arena *arena, const struct vm *vm, struct vm_devices *out, bool macs)
{
	out->n_nics = vm->spec->nics.n;
	out->nics = arena_array(arena, out->n_nics, sizeof *out->nics);
	for (uint32_t i = 0; i < out->n_nics; i++) {
		const struct nic_spec *spec = &vm->spec->nics.items[i];
		struct vm_nic *nic = &out->nics[i];

		nic->spec = spec;
		nic->is_network = span_given(spec->network.at);
		nic->source = nic->is_network ? spec->network.s : spec->bridge.s;
		nic->model = spec->model.is;
		nic->port = -1;
		if (macs)
			vm_nic_mac(vm, i, nic->mac);
	}
}
