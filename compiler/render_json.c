/* Findings as JSON: cli.md's form, for programs. */
#include <json-c/json.h>

#include "compiler/render.h"
#include "compiler/utf8.h"

static void must(int status)
{
	if (status)
		arena_oom();
}

static void put(json_object *object, const char *key, json_object *value)
{
	if (!value)
		arena_oom();
	must(json_object_object_add_ex(object, key, value, JSON_C_OBJECT_ADD_CONSTANT_KEY));
}

/* JSON text is UTF-8; a file name need not be. */
static struct str valid_utf8(struct arena *arena, struct str s)
{
	struct buffer out;
	size_t good = 0;
	uint32_t code;

	while (good < s.n) {
		size_t n = utf8_character((struct str){s.p + good, s.n - good}, &code);

		if (n == 0)
			break;
		good += n;
	}
	if (good == s.n)
		return s;
	buffer_init(&out, arena);
	while (s.n) {
		size_t n = utf8_character(s, &code);

		buffer_add(&out, n ? (struct str){s.p, n} : STR("\xef\xbf\xbd"));
		n = n ? n : 1;
		s.p += n;
		s.n -= n;
	}
	return buffer_text(&out);
}

static void put_text(struct arena *arena, json_object *object, const char *key, struct str s)
{
	struct str valid = valid_utf8(arena, s);

	if (valid.n > INT32_MAX)
		valid.n = 0;
	put(object, key, json_object_new_string_len(valid.n ? valid.p : "", (int)valid.n));
}

static void put_number(json_object *object, const char *key, uint32_t n)
{
	put(object, key, json_object_new_int64(n));
}

static json_object *new_object(void)
{
	json_object *o = json_object_new_object();

	if (!o)
		arena_oom();
	return o;
}

static void put_place(struct arena *arena, json_object *object, const struct sources *sources,
		      struct span at, bool end)
{
	struct position p = span_start(sources, at);

	put_text(arena, object, "file", p.source->name);
	put_number(object, "line", p.line);
	put_number(object, "column", p.column);
	if (end) {
		p = span_stop(sources, at);
		put_number(object, "end_line", p.line);
		put_number(object, "end_column", p.column);
	}
}

static void put_fix(struct arena *arena, json_object *fixes, const struct sources *sources,
		    const struct finding *f)
{
	json_object *fix = new_object(), *edits = json_object_new_array(), *edit = new_object();

	put_text(arena, fix, "description", f->fix.description);
	put(fix, "safe", json_object_new_boolean(f->fix.safe));
	put_place(arena, edit, sources, f->fix.edit.at, true);
	put_text(arena, edit, "text", f->fix.edit.with);
	must(json_object_array_add(edits, edit));
	put(fix, "edits", edits);
	must(json_object_array_add(fixes, fix));
}

static json_object *finding_json(struct arena *arena, const struct finding *f,
				 const struct sources *sources)
{
	json_object *o = new_object(), *related = json_object_new_array();
	json_object *fixes = json_object_new_array();

	put(o, "rule", json_object_new_string(f->rule));
	put(o, "severity", json_object_new_string(severity_name(f->severity)));
	put_text(arena, o, "message", f->message);
	put_text(arena, o, "path", f->path);
	put_place(arena, o, sources, f->at, true);
	for (uint8_t i = 0; i < f->n_notes; i++) {
		json_object *note = new_object();

		put_place(arena, note, sources, f->notes[i].at, false);
		put_text(arena, note, "message", f->notes[i].message);
		must(json_object_array_add(related, note));
	}
	put(o, "related", related);
	put_text(arena, o, "help", f->help);
	if (f->fix.given)
		put_fix(arena, fixes, sources, f);
	put(o, "fixes", fixes);
	return o;
}

static void print(FILE *out, json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text)
		arena_oom();
	fputs(text, out);
	json_object_put(object);
}

void render_json(const struct findings *findings, const struct sources *sources,
		 struct render_summary summary, FILE *out)
{
	struct arena *scratch = arena_new();
	json_object *sum = new_object();

	fputs("{\"version\": 1,\n \"findings\": [", out);
	for (uint32_t i = 0; i < findings->n; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		print(out, finding_json(scratch, &findings->items[i], sources));
		arena_reset(scratch);
	}
	put_number(sum, "files", summary.files);
	put_number(sum, "hosts", summary.hosts);
	put_number(sum, "vms", summary.vms);
	put_number(sum, "errors", findings_count(findings, SEVERITY_ERROR));
	put_number(sum, "warnings", findings_count(findings, SEVERITY_WARNING));
	put_number(sum, "notes", findings_count(findings, SEVERITY_NOTE));
	fputs("],\n \"summary\": ", out);
	print(out, sum);
	fputs("}\n", out);
	arena_free(scratch);
}
