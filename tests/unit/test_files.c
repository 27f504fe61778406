/* One contract, two implementations: the system's files in a folder of their own, and a tree in
 * memory. Then texts in front of files, folders that keep paths inside, and a plan whose every file
 * lies in memory. */
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/files.h"
#include "compiler/output/output.h"
#include "compiler/session/session.h"
#include "tests/unit/check.h"

static char folder[] = "/tmp/gpuplan-files-XXXXXX";
static struct arena *arena;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

/* What a file holds; "(none)" where it cannot be read. */
static struct str get(const struct files *files, const char *path)
{
	struct str text;

	return files->read(files, arena, path, READ_REGULAR, 1 << 20, &text) ? STR("(none)") : text;
}

static int kind(const struct files *files, const char *path)
{
	struct file_facts facts;

	return files->look(files, path, false, &facts) ? -1 : (int)facts.kind;
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct file_entry *)a)->name, ((const struct file_entry *)b)->name);
}

/* "a b/ c": the names in a folder, of folders with a slash. */
static struct str names(const struct files *files, const char *path)
{
	struct file_list list;
	struct str all = STR("");

	if (files->list(files, arena, path, 100, &list))
		return STR("(none)");
	if (list.n)
		qsort(list.items, list.n, sizeof *list.items, compare_entries);
	for (uint32_t i = 0; i < list.n; i++)
		all = arena_printf(arena, "%.*s%s%s%s", STR_ARG(all), i ? " " : "",
				   list.items[i].name,
				   list.items[i].kind == FILE_FOLDER ? "/" : "");
	return all;
}

/* --- the contract --- */

static void check_reading(const struct files *files)
{
	struct file_facts facts, again;
	struct file_list list;
	const char *real, *same;
	struct str text;

	CHECK(files->make_folder(files, "a") == 0);
	CHECK(files->make_folder(files, "a") == EEXIST);
	CHECK(files->make_folder(files, "b/c") == ENOENT);
	CHECK(files->make_folder(files, "a/b") == 0);
	CHECK(files->overwrite(files, "a/x", STR("1234")) == 0);
	CHECK(files->overwrite(files, "a/b/y", STR("")) == 0);
	CHECK(files->overwrite(files, "nowhere/x", STR("")) == ENOENT);
	CHECK_STR(get(files, "a/x"), "1234");
	CHECK_STR(get(files, "./a/../a//x"), "1234");
	CHECK_STR(get(files, "a/b/y"), "");
	CHECK(files->read(files, arena, "a/x", READ_ANY, 4, &text) == 0 && text.n == 4);
	CHECK(files->read(files, arena, "a/x", READ_ANY, 3, &text) == 0 && text.n == 4);
	CHECK(files->read(files, arena, "a/x", READ_ANY, 2, &text) == 0 && text.n == 3);
	CHECK(files->read(files, arena, "a/z", READ_ANY, 2, &text) == ENOENT);
	CHECK(files->read(files, arena, "a", READ_ANY, 2, &text) == EISDIR);
	CHECK(files->read(files, arena, "a", READ_REGULAR, 2, &text) == FILES_NOT_REGULAR);
	CHECK(kind(files, "a") == FILE_FOLDER && kind(files, "a/x") == FILE_REGULAR);
	CHECK(files->look(files, "a/z", true, &facts) == ENOENT);
	CHECK(files->look(files, "a/x", true, &facts) == 0);
	CHECK(files->look(files, "a/b/../x", true, &again) == 0);
	CHECK(facts.device == again.device && facts.number == again.number && facts.names == 1);
	CHECK(files->look(files, "a/b/y", true, &again) == 0 && facts.number != again.number);
	CHECK_STR(names(files, "."), "a/");
	CHECK_STR(names(files, "a"), "b/ x");
	CHECK(files->list(files, arena, "a", 1, &list) == E2BIG);
	CHECK(files->list(files, arena, "a/x", 9, &list) == ENOTDIR);
	CHECK(files->real_path(files, arena, "a/z", &real) == ENOENT);
	CHECK(files->real_path(files, arena, "a/b/..//x", &real) == 0 && *real == '/');
	CHECK(files->real_path(files, arena, "a/x", &same) == 0 && strcmp(real, same) == 0);
	CHECK(files->read_link(files, arena, "a/x", &text) != 0);
}

static void check_writing(const struct files *files)
{
	struct arena *scratch = arena_new();
	const char *staged = "";
	bool same = false;

	CHECK(files->stage(files, arena, "b/x", STR("new"), 0644, &staged) == ENOENT);
	CHECK(files->stage(files, arena, "a/z", STR("new"), 0, &staged) == ENOENT);
	CHECK(files->stage(files, arena, "a/x", STR("new"), 0, &staged) == 0);
	CHECK_STR(get(files, "a/x"), "1234");
	CHECK_STR(get(files, staged), "new");
	CHECK(strncmp(staged, "a/", 2) == 0 && files_is_staged(staged + 2));
	CHECK(!files_is_staged("x") && !files_is_staged(".x.gpuplan-12345"));
	CHECK(files->rename(files, staged, "a/x") == 0);
	CHECK(files->rename(files, staged, "a/x") == ENOENT);
	CHECK_STR(get(files, "a/x"), "new");
	CHECK_STR(names(files, "a"), "b/ x");
	CHECK(files->remove(files, "a", FILE_FOLDER) == ENOTEMPTY);
	CHECK(files->remove(files, "a/b", FILE_REGULAR) == EISDIR);
	CHECK(files->remove(files, "a/b/y", FILE_FOLDER) == ENOTDIR);
	CHECK(files->remove(files, "a/b/y", FILE_REGULAR) == 0);
	CHECK(files->remove(files, "a/b/y", FILE_REGULAR) == ENOENT);
	CHECK(files->remove(files, "a/b", FILE_FOLDER) == 0);
	CHECK(files->sync(files, "a") == 0 && files->sync(files, "a/b") == ENOENT);
	CHECK(files->may_write(files, "a/x") == 0 && files->may_write(files, "a/.") == 0);
	CHECK(files_compare(files, scratch, "a/x", STR("new"), &same) == 0 && same);
	CHECK(files_compare(files, scratch, "a/x", STR("ne"), &same) == 0 && !same);
	arena_free(scratch);
	CHECK(files_write(files, arena, "a/new", STR("1")) == 0);
	CHECK(files_write(files, arena, "a/new", STR("2")) == 0);
	CHECK(files_write(files, arena, "b/new", STR("2")) == ENOENT);
	CHECK(files_write(files, arena, "a", STR("2")) == EISDIR);
	CHECK_STR(get(files, "a/new"), "2");
	CHECK_STR(names(files, "a"), "new x");
}

static void check_folders(const struct files *files)
{
	struct files inner, root;
	struct str text;

	CHECK(files->open(files, arena, "a/x", REACH_ALL, &inner) == ENOTDIR);
	CHECK(files->open(files, arena, "b", REACH_ALL, &inner) == ENOENT);
	CHECK(files->open(files, arena, "a", REACH_ALL, &inner) == 0);
	CHECK_STR(get(&inner, "x"), "new");
	CHECK_STR(get(&inner, "../a/x"), "new");
	inner.close(&inner);

	CHECK(files->open(files, arena, "a", REACH_IN_ROOT, &root) == 0);
	CHECK_STR(get(&root, "x"), "new");
	CHECK_STR(get(&root, "/x"), "new");
	CHECK_STR(get(&root, "../../x"), "new");
	CHECK_STR(names(&root, "/"), "new x");
	root.close(&root);

	CHECK(files->open(files, arena, ".", REACH_NAMES, &root) == 0);
	CHECK(root.lock(&root, true) == 0);
	CHECK_STR(get(&root, "a/x"), "new");
	CHECK(root.read(&root, arena, "../x", READ_ANY, 9, &text) != 0);
	CHECK(root.read(&root, arena, "/x", READ_ANY, 9, &text) == ENOENT);
	CHECK(root.make_folder(&root, "a/deep") == 0 && root.make_folder(&root, "a/deep/er") == 0);
	CHECK(root.overwrite(&root, "a/deep/er/f", STR("f")) == 0);
	CHECK_STR(get(files, "a/deep/er/f"), "f");
	CHECK(root.remove(&root, "a/deep/er/f", FILE_REGULAR) == 0);
	CHECK(root.remove(&root, "a/deep/er", FILE_FOLDER) == 0);
	CHECK(root.remove(&root, "a/deep", FILE_FOLDER) == 0);
	CHECK_STR(names(&root, "a"), "new x");
	root.close(&root);
}

static void check_contract(const struct files *files)
{
	check_reading(files);
	check_writing(files);
	check_folders(files);
}

/* --- links, which only the system has --- */

static void test_links(const struct files *files)
{
	struct files root;
	struct str text;

	CHECK(symlink("a", arena_printf(arena, "%s/link", folder).p) == 0);
	CHECK(symlink("/a/x", arena_printf(arena, "%s/absolute", folder).p) == 0);
	CHECK(symlink("/etc", arena_printf(arena, "%s/out", folder).p) == 0);
	CHECK(kind(files, "link") == FILE_LINK);
	CHECK_STR(get(files, "link/x"), "new");
	CHECK(files->read_link(files, arena, "link", &text) == 0);
	CHECK_STR(text, "a");
	CHECK(files->read(files, arena, "link", READ_REGULAR | READ_NOFOLLOW, 9, &text) ==
	      FILES_NOT_REGULAR);

	CHECK(files->open(files, arena, ".", REACH_NAMES, &root) == 0);
	CHECK(root.read(&root, arena, "link/x", READ_ANY, 9, &text) == ENOTDIR);
	CHECK(root.read(&root, arena, "absolute", READ_REGULAR, 9, &text) == FILES_NOT_REGULAR);
	CHECK(root.read(&root, arena, "a/../a/x", READ_ANY, 9, &text) == EXDEV);
	CHECK(root.read(&root, arena, "..", READ_ANY, 9, &text) == EXDEV);
	CHECK(root.overwrite(&root, "link/new", STR("3")) == ENOTDIR);
	CHECK(root.remove(&root, "link/new", FILE_REGULAR) == ENOTDIR);
	CHECK(root.rename(&root, "a/new", "link/new") != 0);
	/* The folder that is behind the path now, not the one that was. */
	CHECK_STR(get(&root, "a/x"), "new");
	root.close(&root);

	CHECK(files->open(files, arena, ".", REACH_IN_ROOT, &root) == 0);
	CHECK_STR(get(&root, "absolute"), "new");
	CHECK_STR(get(&root, "link/x"), "new");
	CHECK(root.read(&root, arena, "out/passwd", READ_ANY, 9, &text) == ENOENT);
	root.close(&root);
}

/* --- texts in front --- */

static void test_overlay(const struct files *under)
{
	struct overlay_text texts[] = {
		{files_join(arena, under->name, STR("w/new/deep/1.yaml")), STR("one")},
		{files_join(arena, under->name, STR("w/a.yaml")), STR("held")},
		{files_join(arena, under->name, STR("w/new-er/2.yaml")), STR("two")},
		{files_join(arena, under->name, STR("w/new/3.yaml")), STR("three")},
	};
	struct overlay overlay = {texts, 4};
	struct files files = overlay_files(&overlay, under), inner;
	struct str text;

	overlay_sort(&overlay);
	CHECK(under->make_folder(under, "w") == 0);
	CHECK(under->overwrite(under, "w/a.yaml", STR("disk")) == 0);
	CHECK(under->overwrite(under, "w/b.yaml", STR("disk")) == 0);
	CHECK_STR(get(&files, "w/a.yaml"), "held");
	CHECK_STR(get(&files, "w/b.yaml"), "disk");
	CHECK(files.read(&files, arena, "w/a.yaml", READ_ANY, 2, &text) == 0 && text.n == 3);
	CHECK_STR(names(&files, "w"), "a.yaml b.yaml new/ new-er/");
	CHECK_STR(names(&files, "w/new"), "3.yaml deep/");
	CHECK_STR(names(&files, "w/new/deep"), "1.yaml");
	CHECK_STR(names(&files, "w/none"), "(none)");
	CHECK(kind(&files, "w/new") == FILE_FOLDER && kind(&files, "w/new/") == FILE_FOLDER);
	CHECK(kind(&files, "w/new/3.yaml") == FILE_REGULAR && kind(&files, "w/ne") == -1);
	CHECK(files.open(&files, arena, "w", REACH_ALL, &inner) == 0);
	CHECK_STR(get(&inner, "b.yaml"), "disk");
	CHECK_STR(get(&inner, "a.yaml"), "held");
	CHECK_STR(names(&inner, "new"), "3.yaml deep/");
	inner.close(&inner);
}

/* --- a plan in memory --- */

static const char hosts[] = "version: 1\n"
			    "hosts:\n"
			    "  h:\n"
			    "    hypervisor: kvm\n"
			    "    versions: {qemu: 9.2.0, libvirt: 10.0.0}\n"
			    "    captures: {topo: captures/topo.txt}\n"
			    "    pcie_p2p: [[g0, g1]]\n"
			    "    gpus:\n"
			    "      g0: {board: l40s, address: 05:00.0}\n"
			    "      g1: {board: l40s, address: 06:00.0}\n";
static const char topo[] = "\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\n"
			   "GPU0\t X \tPIX\t0-15\t0\nGPU1\tPIX\t X \t0-15\t0\n";
static const char vms[] = "version: 1\n"
			  "vms:\n"
			  "  a:\n"
			  "    host: h\n"
			  "    vcpus: 8\n"
			  "    memory: 64GiB\n"
			  "    hugepages: 1GiB\n"
			  "    p2p: pcie\n"
			  "    gpus: [g0, g1]\n"
			  "    disks: [{file: /a.qcow2}]\n";

static struct gpuplan_session *judged(const struct files *files, const char *path)
{
	struct gpuplan_options options = {.paths = &path, .n_paths = 1, .project_folder = path};
	struct gpuplan_session *session;

	CHECK(session_open(&options, files, NULL, &session) == GPUPLAN_OK);
	CHECK(session_judge(session) == GPUPLAN_OK && session_settle(session) == GPUPLAN_OK);
	return session;
}

static bool has(const struct gpuplan_session *session, const char *rule, const char *words)
{
	for (uint32_t i = 0; i < session->findings.n; i++) {
		struct str text = session->findings.items[i].message;

		if (strcmp(session->findings.items[i].rule, rule) == 0 &&
		    memmem(text.p, text.n, words, strlen(words)))
			return true;
	}
	return false;
}

static uint32_t failing(const struct gpuplan_session *session)
{
	return findings_count(&session->findings, SEVERITY_ERROR) +
	       findings_count(&session->findings, SEVERITY_WARNING);
}

static void add_plan(const struct files *files)
{
	memory_add(files, "/etc/passwd", STR("root"));
	memory_add(files, "/repo/.git/HEAD", STR(""));
	memory_add(files, "/repo/.gpuplan.yaml", STR("exclude: [old]\n"));
	memory_add(files, "/repo/specs/hosts.yaml", str_of(hosts));
	memory_add(files, "/repo/specs/captures/topo.txt", str_of(topo));
	memory_add(files, "/repo/specs/vms/a.yaml", str_of(vms));
	memory_add(files, "/repo/specs/.hidden/b.yaml", STR("version: 2\n"));
	memory_add(files, "/repo/specs/old/b.yaml", STR("version: 2\n"));
	memory_add(files, "/repo/specs/notes.txt", STR("version: 2\n"));
}

static void write_artifacts(struct gpuplan_session *session, const struct files *files,
			    struct output_counts *counts)
{
	const struct gpuplan_artifact *artifacts;
	struct output output;
	struct str error;
	size_t n = 0;

	CHECK(session_artifacts(session, NULL, &artifacts, &n) == GPUPLAN_OK && n > 0);
	output_init(&output, arena, files, "0", NULL);
	for (size_t i = 0; i < n; i++)
		output_add(&output, artifacts[i].target, STR(""), STR(""),
			   str_of(artifacts[i].path),
			   (struct str){artifacts[i].text, artifacts[i].length});
	CHECK(output_write(&output, "/repo/out/deep", counts, &error) == OUTPUT_OK);
	CHECK_U64(counts->written + counts->unchanged, n);
}

static void test_plan(void)
{
	struct files files = memory_files(arena);
	struct output_counts counts;
	struct gpuplan_session *session;

	add_plan(&files);
	session = judged(&files, "/repo/specs");
	CHECK_U64(session->plan->n_files, 2);
	CHECK_U64(session->plan->n_hosts, 1);
	CHECK_U64(session->plan->n_vms, 1);
	CHECK_U64(failing(session), 0);
	write_artifacts(session, &files, &counts);
	CHECK_U64(counts.unchanged, 0);
	CHECK(memmem(get(&files, "/repo/out/deep/h/a.xml").p, 7, "<domain", 7));
	write_artifacts(session, &files, &counts);
	CHECK_U64(counts.written, 0);
	session_close(session);

	/* A capture that says otherwise, one that leads out of the repository, and none. */
	memory_add(&files, "/repo/specs/captures/topo.txt", STR("nonsense\n"));
	session = judged(&files, "/repo/specs");
	CHECK(has(session, "spec-capture", "no matrix"));
	session_close(session);
	memory_add(&files, "/repo/specs/hosts.yaml",
		   STR("version: 1\nhosts: {h: {captures: {topo: ../../etc/passwd}}}\n"));
	session = judged(&files, "/repo/specs");
	CHECK(has(session, "spec-capture", "outside the spec's repository"));
	session_close(session);
	memory_add(&files, "/repo/specs/hosts.yaml",
		   STR("version: 1\nhosts: {h: {captures: {topo: none.txt}}}\n"));
	session = judged(&files, "/repo/specs");
	CHECK(has(session, "spec-capture", "No such file"));
	session_close(session);
}

int main(void)
{
	struct files system, memory;

	arena = arena_new();
	if (!mkdtemp(folder) ||
	    system_files.open(&system_files, arena, folder, REACH_ALL, &system)) {
		perror(folder);
		return 1;
	}
	check_contract(&system);
	test_links(&system);
	test_overlay(&system);
	system.close(&system);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);

	memory = memory_files(arena);
	check_contract(&memory);
	test_overlay(&memory);
	test_plan();
	arena_free(arena);
	return check_done();
}
