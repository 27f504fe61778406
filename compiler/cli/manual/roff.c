/* Text for man(7) pages. */
#include <string.h>

#include "compiler/cli/manual/manual.h"

/* One code point of valid UTF-8: our own texts. */
static uint32_t code_point(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	unsigned more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
	uint32_t c = more ? *p & (0x3fu >> more) : *p;

	for (unsigned i = 0; i < more; i++)
		c = c << 6 | (p[i + 1] & 0x3f);
	*s += more + 1;
	return c;
}

/* `-` alone is a hyphen, and five ASCII characters come out as typographic ones, which cannot be
 * pasted into a shell. */
static void put(FILE *out, uint32_t c)
{
	static const struct {
		uint32_t c;
		const char *escape;
	} escapes[] = {
		{'-', "\\-"},	{'\\', "\\e"},	{'\'', "\\(aq"}, {'`', "\\(ga"},
		{'^', "\\(ha"}, {'~', "\\(ti"}, {'"', "\\(dq"},
	};

	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		if (c != escapes[i].c)
			continue;
		fputs(escapes[i].escape, out);
		return;
	}
	if (c < 0x80)
		fputc((int)c, out);
	else
		fprintf(out, "\\[u%04X]", c);
}

static void put_span(FILE *out, const char *s, const char *end)
{
	while (s < end)
		put(out, code_point(&s));
}

/* At the start of a line `.` would begin a request (`'` is escaped anyway). */
static void begin(FILE *out, const char *text)
{
	if (*text == '.')
		fputs("\\&", out);
}

void roff_text(FILE *out, const char *text)
{
	begin(out, text);
	put_span(out, text, text + strlen(text));
}

/* Of [text](target) the text. Returns what comes behind, NULL where it is no link. */
static const char *put_link(FILE *out, const char *s)
{
	const char *end = strchr(s, ']'), *close;

	if (!end || end[1] != '(')
		return NULL;
	close = strchr(end, ')');
	if (!close)
		return NULL;
	put_span(out, s + 1, end);
	return close + 1;
}

/* `code` and **strong** are bold, *emphasis* is slanted. */
static const char *put_marked(FILE *out, const char *s)
{
	static const struct {
		const char *mark, *font;
	} marks[] = {{"`", "\\fB"}, {"**", "\\fB"}, {"*", "\\fI"}};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t n = strlen(marks[i].mark);
		const char *end = strncmp(s, marks[i].mark, n) == 0 ? strstr(s + n, marks[i].mark)
								    : NULL;

		if (!end || end == s + n)
			continue;
		fputs(marks[i].font, out);
		put_span(out, s + n, end);
		fputs("\\fR", out);
		return end + n;
	}
	return NULL;
}

void roff_markdown(FILE *out, const char *s)
{
	begin(out, s);
	while (*s) {
		const char *next = *s == '[' ? put_link(out, s) : put_marked(out, s);

		if (next)
			s = next;
		else
			put(out, code_point(&s));
	}
}
