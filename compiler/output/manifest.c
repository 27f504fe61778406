#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "compiler/base/digest.h"
#include "compiler/base/json.h"
#include "compiler/base/parallel.h"
#include "compiler/output/private.h"

enum { MANIFEST_VERSION = 1, MANIFEST_DEPTH = 8, SHA256_CHARS = 64, MAX_FOLDERS = 8 };

static int compare_entries(const void *a, const void *b)
{
	return str_cmp(((const struct manifest_entry *)a)->path,
		       ((const struct manifest_entry *)b)->path);
}

static void sort_entries(struct manifest *manifest)
{
	if (manifest->n)
		qsort(manifest->files, manifest->n, sizeof *manifest->files, compare_entries);
}

const struct manifest_entry *manifest_find(const struct manifest *manifest, struct str path)
{
	struct manifest_entry key = {.path = path};

	return manifest->n
		       ? bsearch(&key, manifest->files, manifest->n, sizeof key, compare_entries)
		       : NULL;
}

static struct manifest_entry *push(struct arena *arena, struct manifest *manifest)
{
	return arena_push(arena, (void **)&manifest->files, &manifest->n, &manifest->capacity,
			  sizeof *manifest->files);
}

void manifest_merge(struct arena *arena, struct manifest *manifest, const struct manifest *more)
{
	struct manifest merged = {0};

	for (uint32_t i = 0; i < manifest->n; i++) {
		if (!manifest_find(more, manifest->files[i].path))
			*push(arena, &merged) = manifest->files[i];
	}
	for (uint32_t i = 0; i < more->n; i++)
		*push(arena, &merged) = more->files[i];
	sort_entries(&merged);
	*manifest = merged;
}

/* --- reading: the text is untrusted --- */

/* True for a name with only the characters of host and VM names. It starts with a letter or digit,
 * which excludes `.`, `..` and staged files. */
static bool is_plain_name(struct str s)
{
	if (s.n == 0 || s.n > NAME_MAX || *s.p == '.' || *s.p == '_' || *s.p == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '_' &&
		    c != '-')
			return false;
	}
	return true;
}

static bool is_sha256(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	}
	return s.n == SHA256_CHARS;
}

/* The text of a member. .p is NULL if there is none or it is not a text. */
static struct str member(const struct json *map, const char *key)
{
	const struct json *value = json_member(map, key);

	return json_is(value, JSON_TEXT) ? value->text : (struct str){0};
}

/* True for plain names separated by slashes: a path below the output folder, not the manifest. */
static bool is_artifact_path(struct str path)
{
	unsigned folders = 0;

	if (!path.p || str_is(path, OUTPUT_MANIFEST))
		return false;
	for (;;) {
		const char *slash = memchr(path.p, '/', path.n);
		size_t n = slash ? (size_t)(slash - path.p) : path.n;

		if (!is_plain_name((struct str){path.p, n}))
			return false;
		if (!slash)
			return true;
		if (++folders > MAX_FOLDERS)
			return false;
		path = (struct str){slash + 1, path.n - n - 1};
	}
}

/* Reads a file's entry. Returns NULL, or what is wrong with it. */
static const char *read_entry(const struct json *file, struct manifest_entry *out)
{
	*out = (struct manifest_entry){
		.path = member(file, "path"),
		.target = member(file, "target"),
		.host = member(file, "host"),
		.vm = member(file, "vm"),
		.sha256 = member(file, "sha256"),
	};
	if (!json_is(file, JSON_MAP))
		return "not an object";
	if (!is_artifact_path(out->path))
		return "'path' is not one that an artifact has";
	if ((json_member(file, "host") && !is_plain_name(out->host)) ||
	    (json_member(file, "vm") && !is_plain_name(out->vm)))
		return "'host' or 'vm' is not the name of one";
	if (!is_plain_name(out->target))
		return "'target' is not the name of one";
	if (!is_sha256(out->sha256))
		return "'sha256' is not 64 hexadecimal digits";
	if (!json_number(json_member(file, "size"), INT64_MAX, &out->size))
		return "'size' is not a number of bytes";
	return NULL;
}

static bool read_files(struct arena *arena, const struct json *files, struct manifest *out,
		       struct str *error)
{
	size_t i = 0;

	for (const struct json *file = json_first(files); file; file = file->next, i++) {
		struct manifest_entry e;
		const char *wrong = read_entry(file, &e);

		if (wrong) {
			*error = arena_printf(arena, "files[%zu]: %s", i, wrong);
			return false;
		}
		*push(arena, out) = e;
	}
	sort_entries(out);
	for (uint32_t k = 1; k < out->n; k++) {
		if (str_eq(out->files[k - 1].path, out->files[k].path)) {
			*error = arena_printf(arena, "it lists '%.*s' twice",
					      STR_ARG(out->files[k].path));
			return false;
		}
	}
	return true;
}

bool manifest_parse(struct arena *arena, struct str text, struct manifest *out, struct str *error)
{
	const char *why;
	size_t at;
	const struct json *root = json_read(arena, text, MANIFEST_DEPTH, &why, &at);
	const struct json *files = json_member(root, "files");
	uint64_t version;

	*out = (struct manifest){0};
	if (!json_number(json_member(root, "version"), UINT64_MAX, &version) ||
	    !json_is(files, JSON_LIST) || !json_is(json_member(root, "gpuplan"), JSON_TEXT))
		*error = STR("it is not a manifest of gpuplan");
	else if (version != MANIFEST_VERSION)
		*error = arena_printf(arena, "it is of version %" PRIu64 ", this gpuplan reads %d",
				      version, MANIFEST_VERSION);
	else
		return read_files(arena, files, out, error);
	return false;
}

/* --- writing --- */

struct digests {
	const struct output *output;
	char (*text)[SHA256_CHARS + 1]; /* one per file */
};

static void digest_file(void *context, const struct worker *worker, uint32_t i)
{
	struct digests *digests = context;

	(void)worker;
	sha256_hex(digests->output->files[i].text, digests->text[i]);
}

/* The entries of the next manifest: this run's files, and those of the last manifest that this run
 * leaves alone. */
static struct manifest next_entries(const struct output *output, const struct manifest *old)
{
	struct arena *arena = output->arena;
	struct manifest next = {0}, ours = {0};
	struct digests digests = {output,
				  arena_array(arena, output->n_files, sizeof *digests.text)};

	parallel_for(arena, output->jobs, output->n_files, digest_file, &digests);
	for (uint32_t i = 0; i < output->n_files; i++) {
		const struct output_file *f = &output->files[i];

		*push(arena, &ours) = (struct manifest_entry){
			.path = f->path,
			.target = str_of(f->target),
			.host = f->host,
			.vm = f->vm,
			.sha256 = {digests.text[i], SHA256_CHARS},
			.size = f->text.n,
		};
	}
	for (uint32_t i = 0; i < old->n; i++) {
		if (!output_considers(output, old->files[i].target))
			*push(arena, &next) = old->files[i];
	}
	sort_entries(&ours);
	manifest_merge(arena, &next, &ours);
	return next;
}

static void put_files(struct json *list, const struct manifest *next)
{
	for (uint32_t i = 0; i < next->n; i++) {
		const struct manifest_entry *e = &next->files[i];
		struct json *file = json_append_map(list);

		json_put_text(file, "path", e->path);
		json_put_text(file, "target", e->target);
		if (e->host.n)
			json_put_text(file, "host", e->host);
		if (e->vm.n)
			json_put_text(file, "vm", e->vm);
		json_put_text(file, "sha256", e->sha256);
		json_put_number(file, "size", e->size);
	}
}

static void put_sources(struct json *list, const struct output *output)
{
	uint32_t n;
	const struct source_entry *sources = source_entries(output, &n);

	for (uint32_t i = 0; i < n; i++) {
		struct json *source = json_append_map(list);

		json_put_text(source, "path", sources[i].path);
		json_put_text(source, "sha256", str_of(sources[i].sha256));
	}
}

struct str manifest_text(const struct output *output, const struct manifest *old)
{
	struct json *root = json_map(output->arena);
	struct manifest next = next_entries(output, old);
	struct buffer text;

	json_put_number(root, "version", MANIFEST_VERSION);
	json_put_text(root, "gpuplan", str_of(output->version));
	put_files(json_put_list(root, "files"), &next);
	put_sources(json_put_list(root, "sources"), output);
	buffer_init(&text, output->arena);
	json_write(&text, root, JSON_PRETTY);
	buffer_puts(&text, "\n");
	return buffer_text(&text);
}
