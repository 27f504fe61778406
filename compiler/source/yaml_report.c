/* Errors of YAML itself: text that is not UTF-8, syntax, limits, anchors, aliases and tags. */
#include "compiler/base/utf8.h"
#include "compiler/source/reader_private.h"

/* Events come in order, so this walks the text once, with short steps back at block ends. */
static size_t walk_to(struct reader *r, size_t character)
{
	const char *p = r->text.p;

	while (r->character < character && r->byte < r->text.n) {
		r->byte++;
		while (r->byte < r->text.n && ((unsigned char)p[r->byte] & 0xc0) == 0x80)
			r->byte++;
		r->character++;
	}
	while (r->character > character && r->byte > 0) {
		r->byte--;
		while (r->byte > 0 && ((unsigned char)p[r->byte] & 0xc0) == 0x80)
			r->byte--;
		r->character--;
	}
	return r->byte;
}

size_t yaml_byte_of(struct reader *r, size_t character)
{
	if (!r->ascii)
		return walk_to(r, character);
	return character < r->text.n ? character : r->text.n;
}

/* libyaml's error messages, with help for each. */
static const struct {
	const char *problem, *help;
} syntax_help[] = {
	{"mapping values are not allowed in this context",
	 "put the key on its own line, or quote a value that contains ': '"},
	{"did not find expected key", "start all keys of a map in the same column, and close every "
				      "quote"},
	{"could not find expected ':'", "write ': ' and a value after the key"},
	{"found character that cannot start any token",
	 "indent with spaces, not tabs; quote a value that starts with @ or `"},
	{"found a tab character that violates indentation", "indent with spaces, not tabs"},
	{"did not find expected ',' or ']'",
	 "close the list with ']', or put ',' between its items"},
	{"did not find expected ',' or '}'",
	 "close the map with '}', or put ',' between its entries"},
	{"found unexpected end of stream", "close the quote"},
	{"block sequence entries are not allowed in this context",
	 "start the list on its own line below its key"},
	{"did not find expected '-' indicator", "start all items of a list in the same column"},
};

void yaml_report(const struct reader *r, const struct problem *problem)
{
	const struct reporter *reporter = &r->yaml->reporter;

	if (reporter->report)
		reporter->report(reporter->context, problem);
}

void yaml_report_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *text = p->problem ? p->problem : "cannot be read";
	struct problem problem = {.rule = "yaml-syntax"};
	size_t byte, end;

	/* libyaml does not always report a failed allocation as such. */
	if (p->error == YAML_MEMORY_ERROR || p->error == YAML_NO_ERROR)
		arena_oom();
	byte = yaml_byte_of(r, p->problem_mark.index);
	/* An error at the cut comes from the invalid byte, which is reported separately. */
	if (r->cut_short && byte >= r->text.n)
		return;
	end = byte < r->text.n && r->text.p[byte] != '\n' && r->text.p[byte] != '\r' ? byte + 1
										     : byte;
	r->cut_short = false;
	problem.at = yaml_span_of(r, byte, end);
	problem.message = arena_printf(r->yaml->scratch, "%s%s%s", p->context ? p->context : "",
				       p->context ? ": " : "", text);
	for (size_t i = 0; i < sizeof syntax_help / sizeof *syntax_help; i++)
		if (strcmp(text, syntax_help[i].problem) == 0)
			problem.help = syntax_help[i].help;
	if (p->context && p->context_mark.line != p->problem_mark.line) {
		byte = yaml_byte_of(r, p->context_mark.index);
		problem.other = yaml_span_of(r, byte, byte);
		problem.other_message = "started here";
	}
	yaml_report(r, &problem);
}

/* NEL, LS and PS end a line in YAML 1.1 and libyaml, but not in YAML 1.2 or in editors: the same
 * text could be a comment in one and a key in the other. */
static bool ends_some_lines(uint32_t code)
{
	return code == 0x85 || code == 0x2028 || code == 0x2029;
}

static bool is_text(uint32_t code)
{
	if (code < 0xa0)
		return (code >= 0x20 && code < 0x7f) || code == '\t' || code == '\n' ||
		       code == '\r';
	return !ends_some_lines(code) && code != 0xfffe && code != 0xffff;
}

enum { STRIDE = 64 };

/* True if STRIDE bytes are printable ASCII, as in most specs. Free of branches, so that the
 * compiler vectorizes it. */
static bool is_plain(const char *p)
{
	uint8_t bad = 0;

	for (size_t i = 0; i < STRIDE; i++) {
		uint8_t c = (uint8_t)p[i];
		uint8_t not_blank = (c != '\t') & (c != '\n') & (c != '\r');

		bad |= (uint8_t)((c < 0x20) & not_blank) | (c > 0x7e);
	}
	return !bad;
}

size_t yaml_check_text(struct reader *r)
{
	struct str rest = r->text;

	r->ascii = true;
	while (rest.n) {
		if (rest.n >= STRIDE && is_plain(rest.p)) {
			rest.p += STRIDE;
			rest.n -= STRIDE;
			continue;
		}
		unsigned char c = (unsigned char)*rest.p;
		uint32_t code = c;
		size_t n = c < 0x80 ? 1 : utf8_character(rest, &code);

		if (n == 0 || !is_text(code))
			break;
		r->ascii &= n == 1;
		rest.p += n;
		rest.n -= n;
	}
	return r->text.n - rest.n;
}

void yaml_report_text(struct reader *r, struct str rest)
{
	unsigned char c = (unsigned char)*rest.p;
	uint32_t code = 0;
	size_t n = utf8_character(rest, &code);
	struct problem problem = {
		.rule = "yaml-syntax",
		.at = yaml_span_of(r, r->text.n, r->text.n + (n ? n : 1)),
		.help = "save the file as UTF-8 text",
	};
	struct arena *arena = r->yaml->scratch;

	if (n == 0) {
		problem.message = arena_printf(arena, "invalid UTF-8: byte 0x%02X", c);
		if (r->text.n == 0 && (c == 0xff || c == 0xfe))
			problem.help = "the file looks like UTF-16: save it as UTF-8";
	} else if (ends_some_lines(code)) {
		problem.message = arena_printf(
			arena, "U+%04X ends a line for some YAML parsers and not for others", code);
		problem.help = "end lines with LF or CR LF, and remove this character";
	} else {
		problem.message = arena_printf(arena, "control character U+%04X is not allowed",
					       code);
	}
	yaml_report(r, &problem);
}

void yaml_report_limit(struct reader *r, struct span at, const char *what)
{
	yaml_report(r, &(struct problem){.rule = "yaml-limit", .at = at, .message = str_of(what)});
}

static void report_alias(struct reader *r, struct span at, struct str message, const char *help)
{
	if (!r->in_merge)
		yaml_report(r, &(struct problem){.rule = "yaml-alias",
						 .at = at,
						 .message = message,
						 .help = help});
}

void yaml_report_shared(struct reader *r, struct span at, const char *what)
{
	report_alias(r, at, arena_printf(r->yaml->scratch, "%s are not allowed in a spec", what),
		     "put shared keys into host_profiles or profiles");
}

void yaml_report_property(struct reader *r, size_t first, size_t past)
{
	struct span at = yaml_span_of(r, first, past);

	if (r->text.p[first] == '&')
		yaml_report_shared(r, at, "anchors");
	else
		report_alias(r, at, STR("tags are not allowed in a spec"),
			     "remove the tag: the key determines the type");
}
