/* What a backend is: one const struct in one file, named in backends/list.c.
 *
 * A backend prints what the plan says and decides nothing. It writes for one VM or for one host;
 * its text is a function of the plan alone.
 *
 * New backend: its .c, one line in list.c, one in CMakeLists.txt, and a case folder. */
#ifndef GPUPLAN_BACKEND_H
#define GPUPLAN_BACKEND_H

#include "compiler/base/buffer.h"
#include "compiler/plan/plan.h"

struct artifact {
	const char
		*suffix; /* of the file: ".xml" behind the VM's name; for a host the whole name */
	/* Appends the text. false with *error set (a library out of memory or missing). */
	bool (*write_vm)(const struct vm *vm, struct buffer *out, struct str *error);
	bool (*write_host)(const struct host *host, struct buffer *out, struct str *error);
};

struct backend {
	const char *target; /* libvirt: what `-t` takes */
	const char *doc;    /* one line for the help */
	/* The VM or host has such an artifact; NULL: the backend writes for the other one. */
	bool (*for_vm)(const struct vm *vm);
	bool (*for_host)(const struct host *host);
	const char *no_artifact; /* of a host: why it has none */
	/* A host's artifact that says something of its VMs: what stands against one of them stands
	 * against it. */
	bool of_vms;
	struct artifact artifacts[2]; /* a clique map is two files */
	size_t n_artifacts;
};

/* One a file; all that a file exports. */
extern const struct backend backend_libvirt, backend_qemu, backend_vmx, backend_clique_map,
	backend_host_setup;

/* In the order of their names in cli.md; ends with NULL. */
extern const struct backend *const backends[];
const struct backend *backend_find(const char *target);

/* `show -t libvirt --devices`: only the GPUs' parts of a domain, to merge into one's own. */
bool libvirt_write_devices(const struct vm *vm, struct buffer *out, struct str *error);
/* `show -t qemu --shell`: one command, quoted for a POSIX shell. */
bool qemu_write_shell(const struct vm *vm, struct buffer *out, struct str *error);

#endif
