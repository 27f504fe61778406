#include "compiler/model/load.h"
#include "compiler/source/lines.h"

#include <stdlib.h>

#include "compiler/base/parallel.h"
#include "compiler/model/decode.h"
#include "compiler/model/profiles.h"
#include "compiler/source/comments.h"
#include "schema/grammar.h"

/* The contents of one file. Parts are joined in the order of the files. */
struct part {
	const struct found_file *file;
	struct source *source;
	struct str error; /* why it could not be read */
	struct spec spec; /* its hosts and VMs, in its order */
	struct findings findings;
	bool foreign;
};

struct loader {
	struct arena *arena;
	struct sources *sources;
	const char *stdin_name;
	struct part *parts;
	uint32_t n;
	struct yaml yaml[MAX_JOBS]; /* one per worker */
};

static void add_error(struct spec *spec, struct arena *arena, struct str error)
{
	struct str *e = arena_push(arena, (void **)&spec->errors, &spec->n_errors,
				   &spec->errors_capacity, sizeof *e);

	*e = error;
}

/* All four lists have this layout. */
static void append(struct arena *arena, void ***items, uint32_t *n, uint32_t *capacity, void **more,
		   uint32_t count)
{
	/* Nothing to join for the first file, which is often the only one. */
	if (*n == 0) {
		*items = more;
		*n = *capacity = count;
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		void **slot = arena_push(arena, (void **)items, n, capacity, sizeof *slot);

		*slot = more[i];
	}
}

/* Documents and specs both have these lists. */
#define APPEND(arena, to, from)                                                                    \
	append((arena), (void ***)&(to).items, &(to).n, &(to).capacity, (void **)(from).items,     \
	       (from).n)
#define APPEND_ALL(arena, to, from)                                                                \
	do {                                                                                       \
		APPEND(arena, (to)->hosts, (from)->hosts);                                         \
		APPEND(arena, (to)->host_profiles, (from)->host_profiles);                         \
		APPEND(arena, (to)->vms, (from)->vms);                                             \
		APPEND(arena, (to)->profiles, (from)->profiles);                                   \
	} while (0)

static void decode_source(struct part *part, struct decoder *d)
{
	const struct source *source = part->source;
	const struct yaml *yaml = d->yaml;

	for (uint32_t i = 0; i < yaml->n_documents; i++) {
		struct document_spec document = {0};

		/* A document that breaks off is not judged: what it seems to lack may follow. */
		if (yaml->broke_off && i + 1 == yaml->n_documents)
			break;
		if (decode_document(d, yaml->documents[i], &document))
			APPEND_ALL(d->arena, &part->spec, &document);
	}
	part->spec.unread = yaml->broke_off ? UNREAD_ALL : d->unread;
	if (yaml->n_documents == 0 && !yaml->broke_off) {
		uint32_t first = source->base + (has_mark(source->text) ? 3 : 0);
		struct finding *f = finding_add(d->findings, "spec-missing-key", SEVERITY_ERROR,
						(struct span){first, 0},
						"the file contains no document");

		finding_help(d->findings, f, "start with 'version: %d'", SPEC_VERSION);
	}
}

/* A file over the size limit is not parsed, so its lines tell whether it is a spec. */
static bool has_our_key(struct str text)
{
	static const char *const keys[] = {"\nhosts:", "\nvms:"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		size_t n = strlen(keys[i]);

		if (memmem(text.p, text.n, keys[i], n) ||
		    (text.n >= n - 1 && memcmp(text.p, keys[i] + 1, n - 1) == 0))
			return true;
	}
	return false;
}

static bool is_ours(const struct source *source, const struct yaml *yaml)
{
	if (source->named)
		return true;
	return source->cut ? has_our_key(source->text) : decode_is_ours(yaml);
}

/* Reads into separate sources: its place on the number line is known only when all files are read.
 */
static void read_part(void *context, const struct worker *worker, uint32_t i)
{
	struct loader *l = context;
	struct part *part = &l->parts[i];
	struct sources own;

	sources_init(&own, worker->arena, l->sources->files);
	if (source_read(&own, part->file->path, l->stdin_name, SOURCE_MAX_BYTES, &part->source,
			&part->error))
		part->source->named = part->file->named;
}

/* The limit of findings from reading one file, all errors that cannot be silenced. A file with more
 * is hardly a spec, and nobody reads that many. */
enum { FILE_FINDINGS = 100000 };

static void report_cut(struct part *part)
{
	struct findings *findings = &part->findings;
	struct finding *f;

	part->spec.cut = span_given(findings->cut);
	if (!part->spec.cut)
		return;
	findings->limit = 0;
	f = finding_add(findings, "yaml-limit", SEVERITY_ERROR, findings->cut,
			"more than %d errors in the file: this one and later ones are not shown",
			FILE_FINDINGS);
	finding_help(findings, f, "fix some and run again, or check that this file is a spec");
}

static void load_part(void *context, const struct worker *worker, uint32_t i)
{
	struct loader *l = context;
	struct part *part = &l->parts[i];
	struct yaml *yaml = &l->yaml[worker->number];
	struct decoder d = {.arena = worker->arena, .findings = &part->findings, .yaml = yaml};

	if (!part->source)
		return;
	findings_init(&part->findings, worker->arena);
	part->findings.limit = FILE_FINDINGS;
	if (!yaml->scratch)
		yaml_init(yaml, worker->arena, (struct reporter){0});
	yaml->reporter = findings_reporter(&part->findings);
	yaml_parse(yaml, part->source);
	part->foreign = !is_ours(part->source, yaml);
	if (!part->foreign) {
		comments_find(yaml, worker->arena, part->source);
		decode_source(part, &d);
	}
	report_cut(part);
}

static int by_name(const void *a, const void *b)
{
	const struct named_spec *const *x = a, *const *y = b;
	int d = str_cmp((*x)->name.s, (*y)->name.s);

	return d ? d
		 : ((*x)->name.at.at > (*y)->name.at.at) - ((*x)->name.at.at < (*y)->name.at.at);
}

/* Sorts by name. Of equal names, the first in the spec is kept and the others are reported. */
static uint32_t index_names(struct findings *findings, void **items, uint32_t n, const char *what)
{
	uint32_t kept = 0;

	if (n == 0)
		return 0;
	qsort(items, n, sizeof *items, by_name);
	for (uint32_t i = 0; i < n; i++) {
		const struct named_spec *item = items[i];
		const struct named_spec *first = kept ? items[kept - 1] : NULL;
		struct finding *f;

		if (!first || !str_eq(first->name.s, item->name.s)) {
			items[kept++] = items[i];
			continue;
		}
		f = finding_add(findings, "spec-duplicate", SEVERITY_ERROR, item->name.at,
				"duplicate %s '%s'", what, finding_quote(findings, item->name.s));
		finding_note(findings, f, first->name.at, "first defined here");
		finding_help(findings, f, "rename or remove one of the two");
	}
	return kept;
}

static void merge_part(struct spec *spec, const struct loader *l, const struct part *part,
		       struct findings *findings)
{
	if (part->foreign) {
		part->source->foreign = true;
		spec->n_skipped++;
		return;
	}
	spec->n_files++;
	spec->unread |= part->spec.unread;
	spec->cut |= part->spec.cut;
	APPEND_ALL(l->arena, spec, &part->spec);
	findings_append(findings, &part->findings, 0, part->findings.n);
}

/* Drops sources that are no specs. The others keep their places on the number line. */
static void drop_foreign(struct sources *sources)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < sources->n; i++)
		if (!sources->items[i].foreign)
			sources->items[kept++] = sources->items[i];
	sources->n = kept;
}

static void finish(struct spec *s, struct loader *l, struct findings *findings)
{
	for (uint32_t i = 0; i < MAX_JOBS; i++)
		yaml_done(&l->yaml[i]);
	for (uint32_t i = 0; i < l->n; i++)
		if (l->parts[i].source)
			merge_part(s, l, &l->parts[i], findings);
	drop_foreign(l->sources);
	s->hosts.n = index_names(findings, (void **)s->hosts.items, s->hosts.n, "host");
	s->host_profiles.n = index_names(findings, (void **)s->host_profiles.items,
					 s->host_profiles.n, "host profile");
	s->vms.n = index_names(findings, (void **)s->vms.items, s->vms.n, "VM");
	s->profiles.n = index_names(findings, (void **)s->profiles.items, s->profiles.n, "profile");
	merge_profiles(s, findings);
}

enum {
	MANY_FILES = 256,	/* fewer are read faster than a thread starts */
	MANY_BYTES = 512 << 10, /* fewer are parsed faster than a thread starts */
};

/* Gives each source its place on the number line. Returns the bytes of all that could be read. */
static size_t place_sources(struct loader *l, struct spec *spec)
{
	uint32_t next = l->sources->n;
	size_t bytes = 0;

	for (uint32_t i = 0; i < l->n; i++) {
		struct part *part = &l->parts[i];

		if (part->source)
			part->source = source_adopt(l->sources, part->source, &part->error);
		if (!part->source)
			add_error(spec, l->arena, part->error);
		else
			bytes += part->source->text.n;
	}
	/* Only now are the pointers stable: the array moves while it grows. */
	for (uint32_t i = 0; i < l->n; i++)
		if (l->parts[i].source)
			l->parts[i].source = &l->sources->items[next++];
	return bytes;
}

static void load_parts(struct spec *spec, struct loader *l, struct findings *findings,
		       uint32_t jobs)
{
	size_t bytes;

	parallel_for(l->arena, l->n < MANY_FILES ? 1 : jobs, l->n, read_part, l);
	bytes = place_sources(l, spec);
	if (bytes >= MANY_BYTES)
		grammar_expect_many();
	parallel_for(l->arena, bytes < MANY_BYTES ? 1 : jobs, l->n, load_part, l);
	finish(spec, l, findings);
}

void load_paths(struct spec *spec, struct arena *arena, struct sources *sources,
		struct findings *findings, const struct load_options *options)
{
	struct loader l = {.arena = arena, .sources = sources, .stdin_name = options->stdin_name};
	struct walk walk;

	*spec = (struct spec){0};
	walk_paths(&walk, arena, sources->files, options->exclude, options->paths, options->n,
		   !options->found);
	for (uint32_t i = 0; i < walk.n_errors; i++)
		add_error(spec, arena, walk.errors[i]);
	l.n = walk.n;
	l.parts = arena_array(arena, walk.n, sizeof *l.parts);
	for (uint32_t i = 0; i < walk.n; i++)
		l.parts[i].file = &walk.files[i];
	load_parts(spec, &l, findings, options->jobs);
}
