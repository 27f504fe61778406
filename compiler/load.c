#include "compiler/load.h"

#include <stdlib.h>

#include "compiler/decode.h"
#include "compiler/profiles.h"
#include "schema/grammar.h"

struct loader {
	struct spec *spec;
	struct arena *arena;
	struct sources *sources;
	struct findings *findings;
	struct yaml yaml;
};

static void add_error(struct loader *l, struct str error)
{
	struct str *e = arena_push(l->arena, (void **)&l->spec->errors, &l->spec->n_errors,
				   &l->spec->errors_capacity, sizeof *e);

	*e = error;
}

/* All four lists have this layout. */
static void append(struct loader *l, void ***items, uint32_t *n, uint32_t *capacity,
		   void *const *more, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		void **slot = arena_push(l->arena, (void **)items, n, capacity, sizeof *slot);

		*slot = more[i];
	}
}

static void collect(struct loader *l, const struct document_spec *d)
{
	struct spec *s = l->spec;

#define APPEND(to, from)                                                                           \
	append(l, (void ***)&(to).items, &(to).n, &(to).capacity, (void *const *)(from).items,     \
	       (from).n)
	APPEND(s->hosts, d->hosts);
	APPEND(s->host_profiles, d->host_profiles);
	APPEND(s->vms, d->vms);
	APPEND(s->profiles, d->profiles);
#undef APPEND
}

static void decode_source(struct loader *l, struct decoder *d, const struct source *source)
{
	for (uint32_t i = 0; i < l->yaml.n_documents; i++) {
		struct document_spec document = {0};

		/* Of a document that breaks off nothing is judged: what is missing may follow. */
		if (l->yaml.broke_off && i + 1 == l->yaml.n_documents)
			break;
		if (decode_document(d, l->yaml.documents[i], &document))
			collect(l, &document);
	}
	l->spec->unread |= l->yaml.broke_off ? UNREAD_ALL : d->unread;
	if (l->yaml.n_documents == 0 && !l->yaml.broke_off) {
		uint32_t first = source->base + (source_has_mark(source->text) ? 3 : 0);
		struct finding *f = finding_add(l->findings, "spec-missing-key", SEVERITY_ERROR,
						(struct span){first, 0},
						"the file holds no document");

		finding_help(l->findings, f, "start with 'version: %d'", SPEC_VERSION);
	}
}

/* A file over the limit is not parsed; a line of it still says whose it is. */
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

static bool is_ours(const struct loader *l, const struct source *source)
{
	if (source->named)
		return true;
	return source->cut ? has_our_key(source->text) : decode_is_ours(&l->yaml);
}

static void load_one(struct loader *l, struct source *source)
{
	struct decoder d = {.arena = l->arena, .findings = l->findings, .yaml = &l->yaml};
	uint32_t before = l->findings->n;

	decode_early(&d, &l->yaml);
	yaml_parse(&l->yaml, source);
	if (!is_ours(l, source)) {
		l->findings->n = before;
		l->spec->n_skipped++;
		source_drop(l->sources);
		return;
	}
	l->spec->n_files++;
	decode_source(l, &d, source);
}

static int by_name(const void *a, const void *b)
{
	const struct named_spec *const *x = a, *const *y = b;
	int d = str_cmp((*x)->name.s, (*y)->name.s);

	return d ? d
		 : ((*x)->name.at.at > (*y)->name.at.at) - ((*x)->name.at.at < (*y)->name.at.at);
}

/* Sorts by name; of two with one name the first in the spec stays, the other is reported. */
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
				"there is a %s '%s' already", what,
				finding_quote(findings, item->name.s));
		finding_note(findings, f, first->name.at, "the first one");
		finding_help(findings, f, "rename one of the two, or remove it");
	}
	return kept;
}

static void finish(struct loader *l)
{
	struct spec *s = l->spec;

	yaml_done(&l->yaml);
	s->hosts.n = index_names(l->findings, (void **)s->hosts.items, s->hosts.n, "host");
	s->host_profiles.n = index_names(l->findings, (void **)s->host_profiles.items,
					 s->host_profiles.n, "host profile");
	s->vms.n = index_names(l->findings, (void **)s->vms.items, s->vms.n, "VM");
	s->profiles.n = index_names(l->findings, (void **)s->profiles.items, s->profiles.n,
				    "profile");
	merge_profiles(s, l->findings);
}

static struct loader start(struct spec *spec, struct arena *arena, struct sources *sources,
			   struct findings *findings)
{
	struct loader l = {spec, arena, sources, findings, {0}};

	*spec = (struct spec){0};
	yaml_init(&l.yaml, arena, findings);
	return l;
}

void load_paths(struct spec *spec, struct arena *arena, struct sources *sources,
		struct findings *findings, const struct exclude *exclude, char **paths, uint32_t n,
		const char *stdin_name)
{
	struct loader l = start(spec, arena, sources, findings);
	struct walk walk;

	walk_paths(&walk, arena, exclude, paths, n);
	grammar_expect_many();
	for (uint32_t i = 0; i < walk.n_errors; i++)
		add_error(&l, walk.errors[i]);
	for (uint32_t i = 0; i < walk.n; i++) {
		struct source *source;
		struct str error;

		if (source_read(sources, walk.files[i].path, stdin_name, walk.files[i].named,
				&source, &error))
			load_one(&l, source);
		else
			add_error(&l, error);
	}
	finish(&l);
}

void load_source(struct spec *spec, struct arena *arena, struct sources *sources,
		 struct findings *findings, struct source *source)
{
	struct loader l = start(spec, arena, sources, findings);

	source->named = true;
	load_one(&l, source);
	finish(&l);
}

static const void *find(void *const *items, uint32_t n, struct str name)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int d = str_cmp(((const struct named_spec *)items[middle])->name.s, name);

		if (d == 0)
			return items[middle];
		if (d < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct host_spec *find_host_spec(const struct host_list *list, struct str name)
{
	return (struct host_spec *)find((void *const *)list->items, list->n, name);
}

struct vm_spec *find_vm_spec(const struct vm_list *list, struct str name)
{
	return (struct vm_spec *)find((void *const *)list->items, list->n, name);
}
