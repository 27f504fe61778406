/* The library as somebody else uses it: its header, and the shared object alone. */
#include "compiler/session/gpuplan.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/check.h"

#define HOST(board)                                                                                \
	"version: 1\n"                                                                             \
	"hosts:\n"                                                                                 \
	"  gpu-1:\n"                                                                               \
	"    hypervisor: kvm\n"                                                                    \
	"    gpus:\n"                                                                              \
	"      g0: {board: " board ", address: 05:00.0}\n"                                         \
	"      g1: {board: l40s, address: 06:00.0}\n"

/* One warning and one note. */
static const char uvm[] = HOST("l40s") "vms:\n"
				       "  a:\n"
				       "    host: gpu-1\n"
				       "    vcpus: 8\n"
				       "    memory: 64GiB\n"
				       "    uvm: true\n"
				       "    gpus: [g0, g1]\n";
static const char broken[] = HOST("l40s") "vms:\n"
					  "  a: {host: gpu-2, vcpus: 8, memory: 64GiB}\n"
					  "  b: {host: gpu-1, vcpus: 8, memory: 64GiB}\n";
static const char novel[] = HOST("novel");

static char folder[] = "/tmp/gpuplan-library-XXXXXX";

/* FOLDER/NAME, in a buffer that the next call but three uses again. */
static const char *in_folder(const char *name)
{
	static char paths[4][64];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(in_folder(name), "w");

	CHECK(f && fputs(text, f) >= 0);
	CHECK(f && fclose(f) == 0);
}

static void check_text(const char *got, const char *want)
{
	check_str(str_of(got), str_of(want), "a text", __FILE__, __LINE__);
}

static void check_begins(const char *got, const char *want)
{
	struct str all = str_of(got), first = {got, strlen(want)};

	check_str(all.n < first.n ? all : first, str_of(want), "a text's start", __FILE__,
		  __LINE__);
}

/* Of a text in place of a file; what does not go well is checked. To be closed. */
static struct gpuplan_session *session_of(const char *text, struct gpuplan_options options)
{
	static const char *const path = "memory.yaml";
	struct gpuplan_text file = {path, text, strlen(text)};
	struct gpuplan_session *session;

	options.paths = &path;
	options.n_paths = 1;
	options.texts = &file;
	options.n_texts = 1;
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_OK);
	CHECK(gpuplan_judge(session) == GPUPLAN_OK);
	CHECK(gpuplan_settle(session) == GPUPLAN_OK);
	check_text(gpuplan_message(session), "");
	return session;
}

static size_t findings_of(struct gpuplan_session *session, const struct gpuplan_finding **findings)
{
	size_t n = 0;

	*findings = NULL;
	CHECK(gpuplan_findings(session, findings, &n) == GPUPLAN_OK);
	return n;
}

static void check_uvm(struct gpuplan_session *session, const char *file)
{
	const struct gpuplan_finding *f;
	size_t n = findings_of(session, &f);

	CHECK_U64(n, 2);
	if (n != 2)
		return;
	check_text(f[0].rule, "p2p-unstated");
	CHECK(f[0].severity == GPUPLAN_NOTE);
	check_text(f[1].rule, "key-without-effect");
	CHECK(f[1].severity == GPUPLAN_WARNING);
	check_text(f[1].place.file, file);
	CHECK_U64(f[1].place.line, 13);
	CHECK_U64(f[1].place.column, 10);
	CHECK_U64(f[1].place.end_line, 13);
	CHECK_U64(f[1].place.end_column, 14);
	check_text(f[1].path, "vms.a.uvm");
	CHECK(*f[1].message && *f[1].help);
}

static void test_memory_and_files(void)
{
	struct gpuplan_session *session = session_of(uvm, (struct gpuplan_options){0});
	const char *path = folder;
	struct gpuplan_options options = {.paths = &path, .n_paths = 1};
	struct gpuplan_summary summary;

	check_uvm(session, "memory.yaml");
	gpuplan_close(session);

	put("a.yaml", uvm);
	put("other.yaml", "services: {}\n");
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_OK);
	CHECK(gpuplan_judge(session) == GPUPLAN_OK);
	CHECK(gpuplan_settle(session) == GPUPLAN_OK);
	check_uvm(session, in_folder("a.yaml"));
	CHECK(gpuplan_summary(session, &summary) == GPUPLAN_OK);
	CHECK(summary.files == 1 && summary.skipped == 1 && summary.hosts == 1 && summary.vms == 1);
	CHECK(summary.errors == 0 && summary.warnings == 1 && summary.notes == 1);
	CHECK(!summary.fails);
	gpuplan_close(session);
	unlink(in_folder("a.yaml"));
	unlink(in_folder("other.yaml"));
}

/* A text of a folder is found as its file would be, and counts where both are there. */
static void test_text_in_folder(void)
{
	const char *path = folder;
	struct gpuplan_text text = {in_folder("a.yaml"), uvm, strlen(uvm)};
	struct gpuplan_options options = {
		.paths = &path, .n_paths = 1, .texts = &text, .n_texts = 1};

	for (int on_disk = 0; on_disk < 2; on_disk++) {
		struct gpuplan_session *session;

		if (on_disk)
			put("a.yaml", broken);
		CHECK(gpuplan_open(&options, &session) == GPUPLAN_OK);
		CHECK(gpuplan_judge(session) == GPUPLAN_OK);
		CHECK(gpuplan_settle(session) == GPUPLAN_OK);
		check_uvm(session, in_folder("a.yaml"));
		gpuplan_close(session);
	}
	unlink(in_folder("a.yaml"));
}

static void test_artifacts(void)
{
	struct gpuplan_session *session = session_of(uvm, (struct gpuplan_options){0});
	const char *libvirt = "libvirt", *odd = "libvrit";
	struct gpuplan_artifact_options all = {0};
	struct gpuplan_artifact_options one = {.targets = &libvirt, .n_targets = 1, .name = "a"};
	const struct gpuplan_artifact *artifacts = NULL;
	size_t n = 0;

	CHECK(gpuplan_artifacts(session, &all, &artifacts, &n) == GPUPLAN_OK);
	CHECK_U64(n, 2);
	if (n == 2) {
		check_text(artifacts[0].path, "gpu-1/a.xml");
		check_text(artifacts[1].path, "gpu-1/a.qemu-args");
		CHECK(artifacts[1].length == strlen(artifacts[1].text));
	}
	CHECK(gpuplan_artifacts(session, &one, &artifacts, &n) == GPUPLAN_OK);
	CHECK_U64(n, 1);
	check_text(artifacts->target, "libvirt");
	check_text(artifacts->host, "gpu-1");
	check_text(artifacts->vm, "a");
	check_text(artifacts->path, "gpu-1/a.xml");
	CHECK(strstr(artifacts->text, "<name>a</name>") != NULL);

	one.variant = "devices";
	CHECK(gpuplan_artifacts(session, &one, &artifacts, &n) == GPUPLAN_OK);
	CHECK(!artifacts->path && strstr(artifacts->text, "<hostdev"));
	one.name = "c";
	CHECK(gpuplan_artifacts(session, &one, &artifacts, &n) == GPUPLAN_NOT_FOUND);
	check_begins(gpuplan_message(session), "no VM 'c'");
	all.targets = &odd;
	all.n_targets = 1;
	CHECK(gpuplan_artifacts(session, &all, &artifacts, &n) == GPUPLAN_BAD_OPTION);
	check_text(gpuplan_message(session), "no target 'libvrit': did you mean 'libvirt'?");
	gpuplan_close(session);
}

static void test_error_spec(void)
{
	struct gpuplan_session *session = session_of(broken, (struct gpuplan_options){0});
	const char *libvirt = "libvirt";
	struct gpuplan_artifact_options one = {.targets = &libvirt, .n_targets = 1, .name = "b"};
	const struct gpuplan_artifact *artifacts = NULL;
	const struct gpuplan_finding *f;
	size_t n = findings_of(session, &f);

	CHECK_U64(n, 1);
	if (n == 1) {
		check_text(f->rule, "spec-reference");
		CHECK(f->severity == GPUPLAN_ERROR);
		CHECK_U64(f->place.line, 9);
		check_text(f->path, "vms.a.host");
	}
	n = 7;
	CHECK(gpuplan_artifacts(session, NULL, &artifacts, &n) == GPUPLAN_FINDINGS);
	CHECK(!artifacts && n == 7 && *gpuplan_message(session));
	/* What is wrong with `a` does not stand against `b`. */
	CHECK(gpuplan_artifacts(session, &one, &artifacts, &n) == GPUPLAN_OK);
	one.name = "a";
	CHECK(gpuplan_artifacts(session, &one, &artifacts, &n) == GPUPLAN_FINDINGS);
	gpuplan_close(session);
}

static void test_unreadable(void)
{
	const char *path = in_folder("missing.yaml");
	struct gpuplan_options options = {.paths = &path, .n_paths = 1};
	struct gpuplan_session *session;
	const struct gpuplan_finding *f;
	size_t n;

	CHECK(gpuplan_open(&options, &session) == GPUPLAN_OK);
	CHECK(gpuplan_judge(session) == GPUPLAN_UNREADABLE);
	check_begins(gpuplan_message(session), path);
	CHECK(strstr(gpuplan_message(session), "No such file") != NULL);
	/* What could be read was judged. */
	CHECK(gpuplan_settle(session) == GPUPLAN_OK);
	CHECK(gpuplan_findings(session, &f, &n) == GPUPLAN_OK && n == 0);
	gpuplan_close(session);

	options.baseline = path;
	options.n_paths = 0;
	session = NULL;
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_OK);
	CHECK(gpuplan_judge(session) == GPUPLAN_OK);
	CHECK(gpuplan_settle(session) == GPUPLAN_UNREADABLE);
	gpuplan_close(session);

	put("boards.csv", "id\nx\n");
	options = (struct gpuplan_options){.catalog = folder};
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_UNREADABLE);
	check_begins(gpuplan_message(session), in_folder("boards.csv:1:1: no column"));
	CHECK(gpuplan_judge(session) == GPUPLAN_BAD_CALL);
	gpuplan_close(session);
	unlink(in_folder("boards.csv"));
}

static void test_levels(void)
{
	struct gpuplan_level levels[] = {
		{"key-without-effect", GPUPLAN_OFF},
		{"p2p-unstated", GPUPLAN_ERROR},
	};
	struct gpuplan_options options = {.levels = levels, .n_levels = 2};
	struct gpuplan_session *session = session_of(uvm, options);
	struct gpuplan_summary summary;
	const struct gpuplan_finding *f;

	CHECK_U64(findings_of(session, &f), 1);
	check_text(f->rule, "p2p-unstated");
	CHECK(f->severity == GPUPLAN_ERROR);
	CHECK(gpuplan_summary(session, &summary) == GPUPLAN_OK && summary.fails);
	gpuplan_close(session);

	options = (struct gpuplan_options){.strict = true};
	session = session_of(uvm, options);
	CHECK(gpuplan_summary(session, &summary) == GPUPLAN_OK && summary.fails);
	gpuplan_close(session);

	levels[1].severity = (enum gpuplan_severity)7;
	options = (struct gpuplan_options){.levels = levels, .n_levels = 2};
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_BAD_OPTION);
	check_text(gpuplan_message(session), "'p2p-unstated': no severity 7");
	gpuplan_close(session);

	levels[0].rule = "no-such-rule";
	levels[1].rule = "spec-reference";
	options = (struct gpuplan_options){.levels = levels, .n_levels = 2};
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_BAD_OPTION);
	check_text(gpuplan_message(session), "unknown rule 'no-such-rule'\n"
					     "'spec-reference' cannot be switched off or lowered");
	gpuplan_close(session);
}

static void test_project(void)
{
	const char *project = in_folder("project.yaml");
	struct gpuplan_options options = {.project = project};
	struct gpuplan_level level = {"p2p-unstated", GPUPLAN_WARNING};
	const struct gpuplan_artifact *artifacts;
	const struct gpuplan_finding *f;
	struct gpuplan_session *session;
	size_t n;

	put("project.yaml", "rules: {p2p-unstated: error, key-without-effect: off}\n"
			    "targets: [qemu]\n");
	/* The caller's own word takes precedence. */
	options.levels = &level;
	options.n_levels = 1;
	session = session_of(uvm, options);
	CHECK_U64(findings_of(session, &f), 1);
	CHECK(f->severity == GPUPLAN_WARNING);
	CHECK(gpuplan_artifacts(session, NULL, &artifacts, &n) == GPUPLAN_OK && n == 1);
	check_text(artifacts->target, "qemu");
	gpuplan_close(session);

	put("project.yaml", "targets: [qume]\n");
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_BAD_PROJECT);
	CHECK(strstr(gpuplan_message(session), "project.yaml:1:11: ") != NULL);
	gpuplan_close(session);
	unlink(project);
}

static void test_rendering(void)
{
	struct gpuplan_session *session = session_of(uvm, (struct gpuplan_options){0});
	struct gpuplan_format format = {.name = "oneline"};
	const char *text = NULL;
	size_t n = 0;

	CHECK(gpuplan_render(session, &format, &text, &n) == GPUPLAN_OK && n == strlen(text));
	check_begins(text, "memory.yaml:");
	CHECK(strstr(text, "memory.yaml:13:10: warning: ") != NULL);
	format.name = "json";
	CHECK(gpuplan_render(session, &format, &text, &n) == GPUPLAN_OK && n == strlen(text));
	CHECK(strstr(text, "\"path\": \"vms.a.uvm\"") || strstr(text, "\"path\":\"vms.a.uvm\""));
	format.name = "html";
	CHECK(gpuplan_render(session, &format, &text, &n) == GPUPLAN_BAD_OPTION);
	check_text(gpuplan_message(session), "no format 'html'");
	gpuplan_close(session);
}

static void test_baseline(void)
{
	struct gpuplan_options options = {.record = true};
	struct gpuplan_session *session = session_of(uvm, options);
	const struct gpuplan_finding *f;
	struct gpuplan_summary summary;
	const char *text = NULL;
	size_t n = 0;

	CHECK_U64(findings_of(session, &f), 0);
	CHECK(gpuplan_baseline(session, &text, &n) == GPUPLAN_OK && n == strlen(text));
	put("baseline.json", text);
	gpuplan_close(session);
	options = (struct gpuplan_options){.baseline = in_folder("baseline.json")};
	session = session_of(uvm, options);
	CHECK_U64(findings_of(session, &f), 0);
	CHECK(gpuplan_summary(session, &summary) == GPUPLAN_OK && summary.in_baseline == 2);
	gpuplan_close(session);
	unlink(in_folder("baseline.json"));
}

static void test_order(void)
{
	struct gpuplan_options options = {.n_paths = 0};
	const struct gpuplan_finding *f;
	struct gpuplan_session *session;
	size_t n;

	gpuplan_close(NULL);
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_OK);
	CHECK(gpuplan_settle(session) == GPUPLAN_BAD_CALL);
	CHECK(gpuplan_findings(session, &f, &n) == GPUPLAN_BAD_CALL);
	CHECK(*gpuplan_message(session));
	CHECK(gpuplan_judge(session) == GPUPLAN_OK);
	CHECK(gpuplan_judge(session) == GPUPLAN_BAD_CALL);
	CHECK(gpuplan_artifacts(session, NULL, NULL, NULL) == GPUPLAN_BAD_CALL);
	CHECK(gpuplan_settle(session) == GPUPLAN_OK);
	CHECK(gpuplan_settle(session) == GPUPLAN_BAD_CALL);
	gpuplan_close(session);
	CHECK(strchr(gpuplan_version(), '.') != NULL);
}

static void put_novel_board(void)
{
	put("boards.csv",
	    "id,board,class,arch,chip,pci_device,subsystem_device,fb_gb,bar1_gb,vsphere_mmio_gb,"
	    "vgpu_code,nvswitch\n"
	    "novel,N,datacenter,Ada,AD102,10de:26b9,,48,64,128,,no\n"
	    "l40s,L40S,datacenter,Ada,AD102,10de:26b9,,48,64,128,L40S,no\n");
}

static size_t errors_of(struct gpuplan_session *session)
{
	struct gpuplan_summary summary = {0};

	CHECK(gpuplan_summary(session, &summary) == GPUPLAN_OK);
	return summary.errors + summary.warnings;
}

/* Without a disk: what is not among the texts is not there. */
static void test_only_texts(void)
{
	static const char *const paths[] = {"specs", "here.yaml"};
	struct gpuplan_text texts[] = {
		{"specs/a.yaml", uvm, strlen(uvm)},
		{".gpuplan.yaml", "rules: {p2p-unstated: off}\n", 27},
	};
	struct gpuplan_options options = {
		.paths = paths,
		.n_paths = 1,
		.texts = texts,
		.n_texts = 2,
		.only_texts = true,
		.project_folder = "",
	};
	const struct gpuplan_finding *f;
	struct gpuplan_session *session;

	put("here.yaml", uvm);
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_OK);
	CHECK(gpuplan_judge(session) == GPUPLAN_OK);
	CHECK(gpuplan_settle(session) == GPUPLAN_OK);
	CHECK_U64(findings_of(session, &f), 1);
	check_text(f->place.file, "specs/a.yaml");
	check_text(f->rule, "key-without-effect");
	gpuplan_close(session);

	options.n_paths = 2;
	CHECK(gpuplan_open(&options, &session) == GPUPLAN_OK);
	CHECK(gpuplan_judge(session) == GPUPLAN_UNREADABLE);
	check_text(gpuplan_message(session), "here.yaml: No such file or directory");
	gpuplan_close(session);
	unlink(in_folder("here.yaml"));
}

/* Each knows its own catalog and spec, in whatever order they are called. */
static void test_two_sessions(void)
{
	static const char *const path = "memory.yaml";
	struct gpuplan_text text = {path, novel, strlen(novel)};
	struct gpuplan_options options = {
		.paths = &path, .n_paths = 1, .texts = &text, .n_texts = 1};
	struct gpuplan_session *plain, *with, *other;

	put_novel_board();
	CHECK(gpuplan_open(&options, &plain) == GPUPLAN_OK);
	options.catalog = folder;
	CHECK(gpuplan_open(&options, &with) == GPUPLAN_OK);
	CHECK(gpuplan_judge(with) == GPUPLAN_OK);
	other = session_of(uvm, (struct gpuplan_options){0});
	CHECK(gpuplan_judge(plain) == GPUPLAN_OK);
	CHECK(gpuplan_settle(plain) == GPUPLAN_OK);
	CHECK(gpuplan_settle(with) == GPUPLAN_OK);
	CHECK_U64(errors_of(plain), 1);
	CHECK_U64(errors_of(with), 0);
	gpuplan_close(plain);
	check_uvm(other, "memory.yaml");
	gpuplan_close(other);
	CHECK_U64(errors_of(with), 0);
	gpuplan_close(with);
	unlink(in_folder("boards.csv"));
}

enum { ROUNDS = 20, MANY = 8000 };

/* A plan that is large enough to be read and judged on several threads. */
static char *large_spec(void)
{
	static const char vm[] = "  vm-%d: {host: gpu-1, vcpus: 8, memory: 64GiB, "
				 "uuid: 6d1a7d5e-0001-5000-8000-%012d}\n";
	char *text = malloc(sizeof uvm + MANY * (sizeof vm + 16));
	size_t n = (size_t)(strstr(uvm, "  a:\n") - uvm);

	if (!text)
		abort();
	memcpy(text, uvm, n);
	for (int i = 0; i < MANY; i++)
		n += (size_t)sprintf(text + n, vm, i, i);
	return text;
}

struct run {
	const char *text, *catalog;
	uint32_t jobs, rounds;
	uint64_t wrong; /* sessions that did not find what they should */
	size_t expected;
};

static void *run_sessions(void *data)
{
	static const char *const path = "memory.yaml";
	struct run *run = data;
	struct gpuplan_text text = {path, run->text, strlen(run->text)};
	struct gpuplan_options options = {.paths = &path,
					  .n_paths = 1,
					  .texts = &text,
					  .n_texts = 1,
					  .catalog = run->catalog,
					  .jobs = run->jobs};

	for (uint32_t i = 0; i < run->rounds; i++) {
		const struct gpuplan_finding *findings;
		struct gpuplan_session *session;
		size_t n = SIZE_MAX;

		if (gpuplan_open(&options, &session) == GPUPLAN_OK &&
		    gpuplan_judge(session) == GPUPLAN_OK && gpuplan_settle(session) == GPUPLAN_OK)
			gpuplan_findings(session, &findings, &n);
		run->wrong += n != run->expected;
		gpuplan_close(session);
	}
	return NULL;
}

static void test_threads(void)
{
	char *large = large_spec();
	struct run runs[] = {
		{.text = uvm, .rounds = ROUNDS, .expected = 2},
		{.text = novel, .catalog = folder, .rounds = ROUNDS},
		{.text = large, .rounds = 3, .jobs = 4},
		{.text = broken, .rounds = ROUNDS, .expected = 1},
	};
	enum { N = sizeof runs / sizeof *runs };
	pthread_t threads[N];

	put_novel_board();
	for (size_t i = 0; i < N; i++)
		CHECK(pthread_create(&threads[i], NULL, run_sessions, &runs[i]) == 0);
	for (size_t i = 0; i < N; i++) {
		pthread_join(threads[i], NULL);
		CHECK_U64(runs[i].wrong, 0);
	}
	unlink(in_folder("boards.csv"));
	free(large);
}

int main(void)
{
	CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
	test_memory_and_files();
	test_text_in_folder();
	test_artifacts();
	test_error_spec();
	test_unreadable();
	test_levels();
	test_project();
	test_rendering();
	test_baseline();
	test_order();
	test_only_texts();
	test_two_sessions();
	test_threads();
	CHECK(rmdir(folder) == 0);
	return check_done();
}
