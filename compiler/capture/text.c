/* Lines and words of terminal output. */
#include "compiler/capture/private.h"
#include "compiler/source/lines.h"

static bool in(char c, unsigned char first, unsigned char last)
{
	return (unsigned char)c >= first && (unsigned char)c <= last;
}

/* The length of the control sequence behind `ESC [` or a lone `[`. */
static size_t csi_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && in(s.p[n], 0x30, 0x3f))
		n++;
	while (n < s.n && in(s.p[n], 0x20, 0x2f))
		n++;
	return n < s.n && in(s.p[n], 0x40, 0x7e) ? n + 1 : 0;
}

/* A window title: up to BEL, `ESC \` or the end of the line. */
static size_t osc_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '\a' && s.p[n] != '\033' && s.p[n] != '\n')
		n++;
	if (n < s.n && s.p[n] == '\a')
		return n + 1;
	return n + 1 < s.n && s.p[n] == '\033' && s.p[n + 1] == '\\' ? n + 2 : n;
}

/* The number of bytes at the start of `s` that draw nothing; 0 for text. */
static size_t invisible(struct str s)
{
	size_t n;

	if (s.n >= 2 && memcmp(s.p, "\xc2\xa0", 2) == 0)
		return 2; /* U+00A0, from web pages */
	if (s.p[0] == '[') {
		/* Some tools lose the ESC and keep the rest: `[4mGPU0`. */
		n = csi_length((struct str){s.p + 1, s.n - 1});
		return n && s.p[n] == 'm' && in(s.p[1], '0', '9') ? n + 1 : 0;
	}
	if (s.p[0] != '\033' || s.n < 2)
		return 0;
	s.p += 2;
	s.n -= 2;
	if (s.p[-1] == '[')
		return (n = csi_length(s)) ? n + 2 : 0;
	if (s.p[-1] == ']')
		return osc_length(s) + 2;
	return s.p[-1] == '(' && s.n ? 3 : 0; /* selects a character set */
}

struct str capture_clean(struct arena *arena, struct str text)
{
	char *clean = arena_alloc(arena, text.n + 1);

	if (text.n)
		memcpy(clean, text.p, text.n);
	if (has_mark(text))
		memset(clean, ' ', 3);
	for (size_t i = 0; i < text.n; i++) {
		size_t n = 0;

		if (text.p[i] == '\033' || text.p[i] == '[' || text.p[i] == '\xc2')
			n = invisible((struct str){text.p + i, text.n - i});
		memset(clean + i, ' ', n);
		i += n ? n - 1 : 0;
	}
	return (struct str){clean, text.n};
}

bool capture_line(struct capture_lines *lines, struct str *line)
{
	size_t start = lines->next, end = line_end(lines->text, start);

	if (start == lines->text.n)
		return false;
	*line = (struct str){lines->text.p + start, end - start};
	lines->next = past_line_end(lines->text, end);
	return true;
}

struct str capture_word(struct str line, size_t *at)
{
	size_t start = skip_blanks(line, *at);

	*at = start;
	while (*at < line.n && !is_blank(line.p[*at]))
		++*at;
	return (struct str){line.p + start, *at - start};
}

/* A number of at most four digits; -1 for anything else. */
static int number(struct str s)
{
	int n = 0;

	if (s.n == 0 || s.n > 4)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (!in(s.p[i], '0', '9'))
			return -1;
		n = 10 * n + (s.p[i] - '0');
	}
	return n;
}

int capture_gpu(struct str word)
{
	if (word.n < 4 || memcmp(word.p, "GPU", 3) != 0)
		return -1;
	return number((struct str){word.p + 3, word.n - 3});
}

enum cell_kind capture_cell_kind(struct str word, uint32_t *links)
{
	static const struct {
		const char *word;
		enum cell_kind is;
	} words[] = {
		{"X", CELL_SELF},     {"PIX", CELL_PIX},    {"PXB", CELL_PXB},
		{"PHB", CELL_PHB},    {"NODE", CELL_NODE},  {"SYS", CELL_SYS},
		{"SOC", CELL_SYS}, /* before 2017 */
		{"OK", CELL_OK},      {"NS", CELL_NOT_OK},  {"CNS", CELL_NOT_OK},
		{"GNS", CELL_NOT_OK}, {"TNS", CELL_NOT_OK}, {"DR", CELL_NOT_OK},
		{"U", CELL_NOT_OK},
	};

	*links = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(word, words[i].word))
			return words[i].is;
	if (word.n > 2 && word.n < 5 && memcmp(word.p, "NV", 2) == 0) {
		int n = number((struct str){word.p + 2, word.n - 2});

		*links = n > 0 ? (uint32_t)n : 0;
		return n > 0 ? CELL_NVLINK : CELL_BAD;
	}
	return CELL_BAD;
}

bool capture_is_affinity(struct str word)
{
	if (str_is(word, "N/A"))
		return true;
	for (size_t i = 0; i < word.n; i++)
		if (!in(word.p[i], '0', '9') && word.p[i] != ',' && word.p[i] != '-')
			return false;
	return word.n && in(word.p[0], '0', '9');
}
