/* What YAML itself forbids here: texts that are none, syntax, limits, what is shared or tagged. */
#include "compiler/utf8.h"
#include "compiler/yaml_private.h"

/* Events come in order, so this walks the text once, and back a little at the ends of blocks. */
size_t yaml_walk_to(struct reader *r, size_t character)
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

/* What libyaml says in its own words, and what to do about it. */
static const struct {
	const char *problem, *help;
} syntax_help[] = {
	{"mapping values are not allowed in this context",
	 "put the key on a line of its own, or quotes around a value that holds ': '"},
	{"did not find expected key", "keys of one map start in the same column, and a value that "
				      "starts with a quote ends with it"},
	{"could not find expected ':'", "a key is followed by ': ' and its value"},
	{"found character that cannot start any token",
	 "indent with blanks, not tabs; put quotes around a value that starts with @ or `"},
	{"found a tab character that violates indentation", "indent with blanks, not tabs"},
	{"did not find expected ',' or ']'",
	 "close the list with ']', or put ',' between its items"},
	{"did not find expected ',' or '}'",
	 "close the map with '}', or put ',' between its entries"},
	{"found unexpected end of stream", "a quote is not closed"},
	{"block sequence entries are not allowed in this context",
	 "start the list on a line of its own below its key"},
	{"did not find expected '-' indicator", "items of one list start in the same column"},
};

void yaml_report_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "cannot be read";
	size_t byte, end;
	struct finding *f;

	if (p->error == YAML_MEMORY_ERROR)
		arena_oom();
	if (!r->yaml->findings)
		return;
	byte = yaml_byte_of(r, p->problem_mark.index);
	/* What goes wrong at the cut has the bad byte as its cause, which is reported. */
	if (r->cut_short && byte >= r->text.n)
		return;
	end = byte < r->text.n && r->text.p[byte] != '\n' && r->text.p[byte] != '\r' ? byte + 1
										     : byte;
	f = finding_add(r->yaml->findings, "yaml-syntax", SEVERITY_ERROR,
			yaml_span_of(r, byte, end), "%s%s%s", p->context ? p->context : "",
			p->context ? ": " : "", problem);
	r->cut_short = false;
	for (size_t i = 0; i < sizeof syntax_help / sizeof *syntax_help; i++)
		if (strcmp(problem, syntax_help[i].problem) == 0)
			finding_help(r->yaml->findings, f, "%s", syntax_help[i].help);
	if (p->context && p->context_mark.line != p->problem_mark.line) {
		byte = yaml_byte_of(r, p->context_mark.index);
		finding_note(r->yaml->findings, f, yaml_span_of(r, byte, byte), "it started here");
	}
}

/* NEL, LS and PS end a line for YAML 1.1 and for libyaml, and for neither YAML 1.2 nor an editor:
 * what looks like a comment to one would be a key to the other. */
static bool is_line_end(uint32_t code)
{
	return code == 0x85 || code == 0x2028 || code == 0x2029;
}

static bool is_text(uint32_t code)
{
	if (code < 0xa0)
		return (code >= 0x20 && code < 0x7f) || code == '\t' || code == '\n' ||
		       code == '\r';
	return !is_line_end(code) && code != 0xfffe && code != 0xffff;
}

enum { STRIDE = 64 };

/* Each byte is a character of its own, and text: what nearly all of nearly every spec is made of.
 * Without a branch, so that the compiler does many at once. */
static bool is_plain(const char *p)
{
	uint8_t bad = 0;

	for (size_t i = 0; i < STRIDE; i++) {
		uint8_t c = (uint8_t)p[i];
		uint8_t blank = (c == '\t') | (c == '\n') | (c == '\r');

		bad |= (uint8_t)((c < 0x20) & (!blank)) | (c > 0x7e);
	}
	return !bad;
}

/* Where the text stops being one: its length when it does not. */
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

/* The rest of the text starts with what no spec can hold. */
void yaml_report_text(struct reader *r, struct str rest)
{
	struct findings *findings = r->yaml->findings;
	unsigned char c = (unsigned char)*rest.p;
	uint32_t code = 0;
	size_t n = utf8_character(rest, &code);
	struct span at = yaml_span_of(r, r->text.n, r->text.n + (n ? n : 1));
	struct finding *f;

	if (n == 0) {
		bool wide = r->text.n == 0 && (c == 0xff || c == 0xfe);

		f = finding_add(findings, "yaml-syntax", SEVERITY_ERROR, at,
				"this is not text in UTF-8: byte 0x%02X", c);
		finding_help(findings, f,
			     wide ? "the file looks like UTF-16: save it as UTF-8"
				  : "a spec is text in UTF-8");
	} else if (is_line_end(code)) {
		f = finding_add(findings, "yaml-syntax", SEVERITY_ERROR, at,
				"U+%04X ends a line for some readers of YAML and not for others",
				code);
		finding_help(findings, f, "end lines with LF or CR LF, and remove this character");
	} else {
		f = finding_add(findings, "yaml-syntax", SEVERITY_ERROR, at,
				"control characters are not allowed: U+%04X", code);
		finding_help(findings, f, "a spec is text in UTF-8");
	}
}

void yaml_report_limit(struct reader *r, struct span at, const char *what)
{
	if (r->yaml->findings)
		finding_add(r->yaml->findings, "yaml-limit", SEVERITY_ERROR, at, "%s", what);
}

void yaml_report_shared(struct reader *r, struct span at, const char *what)
{
	struct findings *findings = r->yaml->findings;

	if (findings)
		finding_help(findings,
			     finding_add(findings, "yaml-alias", SEVERITY_ERROR, at,
					 "%s are not part of the spec language", what),
			     "put what several hosts or VMs share into host_profiles or profiles");
}

void yaml_report_property(struct reader *r, size_t first, size_t past)
{
	struct findings *findings = r->yaml->findings;
	struct span at = yaml_span_of(r, first, past);

	if (r->text.p[first] == '&')
		yaml_report_shared(r, at, "anchors");
	else if (findings)
		finding_help(findings,
			     finding_add(findings, "yaml-alias", SEVERITY_ERROR, at,
					 "tags are not part of the spec language"),
			     "remove it: the key decides what its value is");
}
