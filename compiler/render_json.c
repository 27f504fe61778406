/* Findings as JSON: cli.md's form, for programs. */
#include "compiler/json.h"
#include "compiler/render.h"
#include "compiler/utf8.h"

static void put_text(struct arena *arena, json_object *object, const char *key, struct str s)
{
	json_put_text(object, key, utf8_clean(arena, s));
}

static void put_place(struct arena *arena, json_object *object, const struct sources *sources,
		      struct span at)
{
	struct position p = span_start(sources, at);

	put_text(arena, object, "file", p.source->name);
	json_put_number(object, "line", p.line);
	json_put_number(object, "column", p.column);
}

static void put_end(json_object *object, const struct sources *sources, struct span at)
{
	struct position p = span_stop(sources, at);

	json_put_number(object, "end_line", p.line);
	json_put_number(object, "end_column", p.column);
}

static void put_fix(struct arena *arena, json_object *fixes, const struct sources *sources,
		    const struct fix *f)
{
	json_object *fix = json_map(), *edits = json_list();

	put_text(arena, fix, "description", f->description);
	json_put_flag(fix, "safe", f->safe);
	for (uint32_t i = 0; i < f->n_edits; i++) {
		json_object *edit = json_map();

		put_place(arena, edit, sources, f->edits[i].at);
		put_end(edit, sources, f->edits[i].at);
		put_text(arena, edit, "text", f->edits[i].with);
		json_append(edits, edit);
	}
	json_put(fix, "edits", edits);
	json_append(fixes, fix);
}

/* One object for all findings, its values changed for each: a hostile file has a million, and
 * making it anew each time takes longer than finding them. */
struct form {
	json_object *whole;
	json_object *rule, *severity, *message, *path, *file, *help;
	json_object *line, *column, *end_line, *end_column;
};

static json_object *field(json_object *whole, const char *key, json_object *value)
{
	json_put(whole, key, value);
	return value;
}

static json_object *text_field(json_object *whole, const char *key)
{
	return field(whole, key, json_text(STR("")));
}

static json_object *number_field(json_object *whole, const char *key)
{
	return field(whole, key, json_object_new_uint64(0));
}

/* In the order of docs/output-formats.md. */
static struct form form_of_finding(void)
{
	struct form form = {.whole = json_map()};

	form.rule = text_field(form.whole, "rule");
	form.severity = text_field(form.whole, "severity");
	form.message = text_field(form.whole, "message");
	form.path = text_field(form.whole, "path");
	form.file = text_field(form.whole, "file");
	form.line = number_field(form.whole, "line");
	form.column = number_field(form.whole, "column");
	form.end_line = number_field(form.whole, "end_line");
	form.end_column = number_field(form.whole, "end_column");
	json_put(form.whole, "related", json_list());
	form.help = text_field(form.whole, "help");
	json_put(form.whole, "fixes", json_list());
	return form;
}

static void set_text(struct arena *arena, json_object *text, struct str s)
{
	s = utf8_clean(arena, s);
	if (!json_object_set_string_len(text, s.n ? s.p : "", (int)s.n))
		arena_oom();
}

static void set_place(struct arena *arena, const struct form *form, const struct sources *sources,
		      struct span at)
{
	struct position start = span_start(sources, at), stop = span_stop(sources, at);

	set_text(arena, form->file, start.source->name);
	json_object_set_uint64(form->line, start.line);
	json_object_set_uint64(form->column, start.column);
	json_object_set_uint64(form->end_line, stop.line);
	json_object_set_uint64(form->end_column, stop.column);
}

static json_object *related_json(struct arena *arena, const struct finding *f,
				 const struct sources *sources)
{
	json_object *related = json_list();

	for (uint8_t i = 0; i < f->n_notes; i++) {
		json_object *note = json_map();

		put_place(arena, note, sources, f->notes[i].at);
		put_text(arena, note, "message", f->notes[i].message);
		json_append(related, note);
	}
	return related;
}

static void set_finding(struct arena *arena, const struct form *form, const struct finding *f,
			const struct sources *sources)
{
	json_object *fixes = json_list();

	set_text(arena, form->rule, str_of(f->rule));
	set_text(arena, form->severity, str_of(severity_name(f->severity)));
	set_text(arena, form->message, f->message);
	set_text(arena, form->path, f->path);
	set_place(arena, form, sources, f->at);
	json_put(form->whole, "related", related_json(arena, f, sources));
	set_text(arena, form->help, f->help);
	if (f->fix.given)
		put_fix(arena, fixes, sources, &f->fix);
	json_put(form->whole, "fixes", fixes);
}

void render_json(const struct findings *findings, const struct sources *sources,
		 struct render_summary summary, FILE *out)
{
	struct arena *scratch = arena_new();
	struct form form = form_of_finding();
	json_object *sum = json_map();

	fputs("{\"version\": 1,\n \"findings\": [", out);
	for (uint32_t i = 0; i < findings->n; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		set_finding(scratch, &form, &findings->items[i], sources);
		fputs(json_line(form.whole), out);
		arena_reset(scratch);
	}
	json_put_number(sum, "files", summary.files);
	json_put_number(sum, "hosts", summary.hosts);
	json_put_number(sum, "vms", summary.vms);
	json_put_number(sum, "errors", findings_count(findings, SEVERITY_ERROR));
	json_put_number(sum, "warnings", findings_count(findings, SEVERITY_WARNING));
	json_put_number(sum, "notes", findings_count(findings, SEVERITY_NOTE));
	fputs("],\n \"summary\": ", out);
	fputs(json_line(sum), out);
	fputs("}\n", out);
	json_object_put(form.whole);
	json_object_put(sum);
	arena_free(scratch);
}
