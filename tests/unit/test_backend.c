#include "backends/backend.h"
#include "tests/unit/check.h"

static struct arena *arena;

static bool has(const char *path, const char *placeholder)
{
	return path && strstr(path, placeholder);
}

/* What the header asks of the table. */
static void test_table(void)
{
	for (size_t b = 0; backends[b]; b++) {
		const struct backend *backend = backends[b];

		CHECK(backend_find(backend->target) == backend && *backend->doc);
		CHECK(backend_artifact(backend, NULL) == backend->artifacts);
		for (const struct artifact *a = backend->artifacts; a->write; a++) {
			CHECK(a->path || a->variant);
			CHECK(!a->path || has(a->path, "HOST") == (a->scope != OF_PLAN));
			CHECK(!a->path || has(a->path, "VM") == (a->scope == OF_VM));
			CHECK(backend_artifact(backend, a->variant) == a);
			CHECK(a->scope != OF_HOST || backend->no_artifact);
		}
	}
	CHECK(!backend_find("libvirtd") && !backend_find(""));
	CHECK(!backend_artifact(backend_find("libvirt"), "shell"));
	CHECK_STR(str_of(backend_artifact(backend_find("clique-map"), "shell")->path),
		  "HOST/clique-map.sh");
}

/* Every target of a platform is some backend's, and the other way round. */
static void test_platforms(void)
{
	bool taken[16] = {false};

	for (const struct platform *row = platform_rows; row->hypervisor; row++)
		for (size_t t = 0; row->targets[t]; t++) {
			size_t b = 0;

			while (backends[b] && strcmp(backends[b]->target, row->targets[t]) != 0)
				b++;
			CHECK(backends[b] && b < 16);
			taken[b] = true;
		}
	for (size_t b = 0; backends[b]; b++)
		CHECK(taken[b]);
}

static void test_paths(void)
{
	struct host_spec host_spec = {.name.s = STR("vm-host")};
	struct vm_spec vm_spec = {.name.s = STR("host.vm")};
	struct host host = {.spec = &host_spec};
	struct vm vm = {.spec = &vm_spec, .host = &host};
	struct artifact plan = {OF_PLAN, .path = "flavors.yaml"};
	struct artifact of_host = {OF_HOST, .path = "HOST/nova.conf"};
	struct artifact of_vm = {OF_VM, .path = "HOST/kubevirt/VM.yaml"};

	CHECK_STR(artifact_path(arena, &plan, &(struct subject){0}), "flavors.yaml");
	CHECK_STR(artifact_path(arena, &of_host, &(struct subject){.host = &host}),
		  "vm-host/nova.conf");
	CHECK_STR(artifact_path(arena, &of_vm, &(struct subject){.host = &host, .vm = &vm}),
		  "vm-host/kubevirt/host.vm.yaml");
}

int main(void)
{
	arena = arena_new();
	test_table();
	test_platforms();
	test_paths();
	arena = arena_free(arena);
	return check_done();
}
