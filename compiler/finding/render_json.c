/* Findings as JSON, for programs. */
#include "compiler/base/json.h"
#include "compiler/finding/render.h"

static void put_place(struct json *map, const struct sources *sources, struct span at, bool end)
{
	struct position p = span_start(sources, at);

	json_put_text(map, "file", p.source->name);
	json_put_number(map, "line", p.line);
	json_put_number(map, "column", p.column);
	if (end) {
		p = span_stop(sources, at);
		json_put_number(map, "end_line", p.line);
		json_put_number(map, "end_column", p.column);
	}
}

static void put_fix(struct json *fix, const struct sources *sources, const struct fix *f)
{
	struct json *edits;

	json_put_text(fix, "description", f->description);
	json_put_flag(fix, "safe", f->safe);
	edits = json_put_list(fix, "edits");
	for (uint32_t i = 0; i < f->n_edits; i++) {
		struct json *edit = json_append_map(edits);

		put_place(edit, sources, f->edits[i].at, true);
		json_put_text(edit, "text", f->edits[i].with);
	}
}

static struct json *finding_json(struct arena *arena, const struct finding *f,
				 const struct sources *sources)
{
	struct json *o = json_map(arena), *related, *fixes;

	json_put_text(o, "rule", str_of(f->rule));
	json_put_text(o, "severity", str_of(severity_name(f->severity)));
	json_put_text(o, "message", f->message);
	json_put_text(o, "path", f->path);
	put_place(o, sources, f->at, true);
	related = json_put_list(o, "related");
	for (uint8_t i = 0; i < f->n_notes; i++) {
		struct json *note = json_append_map(related);

		put_place(note, sources, f->notes[i].at, false);
		json_put_text(note, "message", f->notes[i].message);
	}
	json_put_text(o, "help", f->help);
	fixes = json_put_list(o, "fixes");
	if (f->fix.given)
		put_fix(json_append_map(fixes), sources, &f->fix);
	return o;
}

static void render(const struct report *report, FILE *out)
{
	const struct findings *findings = report->findings;
	struct arena *scratch = arena_new();
	struct json *sum;

	fputs("{\"version\": 1,\n \"findings\": [", out);
	for (uint32_t i = 0; i < findings->n; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		json_print(out, finding_json(scratch, &findings->items[i], report->sources),
			   JSON_LINE);
		arena_reset(scratch);
	}
	sum = json_map(scratch);
	json_put_number(sum, "files", report->counts.files);
	json_put_number(sum, "hosts", report->counts.hosts);
	json_put_number(sum, "vms", report->counts.vms);
	json_put_number(sum, "errors", findings_count(findings, SEVERITY_ERROR));
	json_put_number(sum, "warnings", findings_count(findings, SEVERITY_WARNING));
	json_put_number(sum, "notes", findings_count(findings, SEVERITY_NOTE));
	fputs("],\n \"summary\": ", out);
	json_print(out, sum, JSON_LINE);
	fputs("}\n", out);
	arena_free(scratch);
}

const struct renderer render_json = {
	.name = "json",
	.doc = "for programs: everything",
	.for_programs = true,
	.render = render,
};
