/* The library where memory runs out: each allocation of a session fails once. The call says so,
 * nothing is left behind, and the next session is as good as the first. */
#include <stdlib.h>

#include "compiler/session/gpuplan.h"
#include "tests/unit/check.h"

/* --- an allocator that can fail: it takes the C library's place for the library too --- */

#define EXPORTED __attribute__((visibility("default")))

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static long fail_after = -1; /* so many allocations go well yet; below 0: all */
static long live;	     /* blocks */

static bool fails(void)
{
	return fail_after >= 0 && fail_after-- == 0;
}

static void *counted(void *p)
{
	live += p != NULL;
	return p;
}

EXPORTED void *malloc(size_t n)
{
	return fails() ? NULL : counted(__libc_malloc(n));
}

EXPORTED void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : counted(__libc_calloc(n, size));
}

EXPORTED void *realloc(void *p, size_t n)
{
	if (fails())
		return NULL;
	return p ? __libc_realloc(p, n) : counted(__libc_realloc(p, n));
}

EXPORTED void free(void *p)
{
	live -= p != NULL;
	__libc_free(p);
}

/* --- a session that uses all of it --- */

static const char spec[] = "version: 1\n"
			   "hosts:\n"
			   "  gpu-1:\n"
			   "    hypervisor: kvm\n"
			   "    gpus:\n"
			   "      g0: {board: l40s, address: 05:00.0}\n"
			   "      g1: {board: l40s, address: 06:00.0}\n"
			   "      g2: {board: a16, address: 07:00.0}\n"
			   "vms:\n"
			   "  a:\n"
			   "    host: gpu-1\n"
			   "    vcpus: 8\n"
			   "    memory: 64GiB\n"
			   "    uvm: true # gpuplan: ignore[numa-split] not here\n"
			   "    gpus: [g0, g1]\n"
			   "  b:\n"
			   "    host: gpu-1\n"
			   "    vcpus: 8\n"
			   "    memory: 64GiB\n"
			   "    gpus:\n"
			   "      - {gpu: g2, vgpu: A16-8Q}\n";
static const char project[] = "rules: {p2p-unstated: warning}\n"
			      "exclude: [vendor/*]\n";
/* Of a folder that is walked, and of a project file in front of it. */
static const struct gpuplan_text texts[] = {
	{"specs/a.yaml", spec, sizeof spec - 1},
	{"specs/.gpuplan.yaml", project, sizeof project - 1},
};

/* The first call that does not go well, or GPUPLAN_OK. */
static enum gpuplan_status use(struct gpuplan_session *session)
{
	static const char *const formats[] = {"text", "json", "sarif", "junit"};
	const struct gpuplan_artifact *artifacts;
	const struct gpuplan_finding *findings;
	enum gpuplan_status status;
	const char *text;
	size_t n, length;

	if ((status = gpuplan_judge(session)) || (status = gpuplan_settle(session)) ||
	    (status = gpuplan_findings(session, &findings, &n)) ||
	    (status = gpuplan_artifacts(session, NULL, &artifacts, &n)))
		return status;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		struct gpuplan_format format = {.name = formats[i], .help = true};

		status = gpuplan_render(session, &format, &text, &length);
		if (status)
			return status;
	}
	return GPUPLAN_OK;
}

static enum gpuplan_status run(bool only_texts)
{
	static const char *const path = "specs";
	struct gpuplan_options options = {.paths = &path,
					  .n_paths = 1,
					  .texts = texts,
					  .n_texts = 2,
					  .only_texts = only_texts,
					  .project_folder = "specs"};
	struct gpuplan_session *session;
	enum gpuplan_status status = gpuplan_open(&options, &session);

	if (status == GPUPLAN_OK)
		status = use(session);
	if (status == GPUPLAN_NO_MEMORY)
		CHECK_STR(str_of(gpuplan_message(session)), "out of memory");
	gpuplan_close(session);
	return status;
}

static void test_each_allocation(bool only_texts)
{
	enum gpuplan_status status = GPUPLAN_NO_MEMORY;
	long before, n;

	/* What stays for the next session is made now. */
	CHECK(run(only_texts) == GPUPLAN_OK);
	before = live;
	for (n = 0; status == GPUPLAN_NO_MEMORY && n < 100000; n++) {
		fail_after = n;
		status = run(only_texts);
		/* A library may do without what it asked for. */
		if (status == GPUPLAN_OK && fail_after < 0)
			status = GPUPLAN_NO_MEMORY;
		fail_after = -1;
		CHECK_U64((uint64_t)live, (uint64_t)before);
	}
	CHECK(status == GPUPLAN_OK && n > 100);
	CHECK(run(only_texts) == GPUPLAN_OK);
}

int main(void)
{
	test_each_allocation(true);
	test_each_allocation(false);
	return check_done();
}
