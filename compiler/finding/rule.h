/* What a rule is. Rules live in rules/, one file per rule or tight family; rules/list.h lists them.
 *
 * A rule checks one kind of object. It only sees sound ones: a VM has a host that can be judged, a
 * vGPU has a GPU, and a VM with a wrong value that P2P depends on is skipped. So no rule repeats
 * what another one reports.
 *
 * A new rule: rules/NAME.c with a `const struct rule`, one line in rules/list.h, and a case folder
 * tests/cases/rules/NAME/. */
#ifndef GPUPLAN_RULE_H
#define GPUPLAN_RULE_H

#include "compiler/finding/finding.h"

/* What rules look at: compiler/plan/plan.h. */
struct plan;
struct host;
struct vm;
struct vm_gpu;

enum rule_flag {
	/* No comment, project file, option or baseline silences or lowers it. */
	RULE_NEVER_OFF = 1 << 0,
	/* `lint --fix` (or --unsafe-fixes) can mend it. */
	RULE_FIX = 1 << 1,
	RULE_UNSAFE_FIX = 1 << 2,
};

struct rule;

struct judge {
	const struct plan *plan;
	struct arena *arena; /* for texts of messages */
	struct findings *findings;
	const struct rule *rule; /* the one that runs */
};

struct rule {
	const char *name;
	enum severity severity;
	unsigned flags;
	const char *summary; /* one line for `gpuplan rules`: when it fires */

	/* The check: exactly one of these, or none for what is reported while reading (yaml-*,
	 * spec-*, ignore-*).
	 *
	 * `vgpu_type` checks run in the order of list.h until one returns true for the vGPU, so
	 * that one cause gives one finding. `vgpus` runs only for VMs whose types gave no error. */
	void (*plan)(struct judge *judge);
	void (*host)(struct judge *judge, const struct host *host);
	/* Any VM with a host. Its GPUs may be missing or unknown (`gpu` or `gpu->board` NULL), and
	 * any key may be absent or broken: test span_given, and vm_broken (schema/keys.h) before
	 * judging absence. */
	void (*vm)(struct judge *judge, const struct vm *vm);
	void (*p2p)(struct judge *judge, const struct vm *vm);	/* not skip_p2p */
	void (*mmio)(struct judge *judge, const struct vm *vm); /* not skip_mmio, has GPUs */
	bool (*vgpu_type)(struct judge *judge, const struct vm_gpu *vgpu);
	void (*vgpus)(struct judge *judge, const struct vm *vm);

	/* The page of `gpuplan explain`. It names facts of the catalog's tables, as in
	 * {release:qemu_many_large_bars}; catalog_fact_text lists them. */
	const char *what;   /* what it checks, one or two sentences */
	const char *why;    /* the mechanism: what happens on the machine */
	const char *source; /* the document, by name and release */
	/* A whole spec. Lines start with ' ', with '-' (wrong) or with '+' (its correction). Tests
	 * run it both ways: without the '+' lines only this rule fires at its severity or above,
	 * without the '-' lines nothing does. */
	const char *example;
};

/* Look-ups for rooms that lie below the rules; rules/rules.h provides them. */
typedef const struct rule *rule_finder(struct str name); /* NULL if there is none */
typedef struct str rule_guesser(struct str wrong);	 /* the nearest name, or an empty text */

/* Adds a finding of the judge's rule, with the rule's severity. */
struct finding *report(struct judge *judge, struct span at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with another severity: some rules are milder in some cases. */
struct finding *report_as(struct judge *judge, enum severity severity, struct span at,
			  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The user's text for a message: terminated, and cut when it is long. */
const char *quoted(struct judge *judge, struct str s);

#endif
