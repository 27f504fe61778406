/* SVG's elements, and text in lines that fit. */
#include "compiler/base/utf8.h"
#include "compiler/base/xml_text.h"
#include "compiler/tools/graph/sheet_private.h"

/* A character of DejaVu Sans Mono is 0.602 of the size wide, of other monospaced fonts less. */
static const struct style {
	int size, height; /* of the font; of a line */
	const char *class;
} styles[] = {
	[GRAPH_NAME] = {13, 17, "n"},
	[GRAPH_FACT] = {11, 14, "f"},
	[GRAPH_FINDING] = {10, 13, "e"},
};

enum { NOTE_SIZE = 10 };

static int width_of(int size, size_t characters)
{
	return (int)((characters * (size_t)size * 602 + 999) / 1000);
}

/* A character takes two columns where it may be a wide one. */
static size_t columns_of(uint32_t code)
{
	return code < 0x1100 || code == 0x2026 ? 1 : 2;
}

/* Takes the first line off the text: as much as fits, up to a place that reads well. */
static struct str take_line(struct str *text, size_t columns)
{
	struct str line = {text->p, 0};
	size_t good = 0, used = 0;

	while (line.n < text->n) {
		uint32_t code = 0;
		size_t n = utf8_character((struct str){text->p + line.n, text->n - line.n}, &code);

		used += columns_of(code);
		if (used > columns)
			break;
		line.n += n;
		if (code < 0x80 && strchr(" -._,/", (int)code) && used > columns / 3)
			good = line.n;
	}
	if (line.n < text->n && good)
		line.n = good;
	text->p += line.n;
	text->n -= line.n;
	return line;
}

static size_t columns_in(int width, const struct style *style)
{
	return (size_t)(width * 1000 / (style->size * 602));
}

int svg_label_height(const struct graph_label *label, int width)
{
	int height = 0;

	for (uint32_t i = 0; i < label->n; i++) {
		const struct style *style = &styles[label->lines[i].role];
		struct str text = label->lines[i].text;

		while (text.n) {
			take_line(&text, columns_in(width, style));
			height += style->height;
		}
	}
	return height;
}

int svg_label(struct buffer *out, const struct graph_label *label, int x, int y, int width)
{
	int top = y;

	for (uint32_t i = 0; i < label->n; i++) {
		const struct style *style = &styles[label->lines[i].role];
		struct str text = label->lines[i].text;

		while (text.n) {
			struct str line = take_line(&text, columns_in(width, style));

			y += style->height;
			buffer_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", style->class, x,
				      y - 4);
			xml_escape(out, line);
			buffer_puts(out, "</text>\n");
		}
	}
	return y - top;
}

int svg_note_width(struct str text)
{
	size_t columns = 0;

	for (size_t i = 0, n; i < text.n; i += n) {
		uint32_t code = 0;

		n = utf8_character((struct str){text.p + i, text.n - i}, &code);
		columns += columns_of(code);
	}
	return width_of(NOTE_SIZE, columns);
}

void svg_note(struct buffer *out, int x, int y, const char *anchor, const char *color,
	      struct str text)
{
	buffer_printf(out, "<text class=\"s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">", x,
		      y, anchor, color);
	xml_escape(out, text);
	buffer_puts(out, "</text>\n");
}

void svg_open(struct buffer *out, const char *class, const struct graph_label *label)
{
	buffer_printf(out, "<g class=\"%s\">\n", class);
	if (!label->details.n)
		return;
	buffer_puts(out, "<title>");
	xml_escape(out, label->details);
	buffer_puts(out, "</title>\n");
}

void svg_stroke(struct buffer *out, enum severity worst, const char *color, int tenths)
{
	static const char *const dashes[] = {"", " stroke-dasharray=\"2 3\"",
					     " stroke-dasharray=\"8 4\"", ""};

	static const int widths[] = {0, 18, 26, 30};

	tenths = worst ? widths[worst] : tenths;
	buffer_printf(out, " stroke=\"%s\" stroke-width=\"%d.%d\"%s", worst ? GRAPH_RED : color,
		      tenths / 10, tenths % 10, dashes[worst]);
}
