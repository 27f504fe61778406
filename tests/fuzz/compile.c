/* A plan without an error, through every backend; what comes out is what its format says. */
#include <assert.h>
#include <libxml/parser.h>
#include <string.h>

#include "backends/backend.h"
#include "compiler/base/json.h"
#include "tests/fuzz/fuzz.h"

static bool is_json(struct str s)
{
	struct arena *arena = arena_new();
	const char *why;
	size_t at;
	bool good = json_read(arena, s, 16, &why, &at) != NULL;

	arena_free(arena);
	return good;
}

static bool is_xml(struct str s)
{
	xmlDoc *doc = xmlReadMemory(s.p, (int)s.n, "x", NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);

	xmlFreeDoc(doc);
	return doc != NULL;
}

/* `# …` or `key = "value"`, no quote within. */
static bool is_vmx_line(struct str s)
{
	const char *equals = memmem(s.p, s.n, " = \"", 4);

	if (s.n && *s.p == '#')
		return true;
	return equals && s.p[s.n - 1] == '"' &&
	       memchr(equals + 4, '"', s.n - (size_t)(equals + 4 - s.p)) == s.p + s.n - 1;
}

static bool is_argument(struct str s)
{
	return s.n && *s.p == '{' ? is_json(s) : true;
}

static void check_lines(struct str s, bool (*is_line)(struct str))
{
	while (s.n) {
		const char *end = memchr(s.p, '\n', s.n);

		assert(end); /* every line ends */
		assert(is_line((struct str){s.p, (size_t)(end - s.p)}));
		s.n -= (size_t)(end + 1 - s.p);
		s.p = end + 1;
	}
}

static bool names_end(const char *path, const char *end)
{
	size_t n = path ? strlen(path) : 0, m = strlen(end);

	return n >= m && strcmp(path + n - m, end) == 0;
}

static void check_text(const char *target, const struct artifact *artifact, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		assert((unsigned char)text.p[i] >= ' ' || text.p[i] == '\n' || text.p[i] == '\t');
	if (strcmp(target, "libvirt") == 0)
		assert(is_xml(text));
	else if (strcmp(target, "vmx") == 0)
		check_lines(text, is_vmx_line);
	else if (names_end(artifact->path, ".qemu-args"))
		check_lines(text, is_argument);
	else if (names_end(artifact->path, ".json"))
		assert(is_json(text));
}

static void write_one(const struct judged *j, const struct backend *backend,
		      const struct artifact *artifact, struct subject of)
{
	struct str error = {0};
	struct buffer text;
	bool good;

	if (!backend_has(backend, artifact, &of))
		return;
	buffer_init(&text, j->arena);
	good = artifact->write(&of, &text, &error);
	assert(good);
	check_text(backend->target, artifact, buffer_text(&text));
}

static void write_all(const struct judged *j, const struct backend *backend)
{
	const struct plan *plan = j->plan;

	for (const struct artifact *a = backend->artifacts; a->write; a++) {
		for (uint32_t i = 0; a->scope == OF_VM && i < plan->n_vms; i++)
			write_one(j, backend, a,
				  (struct subject){plan, plan->vms[i].host, &plan->vms[i]});
		for (uint32_t i = 0; a->scope == OF_HOST && i < plan->n_hosts; i++)
			write_one(j, backend, a, (struct subject){plan, &plan->hosts[i], NULL});
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct judged j;

	judged_open(&j, data, size);
	if (findings_count(&j.findings, SEVERITY_ERROR) == 0) {
		for (size_t b = 0; backends[b]; b++)
			write_all(&j, backends[b]);
	}
	judged_close(&j);
	return 0;
}
