/* Findings as text. */
#include "compiler/base/utf8.h"
#include "compiler/base/visible.h"
#include "compiler/finding/render.h"

#define RED    "\033[1;31m"
#define YELLOW "\033[1;33m"
#define BLUE   "\033[1;34m"
#define GREEN  "\033[1;32m"
#define BOLD   "\033[1m"
#define RESET  "\033[0m"

struct text_renderer {
	const struct report *report;
	bool color;
	struct buffer out;
};

static void color(struct text_renderer *r, const char *code)
{
	if (r->color)
		buffer_puts(&r->out, code);
}

static const char *severity_color(enum severity severity)
{
	return severity == SEVERITY_ERROR ? RED : severity == SEVERITY_WARNING ? YELLOW : BLUE;
}

static void place(struct text_renderer *r, struct span at)
{
	struct position p = span_start(r->report->sources, at);

	color(r, BOLD);
	text_visible(&r->out, p.source->name);
	buffer_printf(&r->out, ":%u:%u: ", p.line, p.column);
	color(r, RESET);
}

enum { WIDEST = 160 }; /* bytes of a quoted line */

/* The columns that a character takes on a terminal, by blocks of wide and combining characters. */
static size_t width_of(uint32_t code)
{
	static const struct {
		uint32_t first, last;
		size_t width;
	} blocks[] = {
		{0x300, 0x36f, 0},     {0x1100, 0x115f, 2},   {0x200b, 0x200d, 0},
		{0x2e80, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
		{0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},
		{0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2}, {0x1f680, 0x1f6ff, 2},
		{0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
	};

	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (code >= blocks[i].first && code <= blocks[i].last)
			return blocks[i].width;
	return 1;
}

/* Appends one character of a quoted line as the terminal shows it, and returns its width. */
static size_t quote_character(struct buffer *out, struct str s, size_t *bytes)
{
	uint32_t code = 0;
	size_t before = out->n, n = utf8_character(s, &code);

	*bytes = n ? n : 1;
	if (*s.p == '\t') {
		buffer_puts(out, "\t");
		return 1;
	}
	text_visible(out, (struct str){s.p, *bytes});
	return n && !text_is_hostile(code) ? width_of(code) : out->n - before;
}

/* Appends the marks below one character: blanks before the span, `^~~~` within it. */
static void mark_character(struct buffer *marks, bool before, bool first, bool tab, size_t width)
{
	if (before && tab) {
		buffer_puts(marks, "\t");
		return;
	}
	for (size_t i = 0; i < width; i++)
		buffer_puts(marks, before ? " " : first && i == 0 ? "^" : "~");
}

/* Quotes the line and underlines the span. Tabs are copied into the marks, so that columns line up.
 */
static void quote_line(struct text_renderer *r, struct span at)
{
	struct position p = span_start(r->report->sources, at);
	struct str line = source_line(p.source, p.line);
	size_t line_at = (size_t)(line.p - p.source->text.p), offset = at.at - p.source->base;
	size_t start = offset > line_at ? offset - line_at : 0, end = start + at.len, from = 0;
	struct str margin = arena_printf(r->out.arena, "%5u | ", p.line);
	struct buffer marks;

	end = end > line.n ? line.n : end;
	if (start > WIDEST / 2)
		for (from = start - WIDEST / 2;
		     from && ((unsigned char)line.p[from] & 0xc0) == 0x80;)
			from--;
	buffer_init(&marks, r->out.arena);
	buffer_add(&r->out, margin);
	buffer_puts(&r->out, from ? "…" : "");
	buffer_printf(&marks, "%*s| %s", (int)margin.n - 2, "", from ? " " : "");
	for (size_t i = from, n; i < line.n && i < from + WIDEST; i += n) {
		size_t width = quote_character(&r->out, (struct str){line.p + i, line.n - i}, &n);

		if (i < end || i <= start)
			mark_character(&marks, i < start, i == start, line.p[i] == '\t', width);
	}
	if (start >= line.n)
		buffer_puts(&marks, "^");
	buffer_puts(&r->out, line.n > from + WIDEST ? "…\n" : "\n");
	color(r, GREEN);
	buffer_add(&r->out, buffer_text(&marks));
	color(r, RESET);
	buffer_puts(&r->out, "\n");
}

static void render_one(struct text_renderer *r, const struct finding *f)
{
	place(r, f->at);
	color(r, severity_color(f->severity));
	buffer_printf(&r->out, "%s: ", severity_name(f->severity));
	color(r, RESET);
	text_visible(&r->out, f->message);
	buffer_printf(&r->out, " [%s]\n", f->rule);
	quote_line(r, f->at);
	for (uint8_t i = 0; i < f->n_notes; i++) {
		place(r, f->notes[i].at);
		color(r, BLUE);
		buffer_puts(&r->out, "note: ");
		color(r, RESET);
		text_visible(&r->out, f->notes[i].message);
		buffer_puts(&r->out, "\n");
	}
	if (f->help.n && r->report->help) {
		color(r, GREEN);
		buffer_puts(&r->out, "help: ");
		color(r, RESET);
		text_visible(&r->out, f->help);
		buffer_puts(&r->out, "\n");
	}
}

/* Written in one piece, because standard error is unbuffered. */
static void render_shown(struct text_renderer *r, FILE *out,
			 void (*render)(struct text_renderer *, const struct finding *))
{
	const struct findings *findings = r->report->findings;
	uint32_t left[SEVERITY_ERROR + 1], hidden = 0;

	buffer_init(&r->out, findings->arena);
	render_share(findings, r->report->max_findings, left);
	for (uint32_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];

		if (left[f->severity]) {
			left[f->severity]--;
			render(r, f);
		} else {
			hidden++;
		}
	}
	if (hidden)
		buffer_printf(&r->out, "… and %u more findings (--max-findings %u)\n", hidden,
			      r->report->max_findings);
	if (r->out.n)
		fwrite(r->out.p, 1, r->out.n, out);
}

static void render_text_report(const struct report *report, FILE *out)
{
	render_shown(&(struct text_renderer){.report = report, .color = report->color}, out,
		     render_one);
}

const struct renderer render_text = {
	.name = "text",
	.doc = "for people: the line with the wrong piece underlined",
	.render = render_text_report,
};

static void render_line(struct text_renderer *r, const struct finding *f)
{
	place(r, f->at);
	buffer_printf(&r->out, "%s: ", severity_name(f->severity));
	text_visible(&r->out, f->message);
	buffer_printf(&r->out, " [%s]\n", f->rule);
}

static void render_lines(const struct report *report, FILE *out)
{
	render_shown(&(struct text_renderer){.report = report}, out, render_line);
}

const struct renderer render_oneline = {
	.name = "oneline",
	.doc = "for editors and grep: one line per finding",
	.render = render_lines,
};
