/* Findings as a JUnit report: one suite per file, one test per finding.
 *
 * A finding that fails the run is a failed test; any other finding is a passed test with output. A
 * file without findings is one passed test. So the report fails exactly when the exit status does.
 * Element and attribute names are those that Jenkins' xUnit plugin (junit-10.xsd) and GitLab read.
 */
#include "compiler/base/xml_text.h"
#include "compiler/finding/render_private.h"

struct junit {
	const struct report *report;
	const uint32_t *repeats;
	struct arena *arena;   /* of the whole report */
	struct arena *scratch; /* reset after every test */
	FILE *out;
};

static void flush(struct junit *j, const struct buffer *text)
{
	fwrite(text->p, 1, text->n, j->out);
	arena_reset(j->scratch);
}

static bool fails(const struct junit *j, const struct finding *f)
{
	return f->severity >= j->report->failing;
}

static void put_place(struct junit *j, struct buffer *out, struct span at)
{
	struct position p = span_start(j->report->sources, at);

	xml_escape(out, ci_name(j->report, j->scratch, p.source));
	buffer_printf(out, ":%u:%u: ", p.line, p.column);
}

/* As in the text format, without the quoted line. */
static void put_story(struct junit *j, struct buffer *out, const struct finding *f)
{
	put_place(j, out, f->at);
	buffer_printf(out, "%s: ", severity_name(f->severity));
	xml_escape(out, f->message);
	buffer_printf(out, " [%s]\n", f->rule);
	for (uint8_t i = 0; i < f->n_notes; i++) {
		put_place(j, out, f->notes[i].at);
		buffer_puts(out, "note: ");
		xml_escape(out, f->notes[i].message);
		buffer_puts(out, "\n");
	}
	if (f->help.n) {
		buffer_puts(out, "help: ");
		xml_escape(out, f->help);
		buffer_puts(out, "\n");
	}
}

static void begin_test(struct buffer *out, struct str file)
{
	buffer_puts(out, "    <testcase classname=\"");
	xml_escape(out, file);
	buffer_puts(out, "\" name=\"");
}

/* The name of a test holds no line number, so it is the same when the line has moved. */
static void print_test(struct junit *j, struct str file, uint32_t i)
{
	const struct finding *f = &j->report->findings->items[i];
	struct buffer out;

	buffer_init(&out, j->scratch);
	begin_test(&out, file);
	buffer_printf(&out, "%s%s", f->rule, f->path.n ? " " : "");
	xml_escape(&out, f->path);
	if (j->repeats[i])
		buffer_printf(&out, " (%u)", j->repeats[i] + 1);
	if (fails(j, f)) {
		buffer_puts(&out, "\">\n      <failure message=\"");
		xml_escape(&out, f->message);
		buffer_printf(&out, "\" type=\"%s\">", severity_name(f->severity));
		put_story(j, &out, f);
		buffer_puts(&out, "</failure>\n    </testcase>\n");
	} else {
		buffer_puts(&out, "\">\n      <system-out>");
		put_story(j, &out, f);
		buffer_puts(&out, "</system-out>\n    </testcase>\n");
	}
	flush(j, &out);
}

static void print_suite_start(struct junit *j, struct str file, uint32_t tests, uint32_t failures)
{
	struct buffer out;

	buffer_init(&out, j->scratch);
	buffer_puts(&out, "  <testsuite name=\"");
	xml_escape(&out, file);
	buffer_printf(&out, "\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\">\n",
		      tests ? tests : 1, failures);
	if (tests == 0) {
		begin_test(&out, file);
		buffer_puts(&out, "no finding\"/>\n");
	}
	flush(j, &out);
}

/* The end of the findings of one file, which start at `from`. */
static uint32_t end_of_file(const struct junit *j, const struct source *source, uint32_t from)
{
	const struct findings *findings = j->report->findings;

	while (from < findings->n &&
	       source_of(j->report->sources, findings->items[from].at) == source)
		from++;
	return from;
}

static uint32_t count_failures(const struct junit *j, uint32_t from, uint32_t end)
{
	uint32_t n = 0;

	for (uint32_t i = from; i < end; i++)
		n += fails(j, &j->report->findings->items[i]);
	return n;
}

static uint32_t print_suite(struct junit *j, const struct source *source, uint32_t from)
{
	struct str file = ci_name(j->report, j->arena, source);
	uint32_t end = end_of_file(j, source, from);

	print_suite_start(j, file, end - from, count_failures(j, from, end));
	for (uint32_t i = from; i < end; i++)
		print_test(j, file, i);
	fputs("  </testsuite>\n", j->out);
	return end;
}

/* Readers reject a report without tests, which mostly is a mistake. */
static void print_nothing_read(FILE *out)
{
	fputs("  <testsuite name=\"gpuplan\" tests=\"1\" failures=\"0\" errors=\"0\" "
	      "skipped=\"1\">\n"
	      "    <testcase classname=\"gpuplan\" name=\"no spec was found\">\n"
	      "      <skipped/>\n"
	      "    </testcase>\n"
	      "  </testsuite>\n",
	      out);
}

static void print_start(const struct junit *j)
{
	uint32_t n = j->report->findings->n, tests = n, next = 0;

	for (uint32_t i = 0; i < j->report->sources->n; i++) {
		uint32_t from = next;

		next = end_of_file(j, &j->report->sources->items[i], from);
		tests += next == from;
	}
	fprintf(j->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"gpuplan\" tests=\"%u\" failures=\"%u\" errors=\"0\">\n",
		tests ? tests : 1, count_failures(j, 0, n));
}

static void render(const struct report *report, FILE *out)
{
	struct arena *arena = arena_new();
	struct junit j = {report, ci_repeats(report, arena), arena, arena_new(), out};
	uint32_t next = 0;

	print_start(&j);
	if (report->sources->n == 0)
		print_nothing_read(out);
	for (uint32_t i = 0; i < report->sources->n; i++)
		next = print_suite(&j, &report->sources->items[i], next);
	fputs("</testsuites>\n", out);
	arena_free(j.scratch);
	arena_free(arena);
}

const struct renderer render_junit = {
	.name = "junit",
	.doc = "for readers of test reports: one test per finding",
	.for_programs = true,
	.render = render,
};
