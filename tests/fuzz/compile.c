/* A plan without an error, through every backend; what comes out is what its format says. */
#include <assert.h>
#include <libxml/parser.h>
#include <string.h>

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

static void check_artifact(const struct gpuplan_artifact *a)
{
	struct str text = {a->text, a->length};

	for (size_t i = 0; i < text.n; i++)
		assert((unsigned char)text.p[i] >= ' ' || text.p[i] == '\n' || text.p[i] == '\t');
	if (strcmp(a->target, "libvirt") == 0)
		assert(is_xml(text));
	else if (strcmp(a->target, "vmx") == 0)
		check_lines(text, is_vmx_line);
	else if (names_end(a->path, ".qemu-args"))
		check_lines(text, is_argument);
	else if (names_end(a->path, ".json"))
		assert(is_json(text));
}

/* What `show` prints alone; not every VM has every target. */
static void check_variant(struct gpuplan_session *session, const char *target, const char *variant,
			  const char *name)
{
	struct gpuplan_artifact_options one = {
		.targets = &target, .n_targets = 1, .name = name, .variant = variant};
	const struct gpuplan_artifact *artifact;
	size_t n;
	enum gpuplan_status status = session_artifacts(session, &one, &artifact, &n);

	assert(status == GPUPLAN_OK || status == GPUPLAN_BAD_OPTION);
	if (status == GPUPLAN_OK)
		check_artifact(artifact);
}

static void check_all(struct gpuplan_session *session)
{
	const struct gpuplan_artifact *artifacts;
	size_t n;

	if (session_artifacts(session, NULL, &artifacts, &n) != GPUPLAN_OK) {
		assert(session_fails(session) || session->blocking.n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		check_artifact(&artifacts[i]);
	for (uint32_t v = 0; v < session->plan->n_vms; v++) {
		struct str name = arena_copy(session->arena, session->plan->vms[v].spec->name.s);

		check_variant(session, "libvirt", "devices", name.p);
		check_variant(session, "qemu", "shell", name.p);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gpuplan_session *session = judged(data, size);

	check_all(session);
	session_close(session);
	return 0;
}
