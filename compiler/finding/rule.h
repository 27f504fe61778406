/* What a rule is. Rules live in rules/, one file a rule or a tight family; rules/list.h names
 * them all.
 *
 * A rule looks at one kind of thing and says what is wrong with it. It is handed only what is
 * sound: a VM has a host that can be judged, a vGPU has a GPU, a group's VM has no wrong value
 * that P2P hangs on. So no rule repeats what another one reports.
 *
 * New rule: rules/NAME.c with a `const struct rule`, one line in rules/list.h, and a case folder
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
	/* Neither comment, config, flag nor baseline silences or lowers it. */
	RULE_NEVER_OFF = 1 << 0,
	/* It stands on a value that is plainly wrong: fixed by `lint --fix` (or --unsafe-fixes). */
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
	const char *summary; /* one line for `gpuplan rules`: what it fires on */

	/* What it looks at: exactly one of these, or none for what the compiler finds while it
	 * reads (yaml-*, spec-*, ignore-*).
	 *
	 * `vgpu_type` is special: of all rules that have one, in the order of list.h, the first
	 * that returns true for a vGPU is the one that is reported; the later ones are not asked,
	 * for one cause is one finding. `vgpus` is asked only for VMs whose types passed without an
	 * error. */
	void (*plan)(struct judge *judge);
	void (*host)(struct judge *judge, const struct host *host);
	/* Any VM with a host. Its GPUs may be missing or unknown (`gpu`, `gpu->board` NULL), any
	 * key may be absent or broken: test span_given, and vm_broken (schema/keys.h) where absence
	 * counts. */
	void (*vm)(struct judge *judge, const struct vm *vm);
	void (*p2p)(struct judge *judge, const struct vm *vm);	/* not skip_p2p */
	void (*mmio)(struct judge *judge, const struct vm *vm); /* not skip_mmio, has GPUs */
	bool (*vgpu_type)(struct judge *judge, const struct vm_gpu *vgpu);
	void (*vgpus)(struct judge *judge, const struct vm *vm);

	/* The page of `gpuplan explain`: a fact that a table of the catalog holds is named, as
	 * {release:qemu_many_large_bars} (catalog_fact_text says what there is). */
	const char *what;   /* what it checks, one or two sentences */
	const char *why;    /* the mechanism: what happens on the machine */
	const char *source; /* the document, by name and release */
	/* A whole spec, each line behind ' ' (stays), '-' (the bad one) or '+' (the mended one).
	 * Without the '+' lines the rule fires, and nothing else of its severity or above does;
	 * without the '-' lines nothing fires: tests run both. */
	const char *example;
};

/* The compiler does not know the rules; who does (rules/rules.h) lends it these. */
typedef const struct rule *rule_finder(struct str name); /* NULL: there is none */
typedef struct str rule_guesser(struct str wrong);	 /* the nearest name, or an empty text */

/* A finding of the judge's rule, with its severity. */
struct finding *report(struct judge *judge, struct span at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with another severity than the rule's own (rules.md: "W for Q"). */
struct finding *report_as(struct judge *judge, enum severity severity, struct span at,
			  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The user's text for a message, terminated, cut when it is long. */
const char *quoted(struct judge *judge, struct str s);

#endif
