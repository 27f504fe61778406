/* Findings as JSON: cli.md's form, for programs. */
#include "compiler/base/json.h"
#include "compiler/base/utf8.h"
#include "compiler/finding/render.h"

static void put_text(struct arena *arena, json_object *object, const char *key, struct str s)
{
	json_put_text(object, key, utf8_clean(arena, s));
}

static void put_place(struct arena *arena, json_object *object, const struct sources *sources,
		      struct span at, bool end)
{
	struct position p = span_start(sources, at);

	put_text(arena, object, "file", p.source->name);
	json_put_number(object, "line", p.line);
	json_put_number(object, "column", p.column);
	if (end) {
		p = span_stop(sources, at);
		json_put_number(object, "end_line", p.line);
		json_put_number(object, "end_column", p.column);
	}
}

static void put_fix(struct arena *arena, json_object *fixes, const struct sources *sources,
		    const struct fix *f)
{
	json_object *fix = json_map(), *edits = json_list();

	put_text(arena, fix, "description", f->description);
	json_put_flag(fix, "safe", f->safe);
	for (uint32_t i = 0; i < f->n_edits; i++) {
		json_object *edit = json_map();

		put_place(arena, edit, sources, f->edits[i].at, true);
		put_text(arena, edit, "text", f->edits[i].with);
		json_append(edits, edit);
	}
	json_put(fix, "edits", edits);
	json_append(fixes, fix);
}

static json_object *finding_json(struct arena *arena, const struct finding *f,
				 const struct sources *sources)
{
	json_object *o = json_map(), *related = json_list();
	json_object *fixes = json_list();

	json_put_text(o, "rule", str_of(f->rule));
	json_put_text(o, "severity", str_of(severity_name(f->severity)));
	put_text(arena, o, "message", f->message);
	put_text(arena, o, "path", f->path);
	put_place(arena, o, sources, f->at, true);
	for (uint8_t i = 0; i < f->n_notes; i++) {
		json_object *note = json_map();

		put_place(arena, note, sources, f->notes[i].at, false);
		put_text(arena, note, "message", f->notes[i].message);
		json_append(related, note);
	}
	json_put(o, "related", related);
	put_text(arena, o, "help", f->help);
	if (f->fix.given)
		put_fix(arena, fixes, sources, &f->fix);
	json_put(o, "fixes", fixes);
	return o;
}

static void print(FILE *out, json_object *object)
{
	fputs(json_line(object), out);
	json_object_put(object);
}

void render_json(const struct findings *findings, const struct sources *sources,
		 struct render_summary summary, FILE *out)
{
	struct arena *scratch = arena_new();
	json_object *sum = json_map();

	fputs("{\"version\": 1,\n \"findings\": [", out);
	for (uint32_t i = 0; i < findings->n; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		print(out, finding_json(scratch, &findings->items[i], sources));
		arena_reset(scratch);
	}
	json_put_number(sum, "files", summary.files);
	json_put_number(sum, "hosts", summary.hosts);
	json_put_number(sum, "vms", summary.vms);
	json_put_number(sum, "errors", findings_count(findings, SEVERITY_ERROR));
	json_put_number(sum, "warnings", findings_count(findings, SEVERITY_WARNING));
	json_put_number(sum, "notes", findings_count(findings, SEVERITY_NOTE));
	fputs("],\n \"summary\": ", out);
	print(out, sum);
	fputs("}\n", out);
	arena_free(scratch);
}
