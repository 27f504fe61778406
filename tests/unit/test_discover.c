/* nvidia-smi, played by a script in PATH: what is taken of it, and what it may not do. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/program.h"
#include "compiler/tools/discover/private.h"
#include "tests/unit/check.h"

static char folder[] = "/tmp/gpuplan-discover-XXXXXX";
static struct arena *arena;

#define MATRIX(cell)                                                                               \
	"\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\nGPU0\tX\t" cell "\t0-7\t0\nGPU1\t" cell        \
	"\tX\t8-15\t3\n"
#define P2P(cell) " \tGPU0\tGPU1\t\n GPU0\tX\t" cell "\t\n GPU1\t" cell "\tX\t\n"

static const char *in_folder(const char *name)
{
	return arena_printf(arena, "%s/%s", folder, name).p;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(in_folder(name), "w");

	CHECK(file);
	if (!file)
		return;
	fputs(text, file);
	fclose(file);
	chmod(in_folder(name), 0755);
}

/* Each argument is a shell command that prints. */
static void play(const char *m, const char *r, const char *w, const char *query)
{
	put("nvidia-smi",
	    arena_printf(arena,
			 "#!/bin/sh\ncase \"$*\" in\n'topo -m') %s ;;\n'topo -p2p r') %s ;;\n"
			 "'topo -p2p w') %s ;;\n--query-gpu=*) %s ;;\n*) exit 9 ;;\nesac\n",
			 m, r, w, query)
		    .p);
}

/* A host with two A40 after nvidia-smi was asked: its spec. */
static struct str ask(void)
{
	struct machine *machine = arena_alloc(arena, sizeof *machine);
	struct catalog_error error;
	struct sources sources;
	struct buffer out;

	*machine = (struct machine){
		.arena = arena,
		.hostname = STR("h"),
		.gpus = arena_array(arena, 2, sizeof *machine->gpus),
		.n_gpus = 2,
	};
	for (uint8_t i = 0; i < 2; i++)
		machine->gpus[i] = (struct found_gpu){
			.spec.address =
				made_address((struct pci_address){.bus = (uint8_t)(0x10 + i)}),
			.device = 0x2235,
		};
	machine->gpus[0].spec.numa = made_number(1);
	sources_init(&sources, arena, &system_files);
	machine_ask_smi(machine, &sources);
	buffer_init(&out, arena);
	machine_write(&out, machine, catalog_open(arena, &system_files, NULL, &error));
	return buffer_text(&out);
}

static bool says(struct str text, const char *words)
{
	return memmem(text.p, text.n, words, strlen(words)) != NULL;
}

static void test_answers(void)
{
	struct str spec;

	put("m", MATRIX("NV4"));
	put("sys", MATRIX("SYS") "\nLegend:\n  NV#  = links\n");
	put("ok", P2P("OK"));
	put("ns", P2P("NS"));
	play("cat \"${0%/*}/m\"", "cat \"${0%/*}/ok\"", "cat \"${0%/*}/ok\"",
	     "echo '00000000:11:00.0, Disabled, [N/A]'; echo; echo x,y; "
	     "echo '00000000:10:00.0, Enabled, Enabled'");
	spec = ask();
	CHECK(says(spec, "    nvlink: all # NV4\n    pcie_p2p: none\n"));
	CHECK(says(spec,
		   "g0: {board: a40, address: \"0000:10:00.0\", numa: 1, mig: true, ecc: true}"));
	CHECK(says(spec, "g1: {board: a40, address: \"0000:11:00.0\", numa: 3, ecc: false}"));
	CHECK(!says(spec, "Not read: `"));

	play("cat \"${0%/*}/sys\"", "cat \"${0%/*}/ok\"", "cat \"${0%/*}/ok\"", "exit 1");
	CHECK(says(ask(), "    nvlink: none\n    pcie_p2p: all\n"));
	play("cat \"${0%/*}/sys\"", "cat \"${0%/*}/ok\"", "cat \"${0%/*}/ns\"", "exit 1");
	CHECK(says(ask(), "    nvlink: none\n    pcie_p2p: none\n"));
}

/* Neither guessed nor half: a note, and the comment that tells how to get it. */
static void check_refused(const char *note)
{
	struct str spec = ask();

	CHECK(says(spec, note));
	CHECK(!says(spec, "    nvlink: ") && !says(spec, "    pcie_p2p: "));
	CHECK(says(spec, "# nvlink, pcie_p2p: not in sysfs"));
}

static void test_refused(void)
{
	play("echo GPU0 GPU1; echo GPU0 X NV4", ":", ":", ":");
	check_refused("the matrix has 1 of 2 rows");
	play("echo GPU0; echo GPU0 X", "printf ' GPU0\\nGPU0 X\\n'", "printf ' GPU0\\nGPU0 X\\n'",
	     ":");
	check_refused("nvidia-smi shows 1 of the 2 GPUs");
	play("echo 'NVIDIA-SMI has failed'; exit 9", ":", ":", ":");
	check_refused("Not read: `nvidia-smi topo -m`: it fails\n");
	play("kill -9 $$", ":", ":", ":");
	check_refused("`nvidia-smi topo -m`: it fails\n");
	play("cat \"${0%/*}/m\"", "yes OK", ":", ":");
	check_refused("`nvidia-smi topo -p2p r`: it writes too much\n");
	play("printf 'x: \\033[2J\"\\n  evil: 1\\n'", ":", ":", ":");
	check_refused("no matrix");
	unlink(in_folder("nvidia-smi"));
	check_refused("`nvidia-smi topo -m`: it is not in PATH\n");
}

/* The process that wrote its number there has ended. */
static bool is_gone(const char *name)
{
	FILE *file = fopen(in_folder(name), "r");
	int pid = 0;

	if (!file || fscanf(file, "%d", &pid) != 1)
		pid = 0;
	if (file)
		fclose(file);
	return pid > 0 && kill(pid, 0) != 0;
}

static void test_program(void)
{
	char *const slow[] = {(char *)"sh", (char *)"-c",
			      (char *)"echo $$ >\"${PATH%%:*}/pid\"; sleep 600 | sleep 600", NULL};
	char *const silent[] = {(char *)"sh", (char *)"-c", (char *)"exec >&-; sleep 600", NULL};
	char *const reads[] = {(char *)"sh", (char *)"-c", (char *)"cat; echo done; echo no >&2",
			       NULL};
	const char *why = NULL;
	struct str out;

	CHECK(!program_output(arena, slow, 1000, 100, &out, &why));
	CHECK(is_gone("pid"));
	CHECK_STR(str_of(why), "it takes too long");
	CHECK(!program_output(arena, silent, 200, 100, &out, &why));
	CHECK_STR(str_of(why), "it takes too long");
	CHECK(program_output(arena, reads, 20000, 100, &out, &why));
	CHECK_STR(out, "done\n");
	CHECK(!program_output(arena, reads, 20000, 4, &out, &why));
}

int main(void)
{
	arena = arena_new();
	if (!mkdtemp(folder))
		return 2;
	setenv("PATH", arena_printf(arena, "%s:/usr/bin:/bin", folder).p, 1);
	test_answers();
	test_refused();
	test_program();
	for (const char *const *name = (const char *const[]){"pid", "m", "sys", "ok", "ns", NULL};
	     *name; name++)
		unlink(in_folder(*name));
	rmdir(folder);
	arena_free(arena);
	return check_done();
}
