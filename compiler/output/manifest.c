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

/* --- reading: nothing in the text is trusted --- */

/* Only the characters of names of hosts and VMs. The first is a letter or a digit, so that it is
 * neither `.` nor `..`, nor hidden as the files are that a run has not yet renamed. */
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

/* Strings of the parser are terminated, and may hold NULs before: hence the length. */
static struct str member(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return (struct str){0};
	return (struct str){json_object_get_string(value),
			    (size_t)json_object_get_string_len(value)};
}

/* Plain names with slashes between them: a file under the output folder, and not the manifest. */
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

/* What is wrong with one of the files; NULL: nothing. */
static const char *read_entry(struct json_object *file, struct manifest_entry *out)
{
	struct json_object *host = json_object_object_get(file, "host");
	struct json_object *vm = json_object_object_get(file, "vm");
	struct json_object *size = json_object_object_get(file, "size");

	*out = (struct manifest_entry){
		.path = member(file, "path"),
		.target = member(file, "target"),
		.host = member(file, "host"),
		.vm = member(file, "vm"),
		.sha256 = member(file, "sha256"),
	};
	if (!is_artifact_path(out->path))
		return "'path' is not one that an artifact has";
	if ((host && !is_plain_name(out->host)) || (vm && !is_plain_name(out->vm)))
		return "'host' or 'vm' is not the name of one";
	if (!is_plain_name(out->target))
		return "'target' is not the name of one";
	if (!is_sha256(out->sha256))
		return "'sha256' is not 64 hexadecimal digits";
	if (!json_object_is_type(size, json_type_int) || json_object_get_int64(size) < 0)
		return "'size' is not a number of bytes";
	out->size = (uint64_t)json_object_get_int64(size);
	return NULL;
}

static bool read_files(struct arena *arena, struct json_object *files, struct manifest *out,
		       struct str *error)
{
	size_t n = json_object_array_length(files);

	for (size_t i = 0; i < n; i++) {
		struct json_object *file = json_object_array_get_idx(files, i);
		struct manifest_entry e;
		const char *wrong = json_object_is_type(file, json_type_object)
					    ? read_entry(file, &e)
					    : "not an object";

		if (wrong) {
			*error = arena_printf(arena, "files[%zu]: %s", i, wrong);
			return false;
		}
		/* The parser's strings go with its tree. */
		e.path = arena_copy(arena, e.path);
		e.target = arena_copy(arena, e.target);
		e.host = arena_copy(arena, e.host);
		e.vm = arena_copy(arena, e.vm);
		e.sha256 = arena_copy(arena, e.sha256);
		*push(arena, out) = e;
	}
	sort_entries(out);
	for (uint32_t i = 1; i < out->n; i++) {
		if (str_eq(out->files[i - 1].path, out->files[i].path)) {
			*error = arena_printf(arena, "it lists '%.*s' twice",
					      STR_ARG(out->files[i].path));
			return false;
		}
	}
	return true;
}

/* The parser reads one value and stops; only white space may follow it. */
static struct json_object *parse_json(struct str text)
{
	struct json_tokener *tokener = json_tokener_new_ex(MANIFEST_DEPTH);
	struct json_object *root = NULL;
	size_t end;

	if (!tokener)
		arena_oom();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	if (text.n > 0 && text.n < INT_MAX)
		root = json_tokener_parse_ex(tokener, text.p, (int)text.n);
	end = json_tokener_get_parse_end(tokener);
	while (root && end < text.n && strchr(" \t\r\n", text.p[end]) && text.p[end])
		end++;
	if (root && end < text.n) {
		json_object_put(root);
		root = NULL;
	}
	json_tokener_free(tokener);
	return root;
}

bool manifest_parse(struct arena *arena, struct str text, struct manifest *out, struct str *error)
{
	struct json_object *root = parse_json(text), *version, *files;
	bool good = false;

	*out = (struct manifest){0};
	if (!json_object_is_type(root, json_type_object) ||
	    !json_object_is_type(version = json_object_object_get(root, "version"),
				 json_type_int) ||
	    !json_object_is_type(files = json_object_object_get(root, "files"), json_type_array) ||
	    !json_object_is_type(json_object_object_get(root, "gpuplan"), json_type_string))
		*error = STR("it is not a manifest of gpuplan");
	else if (json_object_get_int64(version) != MANIFEST_VERSION)
		*error = arena_printf(arena, "it is of version %lld, this gpuplan reads %d",
				      (long long)json_object_get_int64(version), MANIFEST_VERSION);
	else
		good = read_files(arena, files, out, error);
	json_object_put(root);
	return good;
}

/* --- writing --- */

struct digests {
	const struct output *output;
	char (*text)[SHA256_CHARS + 1]; /* a file each */
};

static void digest_file(void *context, const struct worker *worker, uint32_t i)
{
	struct digests *digests = context;

	(void)worker;
	sha256_hex(digests->output->files[i].text, digests->text[i]);
}

/* What the next manifest lists: this run's files, and of the last what this run leaves alone. */
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

static json_object *files_json(const struct manifest *next)
{
	json_object *list = json_list();

	for (uint32_t i = 0; i < next->n; i++) {
		const struct manifest_entry *e = &next->files[i];
		json_object *file = json_map();

		json_put_text(file, "path", e->path);
		json_put_text(file, "target", e->target);
		if (e->host.n)
			json_put_text(file, "host", e->host);
		if (e->vm.n)
			json_put_text(file, "vm", e->vm);
		json_put_text(file, "sha256", e->sha256);
		json_put_number(file, "size", e->size);
		json_append(list, file);
	}
	return list;
}

static json_object *sources_json(const struct output *output)
{
	json_object *list = json_list();
	uint32_t n;
	const struct source_entry *sources = source_entries(output, &n);

	for (uint32_t i = 0; i < n; i++) {
		json_object *source = json_map();

		json_put_text(source, "path", sources[i].path);
		json_put_text(source, "sha256", str_of(sources[i].sha256));
		json_append(list, source);
	}
	return list;
}

struct str manifest_text(const struct output *output, const struct manifest *old)
{
	json_object *root = json_map();
	struct manifest next = next_entries(output, old);
	struct buffer text;

	json_put_number(root, "version", MANIFEST_VERSION);
	json_put_text(root, "gpuplan", str_of(output->version));
	json_put(root, "files", files_json(&next));
	json_put(root, "sources", sources_json(output));
	buffer_init(&text, output->arena);
	buffer_puts(&text, json_pretty(root));
	buffer_puts(&text, "\n");
	json_object_put(root);
	return buffer_text(&text);
}
