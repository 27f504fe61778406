/* Findings as SARIF 2.1.0 (OASIS, with errata 01): one run with its tool, all rules and results.
 *
 * Files of the repository are relative to %SRCROOT%, as code scanning services want them; others
 * are file: URIs. Columns count code points, and the end column is one past the last. */
#include <ctype.h>

#include "compiler/base/digest.h"
#include "compiler/base/json.h"
#include "compiler/base/visible.h"
#include "compiler/finding/render_private.h"
#include "compiler/finding/rule_page.h"

#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static void put_message(struct json *map, const char *key, struct str text)
{
	json_put_text(json_put_map(map, key), "text", text);
}

/* --- the tool --- */

/* "P2pVgpuFractional": SARIF wants a name that differs from the id. */
static struct str pascal_case(struct arena *arena, const char *name)
{
	char *p = arena_alloc(arena, strlen(name) + 1);
	size_t n = 0;

	for (size_t i = 0; name[i]; i++) {
		if (name[i] != '-')
			p[n++] = i == 0 || name[i - 1] == '-' ? (char)toupper(name[i]) : name[i];
	}
	return (struct str){p, n};
}

static void put_help(struct arena *arena, struct json *help, const struct rule *rule)
{
	struct buffer text, markdown;

	buffer_init(&text, arena);
	rule_page_text(rule, &text);
	json_put_text(help, "text", buffer_text(&text));
	buffer_init(&markdown, arena);
	rule_page_markdown(rule, &markdown);
	json_put_text(help, "markdown", buffer_text(&markdown));
}

static struct json *rule_json(struct arena *arena, const struct rule *rule,
			      const struct page_facts *facts)
{
	struct rule filled = rule_with_facts(rule, facts, arena);
	struct json *o = json_map(arena);

	json_put_text(o, "id", str_of(rule->name));
	json_put_text(o, "name", pascal_case(arena, rule->name));
	put_message(o, "shortDescription", str_of(rule->summary));
	put_message(o, "fullDescription", str_of(filled.what));
	put_help(arena, json_put_map(o, "help"), &filled);
	json_put_text(json_put_map(o, "defaultConfiguration"), "level",
		      str_of(severity_name(rule->severity)));
	return o;
}

static void print_tool(const struct report *report, struct arena *scratch, FILE *out)
{
	fprintf(out,
		"\"tool\": {\"driver\": {\"name\": \"gpuplan\", \"fullName\": \"gpuplan %s\", "
		"\"version\": \"%s\", \"semanticVersion\": \"%s\", \"rules\": [",
		report->version, report->version, report->version);
	for (size_t i = 0; report->rules[i]; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		json_print(out, rule_json(scratch, report->rules[i], &report->facts), JSON_LINE);
		arena_reset(scratch);
	}
	fputs("]}},\n", out);
}

/* --- places --- */

/* The path of a URI: bytes other than letters, digits and -._~/ become %XX. */
static struct str percent_encoded(struct arena *arena, const char *scheme, struct str path)
{
	struct buffer out;

	buffer_init(&out, arena);
	buffer_puts(&out, scheme);
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (c < 0x80 && (isalnum(c) || (c && strchr("-._~/", c))))
			buffer_add(&out, (struct str){path.p + i, 1});
		else
			buffer_printf(&out, "%%%02X", c);
	}
	return buffer_text(&out);
}

static void put_artifact(const struct report *report, struct arena *arena, struct json *map,
			 const struct source *source)
{
	struct str name = ci_name(report, arena, source);
	struct json *artifact = json_put_map(map, "artifactLocation");
	bool outside = name.n && *name.p == '/';

	json_put_text(artifact, "uri", percent_encoded(arena, outside ? "file://" : "", name));
	if (ci_no_file(source))
		put_message(artifact, "description", STR("standard input"));
	else if (!outside)
		json_put_text(artifact, "uriBaseId", STR("%SRCROOT%"));
}

static void put_region(const struct report *report, struct json *map, const char *key,
		       struct span at)
{
	struct position start = span_start(report->sources, at);
	struct position end = span_stop(report->sources, at);
	struct json *region = json_put_map(map, key);

	json_put_number(region, "startLine", start.line);
	json_put_number(region, "startColumn", start.column);
	json_put_number(region, "endLine", end.line);
	json_put_number(region, "endColumn", end.column);
}

static void put_physical(const struct report *report, struct arena *arena, struct json *location,
			 struct span at)
{
	struct json *physical = json_put_map(location, "physicalLocation");

	put_artifact(report, arena, physical, source_of(report->sources, at));
	put_region(report, physical, "region", at);
}

/* --- results --- */

/* Makes text safe to show: `](` from the user would become a link (SARIF 3.11.6). */
static void add_visible(struct buffer *out, struct str s)
{
	for (size_t i = 0, from = 0; i <= s.n; i++) {
		bool link = i + 1 < s.n && s.p[i] == ']' && s.p[i + 1] == '(';

		if (i < s.n && !link)
			continue;
		text_visible(out, (struct str){s.p + from, i - from});
		buffer_puts(out, link ? "\\" : "");
		from = i;
	}
}

static void put_visible(struct arena *arena, struct json *map, const char *key, struct str s)
{
	struct buffer text;

	buffer_init(&text, arena);
	add_visible(&text, s);
	put_message(map, key, buffer_text(&text));
}

static void put_finding_message(struct arena *arena, struct json *result, const struct finding *f)
{
	struct buffer text;

	buffer_init(&text, arena);
	add_visible(&text, f->message);
	if (f->help.n) {
		buffer_puts(&text, "\nhelp: ");
		add_visible(&text, f->help);
	}
	put_message(result, "message", buffer_text(&text));
}

static void put_locations(const struct report *report, struct arena *arena, struct json *result,
			  const struct finding *f)
{
	struct json *location = json_append_map(json_put_list(result, "locations"));

	put_physical(report, arena, location, f->at);
	if (f->path.n)
		json_put_text(json_append_map(json_put_list(location, "logicalLocations")),
			      "fullyQualifiedName", f->path);
}

static void put_related(const struct report *report, struct arena *arena, struct json *result,
			const struct finding *f)
{
	struct json *list = json_put_list(result, "relatedLocations");

	for (uint8_t i = 0; i < f->n_notes; i++) {
		struct json *location = json_append_map(list);

		put_physical(report, arena, location, f->notes[i].at);
		put_visible(arena, location, "message", f->notes[i].message);
	}
}

/* One change per file. The edits are sorted by place, so those of a file are adjacent. */
static void put_changes(const struct report *report, struct arena *arena, struct json *map,
			const struct fix *fix)
{
	struct json *changes = json_put_list(map, "artifactChanges"), *replacements = NULL;
	const struct source *last = NULL;

	for (uint32_t i = 0; i < fix->n_edits; i++) {
		const struct edit *edit = &fix->edits[i];
		const struct source *source = source_of(report->sources, edit->at);
		struct json *replacement;

		if (source != last) {
			struct json *change = json_append_map(changes);

			put_artifact(report, arena, change, source);
			replacements = json_put_list(change, "replacements");
			last = source;
		}
		replacement = json_append_map(replacements);
		put_region(report, replacement, "deletedRegion", edit->at);
		if (edit->with.n)
			put_message(replacement, "insertedContent", edit->with);
	}
}

static void put_fix(const struct report *report, struct arena *arena, struct json *result,
		    const struct fix *f)
{
	struct json *fix = json_append_map(json_put_list(result, "fixes"));

	put_visible(arena, fix, "description", f->description);
	put_changes(report, arena, fix, f);
	json_put_flag(json_put_map(fix, "properties"), "safe", f->safe);
}

/* Made of rule and path, as in a baseline, so that it stays the same when the line moves. */
static void put_fingerprint(struct arena *arena, struct json *result, const struct finding *f,
			    uint32_t repeats)
{
	char digest[65];

	sha256_hex(arena_printf(arena, "%s %.*s %u", f->rule, STR_ARG(f->path), repeats), digest);
	json_put_text(json_put_map(result, "partialFingerprints"), "ruleAndPath/v1",
		      str_of(digest));
}

static struct json *result_json(const struct report *report, struct arena *arena, uint32_t i,
				uint32_t repeats)
{
	const struct finding *f = &report->findings->items[i];
	struct json *result = json_map(arena);
	size_t index = 0;

	while (report->rules[index] && strcmp(report->rules[index]->name, f->rule) != 0)
		index++;
	json_put_text(result, "ruleId", str_of(f->rule));
	if (report->rules[index])
		json_put_number(result, "ruleIndex", index);
	json_put_text(result, "level", str_of(severity_name(f->severity)));
	put_finding_message(arena, result, f);
	put_locations(report, arena, result, f);
	if (f->n_notes)
		put_related(report, arena, result, f);
	if (f->path.n)
		put_fingerprint(arena, result, f, repeats);
	if (f->fix.given)
		put_fix(report, arena, result, &f->fix);
	return result;
}

static void render(const struct report *report, FILE *out)
{
	struct arena *arena = arena_new(), *scratch = arena_new();
	const uint32_t *repeats = ci_repeats(report, arena);

	fputs("{\"$schema\": \"" SCHEMA "\",\n\"version\": \"2.1.0\",\n\"runs\": [{", out);
	print_tool(report, scratch, out);
	fputs("\"invocations\": [{\"executionSuccessful\": true}],\n"
	      "\"originalUriBaseIds\": {\"%SRCROOT%\": {\"description\": {\"text\": "
	      "\"the root of the repository\"}}},\n"
	      "\"columnKind\": \"unicodeCodePoints\",\n"
	      "\"newlineSequences\": [\"\\r\\n\", \"\\n\", \"\\r\"],\n"
	      "\"results\": [",
	      out);
	for (uint32_t i = 0; i < report->findings->n; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		json_print(out, result_json(report, scratch, i, repeats[i]), JSON_LINE);
		arena_reset(scratch);
	}
	fputs("]}]}\n", out);
	arena_free(scratch);
	arena_free(arena);
}

const struct renderer render_sarif = {
	.name = "sarif",
	.doc = "for code scanning: everything, and every rule with its page",
	.for_programs = true,
	.render = render,
};
