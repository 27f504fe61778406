#include "backends/backend.h"
#include "tests/unit/check.h"

extern const struct backend backend_vmx;

static struct arena *arena;

static const struct board a100 = {.id = STR("a100-sxm4-80gb"), .pci_device = 0x20b2};
static const struct vgpu_type a100dx_80c = {.full_name = STR("GRID A100DX-80C")};
static const struct vgpu_type rtx_dc = {.full_name = STR("NVIDIA RTX Pro 6000 Blackwell DC-4-96C")};
static const struct platform esxi = {.esxi = true};

/* A host with two GPUs and a VM that has both: what a test changes before it writes. */
static struct {
	struct host_spec host_spec;
	struct gpu_spec gpu_specs[2];
	struct host host;
	struct gpu gpus[2];
	struct vm_spec spec;
	struct vm_gpu vm_gpus[2];
	const struct vm_gpu *members[2];
	struct p2p_group group;
	struct vm vm;
} f;

static void fixture(bool vgpus)
{
	memset(&f, 0, sizeof f);
	f.host =
		(struct host){.spec = &f.host_spec, .platform = &esxi, .gpus = f.gpus, .n_gpus = 2};
	for (uint32_t i = 0; i < 2; i++) {
		f.gpus[i] = (struct gpu){.spec = &f.gpu_specs[i],
					 .host = &f.host,
					 .board = &a100,
					 .pci_device = 0x20b2};
		f.vm_gpus[i] = (struct vm_gpu){.vm = &f.vm,
					       .gpu = &f.gpus[i],
					       .is_vgpu = vgpus,
					       .type = vgpus ? &a100dx_80c : NULL};
		f.members[i] = &f.vm_gpus[i];
	}
	f.gpu_specs[0].address.pci = (struct pci_address){.bus = 0x42};
	f.gpu_specs[1].address.pci = (struct pci_address){0x1a2b3, 0xff, 0x1f, 7};
	f.group = (struct p2p_group){f.members, 2, vgpus ? &a100dx_80c : NULL};
	f.vm = (struct vm){
		.spec = &f.spec,
		.host = &f.host,
		.firmware = FIRMWARE_EFI,
		.p2p = P2P_NVLINK,
		.vcpus = 64,
		.memory = 512 * GIB,
		.gpus = f.vm_gpus,
		.n_gpus = 2,
		.n_vgpus = vgpus ? 2 : 0,
		.groups = &f.group,
		.n_groups = 1,
		.mmio.window = TIB,
	};
}

static struct str written(void)
{
	struct buffer out;
	struct subject of = {.host = &f.host, .vm = &f.vm};
	struct str error = STR("");

	buffer_init(&out, arena);
	return backend_vmx.artifacts[0].write(&of, &out, &error) ? buffer_text(&out) : error;
}

static bool has(struct str text, const char *piece)
{
	return text.n && memmem(text.p, text.n, piece, strlen(piece));
}

static void test_whole_gpus(void)
{
	fixture(false);
	f.vm.p2p = P2P_PCIE;
	f.vm.hide_hypervisor = true;
	CHECK_STR(written(), "pciPassthru0.present = \"TRUE\"\n"
			     "pciPassthru0.id = \"00000:066:00.0\"\n"
			     "pciPassthru0.deviceId = \"0x20b2\"\n"
			     "pciPassthru0.vendorId = \"0x10de\"\n"
			     "pciPassthru1.present = \"TRUE\"\n"
			     "pciPassthru1.id = \"107187:255:31.7\"\n"
			     "pciPassthru1.deviceId = \"0x20b2\"\n"
			     "pciPassthru1.vendorId = \"0x10de\"\n"
			     "pciPassthru.use64bitMMIO = \"TRUE\"\n"
			     "pciPassthru.64bitMMIOSizeGB = \"1024\"\n"
			     "firmware = \"efi\"\n"
			     "memSize = \"524288\"\n"
			     "numvcpus = \"64\"\n"
			     "sched.mem.min = \"524288\"\n"
			     "sched.mem.pin = \"TRUE\"\n"
			     "pciPassthru.allowP2P = \"TRUE\"\n"
			     "pciPassthru.RelaxACSforP2P = \"TRUE\"\n"
			     "hypervisor.cpuid.v0 = \"FALSE\"\n");
}

static void test_device_ids(void)
{
	fixture(false);
	f.gpus[0].pci_device = 0;
	f.gpus[1].pci_device = 0x25b6;
	CHECK(!has(written(), "pciPassthru0.deviceId"));
	CHECK(has(written(), "pciPassthru1.deviceId = \"0x25b6\"\n"));

	f.host_spec.system_id = (struct uuid){.at = {1, 36}, .bytes = {0x65, 0x10, [15] = 0xb4}};
	CHECK(has(written(), "pciPassthru0.systemId = \"65100000-0000-0000-0000-0000000000b4\"\n"));
}

static void test_vgpus(void)
{
	fixture(true);
	f.vm_gpus[0].uvm_setting = UVM_OFF;
	f.vm_gpus[1].uvm_setting = UVM_ON;
	CHECK_STR(
		written(),
		"# vSphere device group with the same placement: Nvidia:2@grid_a100dx-80c%NVLink\n"
		"pciPassthru0.present = \"TRUE\"\n"
		"pciPassthru0.virtualDev = \"vmiop\"\n"
		"pciPassthru0.vgpu = \"grid_a100dx-80c\"\n"
		"pciPassthru0.cfg.enable_uvm = \"0\"\n"
		"pciPassthru1.present = \"TRUE\"\n"
		"pciPassthru1.virtualDev = \"vmiop\"\n"
		"pciPassthru1.vgpu = \"grid_a100dx-80c\"\n"
		"pciPassthru1.cfg.enable_uvm = \"1\"\n"
		"pciPassthru.use64bitMMIO = \"TRUE\"\n"
		"pciPassthru.64bitMMIOSizeGB = \"1024\"\n"
		"firmware = \"efi\"\n"
		"memSize = \"524288\"\n"
		"numvcpus = \"64\"\n"
		"sched.mem.min = \"524288\"\n"
		"sched.mem.pin = \"TRUE\"\n");
}

static void test_device_group(void)
{
	fixture(true);
	f.group.device_group = NULL;
	f.vm_gpus[1].type = &rtx_dc;
	CHECK(!has(written(), "#"));
	CHECK(has(written(), "pciPassthru1.vgpu = \"nvidia_rtx_pro_6000_blackwell_dc-4-96c\"\n"));
}

static void test_unknown_type(void)
{
	fixture(true);
	f.vm_gpus[0].type = f.vm_gpus[1].type = NULL;
	f.vm_gpus[0].vgpu.s = STR("NVIDIA R100-200C");
	f.vm_gpus[1].vgpu.s = STR("grid_r100-200c");
	CHECK(has(written(), "pciPassthru0.vgpu = \"nvidia_r100-200c\"\n"));
	CHECK(has(written(), "pciPassthru1.vgpu = \"grid_r100-200c\"\n"));
}

/* By name, as resolve sorts them; enable_uvm comes from `uvm` alone. */
static void test_params(void)
{
	struct param params[] = {
		{{.s = STR("disable_vnc")}, {.s = STR("a\"b|c#d\n\x7f ü")}},
		{{.s = STR("frame_rate_limiter")}, {.s = STR("0")}},
	};

	fixture(true);
	f.vm_gpus[0].params.items = params;
	f.vm_gpus[0].params.n = 2;
	CHECK(has(written(), "pciPassthru0.cfg.disable_vnc = \"a|22b|7Cc|23d|0A|7F ü\"\n"
			     "pciPassthru0.cfg.frame_rate_limiter = \"0\"\n"));
	f.vm_gpus[0].uvm_setting = UVM_OFF;
	CHECK(has(written(), "pciPassthru0.cfg.enable_uvm = \"0\"\n"
			     "pciPassthru0.cfg.disable_vnc = \"a|22b|7Cc|23d|0A|7F ü\"\n"
			     "pciPassthru0.cfg.frame_rate_limiter = \"0\"\n"));
}

static void test_without_gpus(void)
{
	fixture(false);
	f.vm.n_gpus = 0;
	f.vm.n_groups = 0;
	f.vm.mmio.window = 0;
	f.vm.firmware = FIRMWARE_BIOS;
	CHECK_STR(written(), "firmware = \"bios\"\nmemSize = \"524288\"\nnumvcpus = \"64\"\n");
}

int main(void)
{
	static void (*const tests[])(void) = {
		test_whole_gpus,   test_device_ids, test_vgpus,	       test_device_group,
		test_unknown_type, test_params,	    test_without_gpus,
	};

	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		arena = arena_new();
		tests[i]();
		arena = arena_free(arena);
	}
	return check_done();
}
