/* What a backend is: one const struct in one file of backends/, named in backends/list.c.
 *
 * A backend prints. What can be chosen is chosen in the plan, and what can be refused has been
 * refused by a finding before a backend is asked; a backend that has to decide something shows
 * that the plan lacks a field.
 *
 * What `write` may assume of its subject:
 *
 *   - No error stands against it: every VM has a host, a name, vCPUs and memory; every GPU of a VM
 *     is one of its host's and has an address; a vGPU has a name that its driver knows and, where
 *     it needs one, a virtual function.
 *   - backend_has was asked first and said yes.
 *   - The plan does not change, and outlives the text.
 *
 * What it promises:
 *
 *   - The text is a function of the plan alone: no clock, no environment, no files, no locale.
 *   - It keeps nothing. Several threads call it at once, so it has no static state.
 *   - Memory comes from out->arena, which the caller releases after the text was copied.
 *   - What the user wrote is escaped for the format that it lands in, whatever the grammar of
 *     the spec allows today.
 *
 * It fails only for what the machine did wrong (a library that is missing or out of memory):
 * false with *error set, and the run ends with status 2. What the user did wrong is a finding.
 *
 * A new backend is four files: its .c here, which CMake finds by itself; its line in
 * backends/list.c; its target in the rows of schema/platform.c that take it; and its judge in
 * tests/oracles/, the program that reads the artifact. `tests/golden.py --update` writes its golden
 * files. */
#ifndef GPUPLAN_BACKEND_H
#define GPUPLAN_BACKEND_H

#include "compiler/base/buffer.h"
#include "compiler/plan/plan.h"

/* What an artifact is written for: one for each VM, one for each host, or one for the plan. */
enum artifact_scope { OF_VM, OF_HOST, OF_PLAN };

/* One of these; what lies above it is given too. */
struct subject {
	const struct plan *plan;
	const struct host *host; /* of a host or VM, else NULL */
	const struct vm *vm;	 /* of a VM, else NULL */
};

struct artifact {
	enum artifact_scope scope;
	/* Its file under the output folder: "HOST/VM.xml", where HOST and VM stand for the names of
	 * the subject. No two subjects and no two artifacts may share a path. NULL: `compile` does
	 * not write it, only `show` prints it. */
	const char *path;
	/* `show --VARIANT` prints it; NULL: `show` prints it without any. */
	const char *variant;
	/* The subject, of this scope, has such an artifact; NULL: each has whose platform takes the
	 * target. Asked through backend_has. */
	bool (*has)(const struct subject *of);
	/* Appends the text to `out`; false with *error set. */
	bool (*write)(const struct subject *of, struct buffer *out, struct str *error);
};

struct backend {
	const char *target;		  /* libvirt: what `-t` takes */
	const char *doc;		  /* one line for the help */
	const struct artifact *artifacts; /* in the order of their files; ends with one that has no
					     `write` */
	const char *no_artifact;	  /* why a host has none */
	/* A host's artifact depends on its VMs: an error in one of them blocks it. */
	bool of_vms;
};

/* In the order of the table of artifacts in the documentation; ends with NULL. */
extern const struct backend *const backends[];
/* NULL when there is none. */
const struct backend *backend_find(const char *target);
/* The first artifact of that variant (NULL: the plain one); NULL when there is none. */
const struct artifact *backend_artifact(const struct backend *backend, const char *variant);
/* The subject has that artifact: its platform takes the target, and the artifact has it. */
bool backend_has(const struct backend *backend, const struct artifact *artifact,
		 const struct subject *of);
/* Where the file of this subject lies under the output folder. */
struct str artifact_path(struct arena *arena, const struct artifact *artifact,
			 const struct subject *of);

#endif
