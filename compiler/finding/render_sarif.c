/* Findings as SARIF 2.1.0 (OASIS, with errata 01): one run, its tool with every rule, its results.
 *
 * Files of the repository are relative to %SRCROOT%, as code scanning services want them; others
 * are file: URIs. Columns count code points, the end is one past the last, as everywhere here. */
#include <ctype.h>

#include "compiler/base/digest.h"
#include "compiler/base/json.h"
#include "compiler/base/utf8.h"
#include "compiler/base/visible.h"
#include "compiler/finding/render.h"
#include "compiler/finding/render_ci.h"
#include "compiler/finding/rule_page.h"

#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static void print(FILE *out, json_object *object)
{
	fputs(json_line(object), out);
	json_object_put(object);
}

static void put_message(json_object *map, const char *key, struct str text)
{
	json_object *message = json_map();

	json_put_text(message, "text", text);
	json_put(map, key, message);
}

/* --- the tool --- */

/* P2pVgpuFractional: SARIF wants a name that is not the id. */
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

static json_object *help_json(struct arena *arena, const struct rule *rule)
{
	json_object *help = json_map();
	struct buffer text, markdown;

	buffer_init(&text, arena);
	rule_page_text(rule, &text);
	json_put_text(help, "text", buffer_text(&text));
	buffer_init(&markdown, arena);
	rule_page_markdown(rule, &markdown);
	json_put_text(help, "markdown", buffer_text(&markdown));
	return help;
}

static json_object *rule_json(struct arena *arena, const struct rule *rule)
{
	json_object *o = json_map(), *configuration = json_map();

	json_put_text(o, "id", str_of(rule->name));
	json_put_text(o, "name", pascal_case(arena, rule->name));
	put_message(o, "shortDescription", str_of(rule->summary));
	put_message(o, "fullDescription", str_of(rule->what));
	json_put(o, "help", help_json(arena, rule));
	json_put_text(configuration, "level", str_of(severity_name(rule->severity)));
	json_put(o, "defaultConfiguration", configuration);
	return o;
}

static void print_tool(const struct ci_report *report, struct arena *scratch, FILE *out)
{
	fprintf(out,
		"\"tool\": {\"driver\": {\"name\": \"gpuplan\", \"fullName\": \"gpuplan %s\", "
		"\"version\": \"%s\", \"semanticVersion\": \"%s\", \"rules\": [",
		report->version, report->version, report->version);
	for (size_t i = 0; report->rules[i]; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		print(out, rule_json(scratch, report->rules[i]));
		arena_reset(scratch);
	}
	fputs("]}},\n", out);
}

/* --- places --- */

/* The path of a URI: whatever is no letter, digit or one of -._~/ as %XX, byte by byte. */
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

static json_object *artifact_json(const struct ci_report *report, struct arena *arena,
				  const struct source *source)
{
	struct str name = ci_name(report, arena, source);
	json_object *o = json_map();
	bool outside = name.n && *name.p == '/';

	json_put_text(o, "uri", percent_encoded(arena, outside ? "file://" : "", name));
	if (ci_no_file(source))
		put_message(o, "description", STR("standard input"));
	else if (!outside)
		json_put_text(o, "uriBaseId", STR("%SRCROOT%"));
	return o;
}

static json_object *region_json(const struct ci_report *report, struct span at)
{
	struct position start = span_start(report->sources, at);
	struct position end = span_stop(report->sources, at);
	json_object *o = json_map();

	json_put_number(o, "startLine", start.line);
	json_put_number(o, "startColumn", start.column);
	json_put_number(o, "endLine", end.line);
	json_put_number(o, "endColumn", end.column);
	return o;
}

static json_object *location_json(const struct ci_report *report, struct arena *arena,
				  struct span at)
{
	json_object *o = json_map(), *physical = json_map();

	json_put(physical, "artifactLocation",
		 artifact_json(report, arena, source_of(report->sources, at)));
	json_put(physical, "region", region_json(report, at));
	json_put(o, "physicalLocation", physical);
	return o;
}

/* --- results --- */

/* For people: nothing that could deceive them; `](` would make a link of the user's brackets
 * (SARIF 3.11.6). */
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

static void put_visible(struct arena *arena, json_object *map, const char *key, struct str s)
{
	struct buffer text;

	buffer_init(&text, arena);
	add_visible(&text, s);
	put_message(map, key, buffer_text(&text));
}

static void put_finding_message(struct arena *arena, json_object *result, const struct finding *f)
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

static void put_locations(const struct ci_report *report, struct arena *arena, json_object *result,
			  const struct finding *f)
{
	json_object *list = json_list(), *location = location_json(report, arena, f->at);

	if (f->path.n) {
		json_object *logical = json_list(), *path = json_map();

		json_put_text(path, "fullyQualifiedName", utf8_clean(arena, f->path));
		json_append(logical, path);
		json_put(location, "logicalLocations", logical);
	}
	json_append(list, location);
	json_put(result, "locations", list);
}

static void put_related(const struct ci_report *report, struct arena *arena, json_object *result,
			const struct finding *f)
{
	json_object *list = json_list();

	for (uint8_t i = 0; i < f->n_notes; i++) {
		json_object *location = location_json(report, arena, f->notes[i].at);

		put_visible(arena, location, "message", f->notes[i].message);
		json_append(list, location);
	}
	json_put(result, "relatedLocations", list);
}

static json_object *replacement_json(const struct ci_report *report, struct arena *arena,
				     const struct edit *edit)
{
	json_object *replacement = json_map();

	json_put(replacement, "deletedRegion", region_json(report, edit->at));
	if (edit->with.n)
		put_message(replacement, "insertedContent", utf8_clean(arena, edit->with));
	return replacement;
}

/* A change a file: the edits stand in the order of their places, so those of a file together. */
static json_object *changes_json(const struct ci_report *report, struct arena *arena,
				 const struct fix *fix)
{
	json_object *changes = json_list(), *replacements = NULL;
	const struct source *last = NULL;

	for (uint32_t i = 0; i < fix->n_edits; i++) {
		const struct source *source = source_of(report->sources, fix->edits[i].at);

		if (source != last) {
			json_object *change = json_map();

			replacements = json_list();
			json_put(change, "artifactLocation", artifact_json(report, arena, source));
			json_put(change, "replacements", replacements);
			json_append(changes, change);
			last = source;
		}
		json_append(replacements, replacement_json(report, arena, &fix->edits[i]));
	}
	return changes;
}

static json_object *fix_json(const struct ci_report *report, struct arena *arena,
			     const struct finding *f)
{
	json_object *fix = json_map(), *bag = json_map();

	put_visible(arena, fix, "description", f->fix.description);
	json_put(fix, "artifactChanges", changes_json(report, arena, &f->fix));
	json_put_flag(bag, "safe", f->fix.safe);
	json_put(fix, "properties", bag);
	return fix;
}

/* Rule and path, as in a baseline: the result is the same one when its line has moved. */
static void put_fingerprint(struct arena *arena, json_object *result, const struct finding *f,
			    uint32_t repeats)
{
	json_object *prints = json_map();
	char digest[65];

	sha256_hex(arena_printf(arena, "%s %.*s %u", f->rule, STR_ARG(f->path), repeats), digest);
	json_put_text(prints, "ruleAndPath/v1", str_of(digest));
	json_put(result, "partialFingerprints", prints);
}

static json_object *result_json(const struct ci_report *report, struct arena *arena, uint32_t i,
				uint32_t repeats)
{
	const struct finding *f = &report->findings->items[i];
	json_object *result = json_map(), *fixes;
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
	if (f->fix.given) {
		fixes = json_list();
		json_append(fixes, fix_json(report, arena, f));
		json_put(result, "fixes", fixes);
	}
	return result;
}

void render_sarif(const struct ci_report *report, FILE *out)
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
		print(out, result_json(report, scratch, i, repeats[i]));
		arena_reset(scratch);
	}
	fputs("]}]}\n", out);
	arena_free(scratch);
	arena_free(arena);
}
