/* The guest's machine: cells, pinning, disks, network cards, the PCI tree; and the digests that
 * names are derived from. The VMs are built by hand, as resolve would have left them. */
#include "compiler/base/digest.h"
#include "compiler/plan/guest.h"
#include "schema/keys.h"
#include "tests/unit/check.h"

enum { MOST = MAX_GPUS };

static struct arena *arena;
static struct findings findings;

static struct gpu_spec gpu_specs[MOST];
static struct gpu gpus[MOST];
static struct numa_spec numa[4];
static struct host_spec host_spec;
static struct host host;
static struct vm_spec spec;
static struct vm_gpu vm_gpus[MOST];
static struct vm vm;
static struct vm_devices devices;

static struct span here(void)
{
	static uint32_t at;

	return (struct span){at += 8, 4};
}

static struct text text(const char *z)
{
	return (struct text){here(), str_of(z)};
}

static struct number number(uint64_t n)
{
	return (struct number){.at = here(), .n = n};
}

/* A VM with that many GPUs, all of whose nodes are unknown, on a host with CPUs 0-7 and 8-15 on
 * nodes 0 and 1. */
static void begin(uint32_t vcpus, uint64_t memory, uint32_t n_gpus)
{
	findings_init(&findings, arena);
	memset(numa, 0, sizeof numa);
	for (uint32_t i = 0; i < 2; i++)
		numa[i] = (struct numa_spec){
			.at = here(), .id = number(i), .cpus = text(i ? "8-15" : "0-7")};
	host_spec = (struct host_spec){.at = here(), .name = text("h")};
	host_spec.hypervisor.is = HYPERVISOR_KVM;
	host_spec.managed_by.is = MANAGED_BY_LIBVIRT;
	host_spec.numa.items = numa;
	host_spec.numa.n = 2;
	host = (struct host){.spec = &host_spec,
			     .platform = platform_of(&host_spec),
			     .gpus = gpus,
			     .n_gpus = n_gpus};
	spec = (struct vm_spec){.at = here(), .name = text("v"), .host = text("h")};
	section_defaults(&vm_section, &spec);
	spec.vcpus = number(vcpus);
	spec.memory = number(memory);
	spec.gpus.at = here();
	spec.gpus.n = n_gpus;
	vm = (struct vm){.spec = &spec,
			 .host = &host,
			 .vcpus = vcpus,
			 .memory = memory,
			 .hugepages = HUGEPAGES_NONE,
			 .gpus = vm_gpus,
			 .n_gpus = n_gpus};
	for (uint32_t i = 0; i < n_gpus; i++) {
		gpu_specs[i] = (struct gpu_spec){.at = here(), .name = text("g0")};
		gpus[i] = (struct gpu){
			.spec = &gpu_specs[i], .host = &host, .clique = -1, .node = -1};
		vm_gpus[i] = (struct vm_gpu){.vm = &vm, .gpu = &gpus[i]};
	}
}

static void pin_auto(void)
{
	spec.pinning.at = here();
	spec.pinning.word = PINNING_AUTO;
}

static void pin_list(const char *const *items, uint32_t n)
{
	spec.pinning.at = here();
	spec.pinning.word = 0;
	spec.pinning.n = n;
	spec.pinning.items = arena_array(arena, n, sizeof *spec.pinning.items);
	for (uint32_t i = 0; i < n; i++)
		spec.pinning.items[i] = text(items[i]);
}

static void resolve(void)
{
	struct arena *scratch = arena_new();

	guest_resolve(arena, scratch, &vm, &findings);
	arena_free(scratch);
	vm_devices(arena, &vm, &devices);
}

static bool reported(const char *message)
{
	for (uint32_t i = 0; i < findings.n; i++)
		if (str_is(findings.items[i].message, message) &&
		    strcmp(findings.items[i].rule, "spec-value") == 0 && findings.items[i].help.n)
			return true;
	for (uint32_t i = 0; i < findings.n; i++)
		fprintf(stderr, "reported: %.*s\n", STR_ARG(findings.items[i].message));
	return false;
}

static void test_digests(void)
{
	uint8_t uuid[16];
	char out[65];

	/* python3 -c "import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, 'gpuplan/h/v'))" */
	uuid_v5(STR("gpuplan/h/v"), uuid);
	uuid_format(uuid, out);
	CHECK_STR(str_of(out), "4094d4fd-bb8e-5876-8716-c6997f707d12");
	uuid_v5(STR(""), uuid);
	uuid_format(uuid, out);
	CHECK_STR(str_of(out), "1b4db7eb-4057-5ddf-91e0-36dec72071f5");
	sha256_hex(STR(""), out);
	CHECK_STR(str_of(out), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_hex(STR("abc"), out);
	CHECK_STR(str_of(out), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_no_cells(void)
{
	begin(6, 8 * GIB, 2);
	CHECK(!guest_has_cells(&vm)); /* nodes unknown */
	gpus[0].node = 0;
	CHECK(!guest_has_cells(&vm)); /* one of them unknown */
	gpus[1].node = 0;
	CHECK(!guest_has_cells(&vm)); /* one node */
	resolve();
	CHECK_U64(vm.n_cells, 0);
	CHECK_U64(vm.sockets, 1);
	CHECK_U64(vm.cores, 6);
	CHECK_STR(vm.nodeset, "");
	CHECK(!vm.pinned);
	CHECK_STR(vm_pin(&vm, 0), "");
	CHECK_U64(findings.n, 0);
}

static void test_cells(void)
{
	begin(8, 16 * GIB, 3);
	gpus[0].node = 1;
	gpus[1].node = 0;
	vm_gpus[2].gpu = NULL; /* reported as unknown: it does not count */
	CHECK(guest_has_cells(&vm));
	resolve();
	CHECK_U64(vm.n_cells, 2);
	CHECK_U64(vm.sockets, 2);
	CHECK_U64(vm.cores, 4);
	CHECK_STR(vm.nodeset, "0-1");
	CHECK_U64(vm.cells[0].host_node, 0);
	CHECK_U64(vm.cells[1].host_node, 1);
	CHECK_STR(vm.cells[0].cpus, "0-7");
	CHECK_U64(vm.cells[1].first_vcpu, 4);
	CHECK_U64(vm.cells[1].n_vcpus, 4);
	CHECK_U64(vm.cells[1].memory, 8 * GIB);
	CHECK(devices.gpu_ports[2] == -1);
}

/* The sums are exact whatever does not divide. */
static void check_split(uint32_t vcpus, uint64_t memory, enum hugepages pages, uint64_t page)
{
	uint32_t next = 0;
	uint64_t sum = 0;

	begin(vcpus, memory, 3);
	vm.hugepages = pages;
	for (int i = 0; i < 3; i++)
		gpus[i].node = 5 - 2 * i;
	resolve();
	CHECK_U64(vm.n_cells, 3);
	CHECK_STR(vm.nodeset, "1,3,5");
	for (uint32_t i = 0; i < vm.n_cells; i++) {
		CHECK_U64(vm.cells[i].first_vcpu, next);
		CHECK(vm.cells[i].n_vcpus == vcpus / 3 || vm.cells[i].n_vcpus == vcpus / 3 + 1);
		CHECK(i == 2 || vm.cells[i].memory % page == 0);
		next += vm.cells[i].n_vcpus;
		sum += vm.cells[i].memory;
	}
	CHECK_U64(next, vcpus);
	CHECK_U64(sum, memory);
	CHECK_U64((uint64_t)vm.sockets * vm.cores, vcpus);
}

static void test_splits(void)
{
	check_split(9, 3 * GIB, HUGEPAGES_1G, GIB);
	CHECK_U64(vm.sockets, 3);
	check_split(7, 8 * GIB, HUGEPAGES_1G, GIB);
	CHECK_U64(vm.sockets, 1);
	CHECK_U64(vm.cells[0].n_vcpus, 3);
	CHECK_U64(vm.cells[2].n_vcpus, 2);
	CHECK_U64(vm.cells[2].memory, 4 * GIB);
	check_split(2, 1001 * MIB, HUGEPAGES_NONE, MIB);
	CHECK_U64(vm.cells[2].n_vcpus, 0);
	check_split(255, 5000 * MIB, HUGEPAGES_2M, 2 * MIB);
	CHECK_U64(findings.n, 0);
	check_split(3, 2 * GIB, HUGEPAGES_1G, GIB);
	CHECK(reported(
		"too little memory for one page on each of the 3 NUMA nodes of the VM's GPUs"));
}

static void test_pinning_auto(void)
{
	begin(4, 4 * GIB, 1);
	gpus[0].node = 1;
	pin_auto();
	resolve();
	CHECK(vm.pinned);
	CHECK_STR(vm.nodeset, "1");
	CHECK_STR(vm_pin(&vm, 3), "8-15");

	begin(3, 4 * GIB, 2);
	gpus[0].node = 1;
	gpus[1].node = 0;
	pin_auto();
	resolve();
	CHECK(vm.pinned);
	CHECK_STR(vm_pin(&vm, 1), "0-7");
	CHECK_STR(vm_pin(&vm, 2), "8-15");
	CHECK_U64(findings.n, 0);
}

static void test_pinning_auto_refused(void)
{
	begin(4, 4 * GIB, 0);
	pin_auto();
	resolve();
	CHECK(!vm.pinned);
	CHECK(reported("'pinning: auto' follows the VM's GPUs, but the VM has none"));

	begin(4, 4 * GIB, 1);
	pin_auto();
	resolve();
	CHECK(!vm.pinned);
	CHECK(reported("'pinning: auto' needs the NUMA node of GPU 'g0' on host 'h'"));

	begin(4, 4 * GIB, 1);
	gpus[0].node = 7;
	pin_auto();
	resolve();
	CHECK(!vm.pinned);
	CHECK(reported("'pinning: auto' needs the CPUs of NUMA node 7 (GPU 'g0'), "
		       "which host 'h' does not list"));

	begin(4, 4 * GIB, 1);
	gpus[0].node = 7;
	host_spec.broken = UINT64_MAX; /* reported there */
	pin_auto();
	resolve();
	CHECK(!vm.pinned);
	CHECK_U64(findings.n, 0);
}

static void test_pinning_list(void)
{
	begin(2, 4 * GIB, 0);
	pin_list((const char *const[]){"0-1,3", "9"}, 2);
	resolve();
	CHECK(vm.pinned);
	CHECK_STR(vm_pin(&vm, 0), "0-1,3");
	CHECK_STR(vm_pin(&vm, 1), "9");
	CHECK_STR(vm.nodeset, "0-1");

	begin(2, 4 * GIB, 0); /* the host tells of its nodes in an order of its own */
	numa[0].id = number(3);
	pin_list((const char *const[]){"0-1,3", "9"}, 2);
	resolve();
	CHECK_STR(vm.nodeset, "1,3");

	begin(1, 4 * GIB, 0);
	pin_list((const char *const[]){"8-15"}, 1);
	resolve();
	CHECK_STR(vm.nodeset, "1");

	begin(1, 4 * GIB, 0); /* CPU 16 is on no node that the host tells of */
	pin_list((const char *const[]){"8-16"}, 1);
	resolve();
	CHECK(vm.pinned);
	CHECK_STR(vm.nodeset, "");

	begin(3, 4 * GIB, 0);
	pin_list((const char *const[]){"0", "1"}, 2);
	resolve();
	CHECK(!vm.pinned);
	CHECK(reported("2 cpulists for 3 vCPUs"));
}

static void test_sizes(void)
{
	begin(256, GIB, 0);
	resolve();
	CHECK(reported("256 vCPUs: a guest on kvm has at most 255"));
	CHECK_U64(findings.n, 1);
	begin(255, GIB, 0);
	resolve();
	CHECK_U64(findings.n, 0);
}

static void check_port(int32_t port, int32_t want, unsigned slot, unsigned function)
{
	CHECK(port == want);
	if (port != want)
		return;
	CHECK_U64(devices.ports[port].slot, slot);
	CHECK_U64(devices.ports[port].function, function);
	CHECK(devices.ports[port].expander || devices.ports[port].bus ||
	      devices.ports[port].multifunction == (function == 0));
}

static struct disk_spec disk(enum disk_bus bus)
{
	return (struct disk_spec){
		.at = here(), .file = text("/f"), .bus = {.at = here(), .is = (uint8_t)bus}};
}

static void test_ports(void)
{
	struct nic_spec nics[] = {{.at = here(), .bridge = text("br0")},
				  {.at = here(), .network = text("default")}};
	struct disk_spec disks[] = {disk(BUS_SCSI), disk(BUS_VIRTIO), disk(BUS_SATA),
				    disk(BUS_VIRTIO), disk(BUS_SCSI)};

	begin(1, GIB, 9);
	spec.nics.items = nics;
	spec.nics.n = 2;
	spec.disks.items = disks;
	spec.disks.n = 5;
	resolve();
	CHECK_U64(findings.n, 0);
	CHECK_U64(devices.n_ports, 14);
	check_port(devices.nics[0].port, 0, 0x02, 0);
	check_port(devices.nics[1].port, 1, 0x02, 1);
	check_port(devices.disks[1].port, 2, 0x03, 0);
	check_port(devices.disks[3].port, 3, 0x03, 1);
	check_port(devices.scsi_port, 4, 0x03, 2);
	check_port(devices.gpu_ports[0], 5, 0x10, 0);
	check_port(devices.gpu_ports[7], 12, 0x10, 7);
	check_port(devices.gpu_ports[8], 13, 0x11, 0);
	CHECK(devices.disks[0].port == -1);
	CHECK_STR(str_of(devices.disks[0].target), "sda");
	CHECK_STR(str_of(devices.disks[1].target), "vda");
	CHECK_STR(str_of(devices.disks[2].target), "sdb");
	CHECK_STR(str_of(devices.disks[3].target), "vdb");
	CHECK_STR(str_of(devices.disks[4].target), "sdc");
	CHECK_U64(devices.disks[2].unit, 0);
	CHECK_U64(devices.disks[4].unit, 1);
	CHECK(devices.nics[1].is_network && !devices.nics[0].is_network);
}

static void test_expanders(void)
{
	begin(4, 4 * GIB, 4);
	for (int i = 0; i < 4; i++)
		gpus[i].node = i % 2;
	resolve();
	CHECK_U64(devices.n_ports, 6);
	for (uint32_t i = 0; i < 2; i++) {
		CHECK(devices.ports[i].expander);
		CHECK_U64(devices.ports[i].bus, 0);
		CHECK_U64(devices.ports[i].slot, 0x08 + i);
		CHECK_U64(devices.ports[i].bus_nr, 256 * (i + 1) / 3);
		CHECK_U64(devices.ports[i].cell, i);
	}
	check_port(devices.gpu_ports[0], 2, 0, 0);
	check_port(devices.gpu_ports[2], 3, 1, 0);
	check_port(devices.gpu_ports[1], 4, 0, 0);
	check_port(devices.gpu_ports[3], 5, 1, 0);
	CHECK_U64(devices.ports[3].bus, 1);
	CHECK_U64(devices.ports[4].bus, 2);
	CHECK_U64(findings.n, 0);
}

static void test_too_many_expanders(void)
{
	begin(64, 64 * GIB, 64);
	for (int i = 0; i < 64; i++)
		gpus[i].node = i;
	resolve();
	CHECK(reported("too few PCI buses in the guest for 64 GPUs on 64 NUMA nodes"));
	begin(64, 64 * GIB, 64); /* 33 on one expander, which has 32 slots */
	for (int i = 0; i < 64; i++)
		gpus[i].node = i > 32;
	resolve();
	CHECK_U64(findings.n, 1);
}

static void test_macs(void)
{
	struct nic_spec nics[] = {
		{.at = here(), .bridge = text("br0")},
		{.at = here(), .bridge = text("br0")},
		{.at = here(), .bridge = text("br0"), .mac = {here(), {2, 0, 0, 0, 0, 9}}}};
	char mac[18];

	begin(1, GIB, 0);
	spec.nics.items = nics;
	spec.nics.n = 3;
	resolve();
	/* uuid5(NAMESPACE_URL, 'gpuplan/h/v/nic/0') and …/1 */
	mac_format(devices.nics[0].mac, mac);
	CHECK_STR(str_of(mac), "52:54:00:a5:30:a7");
	mac_format(devices.nics[1].mac, mac);
	CHECK_STR(str_of(mac), "52:54:00:31:26:6a");
	mac_format(devices.nics[2].mac, mac);
	CHECK_STR(str_of(mac), "02:00:00:00:00:09");
}

static void test_readonly(void)
{
	struct disk_spec disks[] = {disk(BUS_VIRTIO), disk(BUS_SATA)};

	begin(1, GIB, 0);
	disks[0].readonly = disks[1].readonly = (struct flag){here(), true};
	spec.disks.items = disks;
	spec.disks.n = 2;
	resolve();
	CHECK(reported("a SATA disk cannot be read-only"));
	CHECK_U64(findings.n, 1);
}

static void check_disk_limit(enum disk_bus bus, uint32_t max, const char *message)
{
	struct disk_spec *disks = arena_array(arena, max + 2, sizeof *disks);

	for (uint32_t i = 0; i < max + 2; i++)
		disks[i] = disk(bus);
	begin(1, GIB, 0);
	spec.disks.items = disks;
	spec.disks.n = max;
	resolve();
	CHECK_U64(findings.n, 0);
	begin(1, GIB, 0);
	spec.disks.items = disks;
	spec.disks.n = max + 2;
	resolve();
	CHECK_U64(findings.n, 1);
	CHECK(reported(message));
}

static void test_disk_limits(void)
{
	check_disk_limit(BUS_VIRTIO, 8, "more than 8 disks on the virtio bus");
	check_disk_limit(BUS_SATA, 6, "more than 6 disks on the sata bus");
	check_disk_limit(BUS_SCSI, 255, "more than 255 disks on the scsi bus");
	CHECK_STR(str_of(devices.disks[25].target), "sdz");
	CHECK_STR(str_of(devices.disks[26].target), "sdaa");
	CHECK_STR(str_of(devices.disks[254].target), "sdiu");
}

int main(void)
{
	arena = arena_new();
	test_digests();
	test_no_cells();
	test_cells();
	test_splits();
	test_pinning_auto();
	test_pinning_auto_refused();
	test_pinning_list();
	test_sizes();
	test_ports();
	test_expanders();
	test_too_many_expanders();
	test_macs();
	test_readonly();
	test_disk_limits();
	arena_free(arena);
	return check_done();
}
