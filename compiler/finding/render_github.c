/* Findings as GitHub annotations: workflow commands, one line each.
 *
 *     ::error file=vms/a.yaml,line=3,endLine=3,col=9,endColumn=12,title=RULE::MESSAGE
 *
 * The runner (src/Runner.Common/ActionCommand.cs in its repository) splits the line at `::`, `,`
 * and
 * `=` and then decodes %0D, %0A, %3A, %2C and %25. Its log shows only the message, so the message
 * repeats the place. */
#include "compiler/base/visible.h"
#include "compiler/finding/render_private.h"

/* Writes the characters of `special` as %XX, and others that could deceive a reader as escapes. */
static void escape(struct buffer *out, struct str s, const char *special)
{
	while (s.n) {
		size_t n = 0;

		while (n < s.n && !(s.p[n] && strchr(special, s.p[n])))
			n++;
		text_visible(out, (struct str){s.p, n});
		if (n < s.n)
			buffer_printf(out, "%%%02X", (unsigned char)s.p[n]);
		n += n < s.n;
		s.p += n;
		s.n -= n;
	}
}

/* A file name keeps its line ends: the runner compares it. */
static void put_property(struct buffer *out, struct str s)
{
	escape(out, s, "%\r\n:,");
}

static void put_message(struct buffer *out, struct str s)
{
	escape(out, s, "%");
}

static void put_place(struct buffer *out, const struct report *report, struct span at)
{
	struct position p = span_start(report->sources, at);

	put_message(out, ci_name(report, out->arena, p.source));
	buffer_printf(out, ":%u:%u: ", p.line, p.column);
}

/* The runner rejects columns of a span over several lines. */
static void put_region(struct buffer *out, const struct report *report, struct span at)
{
	struct position start = span_start(report->sources, at);
	struct position end = span_stop(report->sources, at);

	if (ci_no_file(start.source))
		return;
	buffer_puts(out, "file=");
	put_property(out, ci_name(report, out->arena, start.source));
	buffer_printf(out, ",line=%u,endLine=%u,", start.line, end.line);
	if (start.line == end.line)
		buffer_printf(out, "col=%u,endColumn=%u,", start.column, end.column);
}

static const char *command(enum severity severity)
{
	return severity == SEVERITY_NOTE ? "notice" : severity_name(severity);
}

static void put_finding(struct buffer *out, const struct report *report, const struct finding *f)
{
	buffer_printf(out, "::%s ", command(f->severity));
	put_region(out, report, f->at);
	buffer_printf(out, "title=%s::", f->rule);
	put_place(out, report, f->at);
	put_message(out, f->message);
	buffer_printf(out, " [%s]", f->rule);
	for (uint8_t i = 0; i < f->n_notes; i++) {
		buffer_puts(out, "%0A");
		put_place(out, report, f->notes[i].at);
		buffer_puts(out, "note: ");
		put_message(out, f->notes[i].message);
	}
	if (f->help.n) {
		buffer_puts(out, "%0Ahelp: ");
		put_message(out, f->help);
	}
	buffer_puts(out, "\n");
}

/* GitHub shows only the first annotations of each kind in a step, so the total goes into one of
 * them. */
static void print_total(const struct findings *findings, FILE *out)
{
	enum { SHOWN = 10 };
	uint32_t errors = findings_count(findings, SEVERITY_ERROR);
	uint32_t warnings = findings_count(findings, SEVERITY_WARNING);
	uint32_t notes = findings_count(findings, SEVERITY_NOTE);

	if (errors > SHOWN || warnings > SHOWN || notes > SHOWN)
		fprintf(out,
			"::notice title=gpuplan::%u errors, %u warnings, %u notes: more than "
			"GitHub annotates, the log of this step has them\n",
			errors, warnings, notes);
}

static void render(const struct report *report, FILE *out)
{
	const struct findings *findings = report->findings;
	struct arena *scratch = arena_new();
	uint32_t left[SEVERITY_ERROR + 1];

	render_share(findings, report->max_findings, left);
	print_total(findings, out);
	for (uint32_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];
		struct buffer line;

		if (!left[f->severity])
			continue;
		left[f->severity]--;
		buffer_init(&line, scratch);
		put_finding(&line, report, f);
		fwrite(line.p, 1, line.n, out);
		arena_reset(scratch);
	}
	arena_free(scratch);
}

const struct renderer render_github = {
	.name = "github",
	.doc = "for GitHub's runner: annotations at the lines of a pull request",
	.for_programs = true,
	.render = render,
};
