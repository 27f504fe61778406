#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/diff.h"
#include "compiler/output/output.h"
#include "tests/unit/check.h"

static struct arena *arena;
static struct output output;
static struct output_counts counts;
static struct str error;

/* --- the folder that the tests work in --- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void clean(void)
{
	chmod("out", 0755);
	chmod("out/h", 0755);
	nftw("out", remove_one, 16, FTW_DEPTH | FTW_PHYS);
	remove("elsewhere");
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	CHECK(f);
	if (!f)
		return;
	CHECK(fputs(text, f) >= 0);
	CHECK(fclose(f) == 0);
}

/* The text of a file; "(none)" where there is none. */
static struct str get(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = arena_alloc(arena, 65536);
	size_t n;

	if (!f)
		return STR("(none)");
	n = fread(text, 1, 65535, f);
	fclose(f);
	return (struct str){text, n};
}

static bool there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int n_entries;

static int count_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path, (void)st, (void)type, (void)ftw;
	n_entries++;
	return 0;
}

/* Everything under the folder, itself included. */
static int entries(void)
{
	n_entries = 0;
	nftw("out", count_one, 16, FTW_PHYS);
	return n_entries;
}

/* --- a run --- */

static const char *const vmx_only[] = {"vmx", NULL};

static void begin(const char *const *targets)
{
	output_init(&output, arena, &system_files, "0.1.0", targets);
	output_add_source(&output, STR("specs/a.yaml"), false, STR("version: 1\n"));
	error = (struct str){0};
}

static void add(const char *vm, const char *suffix, const char *target, const char *text)
{
	output_add(&output, target, STR("h"), str_of(vm), arena_printf(arena, "h/%s%s", vm, suffix),
		   str_of(text));
}

static enum output_status write_out(void)
{
	return output_write(&output, "out", &counts, &error);
}

static void two_files(void)
{
	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	add("b", ".vmx", "vmx", "b = \"1\"\n");
	CHECK(write_out() == OUTPUT_OK);
}

static bool error_has(const char *text)
{
	return error.n && memmem(error.p, error.n, text, strlen(text));
}

static void test_write(void)
{
	struct stat st;
	mode_t mask = umask(0027);

	two_files();
	umask(mask);
	CHECK_U64(counts.written, 2);
	CHECK_U64(counts.unchanged, 0);
	CHECK_STR(get("out/h/a.xml"), "<a/>\n");
	CHECK_STR(get("out/h/b.vmx"), "b = \"1\"\n");
	CHECK(memmem(get("out/manifest.json").p, 65535, "\"path\": \"a.yaml\"", 16));
	CHECK(stat("out/h/a.xml", &st) == 0 && (st.st_mode & 07777) == 0640);
	CHECK(stat("out/h", &st) == 0 && (st.st_mode & 07777) == 0750);
	CHECK(entries() == 5);
}

static void test_folder_path(void)
{
	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	CHECK(output_write(&output, "out/deep/er/", &counts, &error) == OUTPUT_OK);
	CHECK_STR(get("out/deep/er/h/a.xml"), "<a/>\n");
}

static void test_unchanged(void)
{
	struct stat before[3], after;
	const char *paths[] = {"out/h/a.xml", "out/h/b.vmx", "out/manifest.json"};

	two_files();
	for (int i = 0; i < 3; i++)
		CHECK(stat(paths[i], &before[i]) == 0);
	two_files();
	CHECK_U64(counts.written, 0);
	CHECK_U64(counts.unchanged, 2);
	for (int i = 0; i < 3; i++)
		CHECK(stat(paths[i], &after) == 0 && after.st_ino == before[i].st_ino &&
		      after.st_mtim.tv_nsec == before[i].st_mtim.tv_nsec);

	begin(NULL);
	add("a", ".xml", "libvirt", "<a2/>\n");
	add("b", ".vmx", "vmx", "b = \"1\"\n");
	CHECK(write_out() == OUTPUT_OK);
	CHECK_U64(counts.written, 1);
	CHECK_STR(get("out/h/a.xml"), "<a2/>\n");
	CHECK(stat(paths[1], &after) == 0 && after.st_ino == before[1].st_ino);
}

static void test_stale(void)
{
	two_files();
	put("out/h/mine.txt", "mine");
	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	CHECK(write_out() == OUTPUT_OK);
	CHECK_U64(counts.removed, 1);
	CHECK(!there("out/h/b.vmx") && there("out/h/a.xml") && there("out/h/mine.txt"));

	begin(NULL);
	CHECK(write_out() == OUTPUT_OK);
	CHECK(!there("out/h/a.xml") && there("out/h/mine.txt"));

	two_files();
	remove("out/h/mine.txt");
	begin(NULL);
	CHECK(write_out() == OUTPUT_OK);
	CHECK(!there("out/h") && entries() == 2);
}

/* A stale file that has become something else since is not ours any more. */
static void test_stale_changed_kind(void)
{
	two_files();
	put("elsewhere", "mine");
	remove("out/h/b.vmx");
	CHECK(symlink("../../elsewhere", "out/h/b.vmx") == 0);
	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	CHECK(write_out() == OUTPUT_OK);
	CHECK_U64(counts.removed, 0);
	CHECK(there("out/h/b.vmx") && there("elsewhere"));
}

static void test_foreign(void)
{
	CHECK(mkdir("out", 0755) == 0 && mkdir("out/h", 0755) == 0);
	put("out/h/b.vmx", "somebody's");
	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	add("b", ".vmx", "vmx", "b = \"1\"\n");
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(error_has("'out/h/b.vmx' is in the way"));
	CHECK_STR(get("out/h/b.vmx"), "somebody's");
	CHECK(entries() == 3);

	/* The same bytes are as good as ours, and are ours from then on. */
	put("out/h/b.vmx", "b = \"1\"\n");
	two_files();
	begin(NULL);
	add("b", ".vmx", "vmx", "b = \"2\"\n");
	CHECK(write_out() == OUTPUT_OK);
}

static void test_links(void)
{
	/* For the file, */
	two_files();
	put("elsewhere", "<a/>\n");
	remove("out/h/a.xml");
	CHECK(symlink("../../elsewhere", "out/h/a.xml") == 0);
	begin(NULL);
	add("a", ".xml", "libvirt", "<new/>\n");
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(error_has("not a regular file"));
	CHECK_STR(get("elsewhere"), "<a/>\n");

	/* its folder, */
	clean();
	CHECK(mkdir("out", 0755) == 0 && mkdir("out/real", 0755) == 0);
	CHECK(symlink("real", "out/h") == 0);
	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(error_has("'out/h' is not a folder"));
	CHECK(!there("out/real/a.xml"));

	/* and the manifest. The folder itself is what the user named. */
	clean();
	CHECK(mkdir("out", 0755) == 0);
	CHECK(symlink("../elsewhere", "out/manifest.json") == 0);
	begin(NULL);
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(error_has("manifest.json' is not a regular file"));
}

/* Opening a pipe would wait for ever. */
static void test_pipe(void)
{
	CHECK(mkdir("out", 0755) == 0 && mkdir("out/h", 0755) == 0);
	CHECK(mkfifo("out/h/a.xml", 0644) == 0);
	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(error_has("in the way"));
}

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILE_OF(path, host, vm)                                                                    \
	"{\"version\": 1, \"gpuplan\": \"0.1.0\", \"sources\": [], \"files\": [{\"path\": \"" path \
	"\", \"target\": \"vmx\", \"host\": \"" host "\", \"vm\": \"" vm "\", \"sha256\": \"" SHA  \
	"\", \"size\": 1}]}"

static void test_hostile_manifest(void)
{
	static const char *const manifests[] = {
		"",
		"null",
		"[]",
		"{}",
		"not json",
		"{\"version\": 1, \"gpuplan\": \"0.1.0\", \"sources\": [], \"files\": [1]}",
		"{\"version\": 2, \"gpuplan\": \"0.1.0\", \"sources\": [], \"files\": []}",
		"{\"version\": 1, \"gpuplan\": \"0.1.0\", \"sources\": [], \"files\": []} x",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		FILE_OF("../elsewhere", "..", "elsewhere"),
		FILE_OF("h/../../elsewhere", "h", "x"),
		FILE_OF("/etc/passwd", "", "passwd"),
		FILE_OF("h/.ssh", "h", ""),
		FILE_OF(".git/config", ".git", "config"),
		FILE_OF("h/a\\u0000b.vmx", "h", "a"),
		FILE_OF("h/a\\nb.vmx", "h", "a"),
		FILE_OF("h//a.vmx", "h", "a"),
		FILE_OF("h/a.vmx/", "h", "a"),
		FILE_OF("h/./a.vmx", "h", "a"),
		FILE_OF("h/sub/../../../elsewhere", "h", "a"),
		FILE_OF("..", "h", "a"),
		FILE_OF("h/.a.vmx.gpuplan-aB3dE6", "h", "a"),
		FILE_OF("a/b/c/d/e/f/g/h/i/a.vmx", "h", "a"),
		FILE_OF("", "h", "a"),
		FILE_OF("h/a.vmx", "../h", "a"),
		FILE_OF("h/a.vmx", "h", ".a"),
		FILE_OF("manifest.json", "h", "a"),
	};

	put("elsewhere", "mine");
	for (size_t i = 0; i < sizeof manifests / sizeof *manifests; i++) {
		mkdir("out", 0755);
		put("out/manifest.json", manifests[i]);
		begin(NULL);
		add("a", ".xml", "libvirt", "<a/>\n");
		CHECK(write_out() == OUTPUT_FAILED);
		CHECK(error_has("'out/manifest.json' cannot be used: "));
		CHECK_STR(get("out/manifest.json"), manifests[i]);
		CHECK(entries() == 2 && there("elsewhere"));
	}
	put("out/manifest.json", FILE_OF("h/a.vmx", "h", "a"));
	begin(NULL);
	CHECK(write_out() == OUTPUT_OK);
}

static void at(const char *path, const char *text)
{
	output_add(&output, "vmx", STR(""), STR(""), str_of(path), str_of(text));
}

static void begin_tree(void)
{
	begin(NULL);
	at("top.yaml", "t\n");
	at("a/b/c.yaml", "c\n");
	at("a.x/d.yaml", "d\n");
	at("a/e.yaml", "e\n");
}

/* Files at the top, and in folders within folders. */
static void test_paths(void)
{
	begin_tree();
	CHECK(write_out() == OUTPUT_OK);
	CHECK_U64(counts.written, 4);
	CHECK_STR(get("out/top.yaml"), "t\n");
	CHECK_STR(get("out/a/b/c.yaml"), "c\n");
	CHECK_STR(get("out/a.x/d.yaml"), "d\n");
	CHECK(!memmem(get("out/manifest.json").p, 65535, "\"host\"", 6));
	CHECK(entries() == 9);
	begin_tree();
	CHECK(write_out() == OUTPUT_OK);
	CHECK_U64(counts.unchanged, 4);

	/* Folders go with the last file in them. */
	begin(NULL);
	at("a/e.yaml", "e\n");
	CHECK(write_out() == OUTPUT_OK);
	CHECK_U64(counts.removed, 3);
	CHECK(entries() == 4 && there("out/a/e.yaml"));
	begin_tree();
	CHECK(write_out() == OUTPUT_OK);
	begin(NULL);
	CHECK(write_out() == OUTPUT_OK);
	CHECK(entries() == 2);
}

static void test_path_conflicts(void)
{
	/* Two files of one run, */
	begin(NULL);
	at("a", "a\n");
	at("a.x", "x\n");
	at("a/b/c", "c\n");
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(error_has("'out/a' would be a file and a folder"));
	CHECK(!there("out"));

	/* a file where a folder was, and a folder where a file was; */
	begin_tree();
	CHECK(write_out() == OUTPUT_OK);
	begin(NULL);
	at("a", "a\n");
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(error_has("'out/a' is in the way"));
	begin(NULL);
	at("a/e.yaml/f", "f\n");
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(error_has("'out/a/e.yaml' is not a folder"));
	CHECK(entries() == 9);

	/* a link in the middle, to a folder where the file is not ours. */
	CHECK(rename("out/a/b", "out/real") == 0 && symlink("../real", "out/a/b") == 0);
	begin_tree();
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(error_has("'out/a/b' is not a folder"));
	begin(NULL);
	CHECK(write_out() == OUTPUT_OK);
	CHECK_STR(get("out/real/c.yaml"), "c\n");
}

/* A failure takes away every folder that was made. */
static void test_path_undo(void)
{
	struct rlimit limit, small;
	char large[4096];

	memset(large, 'x', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	begin(NULL);
	CHECK(write_out() == OUTPUT_OK);
	begin_tree();
	at("z/y/x", large);
	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	small = (struct rlimit){2048, limit.rlim_max};
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHECK(error_has("cannot write 'out/z/y/x'"));
	CHECK(entries() == 2);
}

/* A full disk: no file may grow beyond a few bytes. */
static void test_full_disk(void)
{
	struct rlimit limit, small;
	struct str before;
	char large[4096];

	memset(large, 'x', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	two_files();
	before = get("out/manifest.json");
	begin(NULL);
	add("a", ".xml", "libvirt", "<a2/>\n");
	output_add(&output, "libvirt", STR("new"), STR("z"), STR("new/z.xml"), str_of(large));
	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	small = (struct rlimit){1024, limit.rlim_max};
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHECK(error_has("cannot write 'out/new/z.xml'"));
	CHECK_STR(get("out/h/a.xml"), "<a/>\n");
	CHECK_STR_EQ(get("out/manifest.json"), before);
	CHECK(entries() == 5);

	/* Nor does a folder stay that was made for it. */
	clean();
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CHECK(write_out() == OUTPUT_FAILED);
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHECK(!there("out"));
}

/* In a child, since root may write everywhere. */
static int run_read_only(void)
{
	if (geteuid() == 0 && (chown("out", 65534, 65534) != 0 ||
			       chown("out/h", 65534, 65534) != 0 || seteuid(65534) != 0))
		return 2;
	/* Nothing to do needs no permission. */
	if (chmod("out/h", 0555) != 0 || chmod("out", 0555) != 0 || write_out() != OUTPUT_OK)
		return 3;
	begin(NULL);
	add("a", ".xml", "libvirt", "<a2/>\n");
	if (write_out() != OUTPUT_FAILED || !error_has("Permission denied"))
		return 4;
	/* Only something to remove, in a folder that lets nobody: found before any rename. */
	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	if (chmod("out", 0755) != 0 || write_out() != OUTPUT_FAILED || !error_has("cannot remove"))
		return 5;
	return 0;
}

static void test_read_only(void)
{
	struct str before;
	int status;
	pid_t child;

	two_files();
	before = get("out/manifest.json");
	CHECK(chmod(".", 0755) == 0);
	fflush(NULL);
	child = fork();
	if (child == 0)
		_exit(run_read_only());
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	CHECK_U64((uint64_t)WEXITSTATUS(status), 0);
	CHECK_STR_EQ(get("out/manifest.json"), before);
	CHECK(entries() == 5);
}

static void test_targets(void)
{
	two_files();
	begin(vmx_only);
	add("c", ".vmx", "vmx", "c = \"1\"\n");
	CHECK(write_out() == OUTPUT_OK);
	CHECK_U64(counts.removed, 1);
	CHECK(there("out/h/a.xml") && !there("out/h/b.vmx") && there("out/h/c.vmx"));
	/* a.xml stayed in the manifest: a run that considers it removes it. */
	begin(NULL);
	add("c", ".vmx", "vmx", "c = \"1\"\n");
	CHECK(write_out() == OUTPUT_OK);
	CHECK(!there("out/h/a.xml") && there("out/h/c.vmx"));
}

/* What a run leaves that was killed in the middle of its renames: a new file that the manifest does
 * not list, and the written manifest that does. */
static void test_killed(void)
{
	struct str staged;

	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	add("c", ".xml", "libvirt", "<c/>\n");
	CHECK(write_out() == OUTPUT_OK);
	staged = get("out/manifest.json");
	clean();
	two_files();
	put("out/.manifest.json.gpuplan-aB3dE6", arena_printf(arena, "%.*s", STR_ARG(staged)).p);
	put("out/h/c.xml", "<c/>\n");
	put("out/h/.d.xml.gpuplan-aB3dE6", "<d");
	put("out/h/.keep.gpuplan-notes", "mine");

	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	add("c", ".xml", "libvirt", "<changed since/>\n");
	CHECK(write_out() == OUTPUT_OK);
	CHECK_STR(get("out/h/c.xml"), "<changed since/>\n");
	CHECK(!there("out/h/b.vmx") && there("out/h/.keep.gpuplan-notes"));
	CHECK(entries() == 6);
}

static struct str check_out(enum output_status expected)
{
	struct buffer diff;

	buffer_init(&diff, arena);
	CHECK(output_check(&output, "out", &diff, &error) == expected);
	return buffer_text(&diff);
}

static bool has(struct str text, const char *piece)
{
	return text.n && memmem(text.p, text.n, piece, strlen(piece));
}

static void test_check(void)
{
	struct str diff;

	begin(NULL);
	add("a", ".xml", "libvirt", "<a/>\n");
	diff = check_out(OUTPUT_DRIFT);
	CHECK(has(diff, "--- /dev/null\n+++ b/h/a.xml\n@@ -0,0 +1 @@\n+<a/>\n"));
	CHECK(has(diff, "+++ b/manifest.json\n"));
	CHECK(!there("out"));

	two_files();
	CHECK_STR(check_out(OUTPUT_OK), "");
	put("out/h/a.xml", "<b/>\n");
	diff = check_out(OUTPUT_DRIFT);
	CHECK_STR(diff, "--- a/h/a.xml\n+++ b/h/a.xml\n@@ -1 +1 @@\n-<b/>\n+<a/>\n");
	CHECK_STR(get("out/h/a.xml"), "<b/>\n");

	begin(vmx_only);
	diff = check_out(OUTPUT_DRIFT);
	CHECK(has(diff, "--- a/h/b.vmx\n+++ /dev/null\n@@ -1 +0,0 @@\n-b = \"1\"\n"));
	CHECK(!has(diff, "a/h/a.xml\n"));
	CHECK(there("out/h/b.vmx"));
}

static void test_diff(void)
{
	struct buffer out;

	buffer_init(&out, arena);
	diff_unified(&out, STR("a"), STR("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), STR("b"),
		     STR("1\n2\n3\n4\nfive\n6\n7\n8\n9"));
	CHECK_STR(buffer_text(&out),
		  "--- a\n+++ b\n@@ -2,8 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n-9\n"
		  "+9\n\\ No newline at end of file\n");
	buffer_init(&out, arena);
	diff_unified(&out, STR("a"), STR("same\n"), STR("b"), STR("same\n"));
	CHECK_STR(buffer_text(&out), "");
	diff_unified(&out, STR("a"), (struct str){"x\0y", 3}, STR("b"), STR("x"));
	CHECK_STR(buffer_text(&out), "Binary files a and b differ\n");
}

static void test_sources(void)
{
	struct str manifest;

	output_init(&output, arena, &system_files, "0.1.0", NULL);
	output_add_source(&output, STR("x/y/a.yaml"), false, STR("1"));
	output_add_source(&output, STR("./x/z/../b.yaml"), false, STR("2"));
	output_add_source(&output, STR("x//b.yaml"), false, STR("2"));
	output_add_source(&output, STR("x/\xff.yaml"), false, STR("3"));
	output_add_source(&output, STR("<stdin>"), true, STR("4"));
	output_add_source(&output, STR("../../etc/c.yaml"), true, STR("5"));
	CHECK(write_out() == OUTPUT_OK);
	manifest = get("out/manifest.json");
	CHECK(has(manifest, "\"path\": \"y/a.yaml\""));
	CHECK(has(manifest, "\"path\": \"b.yaml\""));
	CHECK(has(manifest, "\"path\": \"\xef\xbf\xbd.yaml\""));
	CHECK(has(manifest, "\"path\": \"<stdin>\""));
	CHECK(has(manifest, "\"path\": \"c.yaml\""));
	CHECK(has(manifest,
		  "\"sha256\": "
		  "\"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b\""));
}

static void test_depfile(void)
{
	output_init(&output, arena, &system_files, "0.1.0", NULL);
	output_add_source(&output, STR("a b.yaml"), false, STR(""));
	output_add_source(&output, STR("c$#.yaml"), false, STR(""));
	output_add_source(&output, STR("d\\ e.yaml"), false, STR(""));
	output_add_source(&output, STR("<stdin>"), true, STR(""));
	output_add_source(&output, STR("two\nlines.yaml"), false, STR(""));
	output_add_input(&output, STR(".gpuplan.yaml"));
	CHECK_STR(output_depfile(&output, "my out/"),
		  "my\\ out/manifest.json: \\\n  a\\ b.yaml \\\n  c$$\\#.yaml "
		  "\\\n  d\\\\\\ e.yaml \\\n  .gpuplan.yaml\n");
}

int main(void)
{
	static void (*const tests[])(void) = {
		test_write,
		test_folder_path,
		test_unchanged,
		test_stale,
		test_stale_changed_kind,
		test_foreign,
		test_links,
		test_pipe,
		test_hostile_manifest,
		test_paths,
		test_path_conflicts,
		test_path_undo,
		test_full_disk,
		test_read_only,
		test_targets,
		test_killed,
		test_check,
		test_diff,
		test_sources,
		test_depfile,
	};
	char folder[] = "/tmp/gpuplan-output-XXXXXX";

	signal(SIGXFSZ, SIG_IGN); /* of tests that let no file grow */
	if (!mkdtemp(folder) || chdir(folder) != 0) {
		perror(folder);
		return 1;
	}
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		arena = arena_new();
		tests[i]();
		arena = arena_free(arena);
		clean();
	}
	rmdir(folder);
	return check_done();
}
