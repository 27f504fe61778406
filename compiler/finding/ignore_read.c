/* Reads the ignore comments of a source. */
#include "compiler/finding/ignore_private.h"
#include "compiler/source/comments.h"
#include "compiler/source/lines.h"

#define USAGE "# gpuplan: ignore[RULE] REASON"

struct reader {
	struct ignores *all;
	const struct source *source;
};

/* A comment and the line that it covers. */
struct place {
	const struct comment *comment;
	uint32_t line;	 /* of the comment */
	uint32_t covers; /* the line that it silences; 0: the whole file */
};

static struct span span_at(const struct reader *r, struct str piece)
{
	return (struct span){r->source->base + (uint32_t)(piece.p - r->source->text.p),
			     (uint32_t)piece.n};
}

static struct str from(struct str text, size_t at)
{
	return (struct str){text.p + at, text.n - at};
}

/* --- the lines that comments cover --- */

static bool is_content(struct str line)
{
	size_t i = skip_blanks(line, 0);

	return i < line.n && line.p[i] != '#';
}

/* Goes from the last comment to the first, so that a run of comments is scanned once. */
static void find_covers(const struct source *source, struct place *places)
{
	const struct place *below = NULL;

	for (uint32_t i = source->n_comments; i-- > 0;) {
		struct place *p = &places[i];
		uint32_t line = p->line;

		if (p->comment->before_keys)
			p->covers = 0;
		else if (!p->comment->alone)
			p->covers = line;
		else
			for (line++; !p->covers; line++)
				if (below && line == below->line)
					p->covers = below->covers;
				else if (line > source->n_lines ||
					 is_content(source_line(source, line)))
					p->covers = line;
		below = p;
	}
}

/* --- the text of a comment --- */

static void report_unreadable(struct reader *r, struct str piece, const char *why)
{
	struct findings *findings = r->all->findings;
	struct finding *f = finding_add(findings, "ignore-unknown-rule", SEVERITY_ERROR,
					span_at(r, piece), "malformed comment: %s", why);

	finding_help(findings, f, "write " USAGE ", or do not start the comment with 'gpuplan:'");
}

static void report_unknown(struct reader *r, struct str name)
{
	struct findings *findings = r->all->findings;
	struct finding *f = finding_add(findings, "ignore-unknown-rule", SEVERITY_ERROR,
					span_at(r, name), "unknown rule '%s'",
					finding_quote(findings, name));

	finding_suggest(findings, f, r->all->guess(name), "`gpuplan rules` lists them");
}

/* True if the text has a letter or digit. */
static bool is_reason(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		    (s.p[i] >= 'a' && s.p[i] <= 'z') || (unsigned char)s.p[i] >= 0x80)
			return true;
	return false;
}

static void read_name(struct reader *r, const struct place *p, struct str name, bool alone)
{
	struct ignores *all = r->all;
	const struct rule *rule = all->find(name);
	struct ignored *slot;

	if (!rule) {
		report_unknown(r, name);
		return;
	}
	slot = arena_push(all->arena, (void **)&all->names, &all->n_names, &all->capacity,
			  sizeof *slot);
	*slot = (struct ignored){
		.rule = name,
		.at = span_at(r, name),
		.source = r->source,
		.line = p->line,
		.covers = p->covers,
		.never_off = rule->flags & RULE_NEVER_OFF,
		.alone = alone,
	};
}

/* Reads the names between the brackets. An extra comma is accepted. */
static uint32_t read_names(struct reader *r, const struct place *p, struct str list)
{
	bool several = memchr(list.p, ',', list.n);
	uint32_t n = 0;

	for (size_t i = 0, end; i <= list.n; i = end + 1) {
		const char *comma = memchr(list.p + i, ',', list.n - i);
		struct str name;

		end = comma ? (size_t)(comma - list.p) : list.n;
		name = trim_blanks((struct str){list.p + i, end - i});
		if (name.n) {
			read_name(r, p, name, !several);
			n++;
		}
	}
	return n;
}

/* Reads `ignore[…]` and returns the text behind it. False, and reported, if it is anything else. */
static bool read_ignore(struct reader *r, const struct place *p, struct str rest, struct str *after)
{
	struct str word = {rest.p, 0}, list;
	const char *close;

	while (word.n < rest.n && !memchr(" \t[:(", rest.p[word.n], 5))
		word.n++;
	list = trim_blanks(from(rest, word.n));
	close = list.n ? memchr(list.p, ']', list.n) : NULL;
	if (!str_is(word, "ignore"))
		report_unreadable(r, word.n ? word : p->comment->text, "expected 'ignore'");
	else if (!list.n || *list.p != '[')
		report_unreadable(r, word, "'ignore' needs a rule in brackets");
	else if (!close)
		report_unreadable(r, list, "the bracket is not closed");
	else if (!read_names(r, p, (struct str){list.p + 1, (size_t)(close - list.p) - 1}))
		report_unreadable(r, (struct str){list.p, (size_t)(close - list.p) + 1},
				  "no rule in the brackets");
	else {
		*after = from(list, (size_t)(close - list.p) + 1);
		return true;
	}
	return false;
}

static void read_comment(struct reader *r, const struct place *p)
{
	const char *colon = memchr(p->comment->text.p, ':', p->comment->text.n);
	struct str rest =
		trim_blanks(from(p->comment->text, (size_t)(colon - p->comment->text.p) + 1));
	struct findings *findings = r->all->findings;

	if (read_ignore(r, p, rest, &rest) && !is_reason(rest))
		finding_help(findings,
			     finding_add(findings, "ignore-without-reason", SEVERITY_WARNING,
					 span_at(r, p->comment->text),
					 "the comment gives no reason"),
			     "write the reason after the bracket");
}

void ignores_read(struct ignores *all, const struct sources *sources, const struct source *source)
{
	struct place *places = arena_array(all->arena, source->n_comments, sizeof *places);
	struct reader r = {all, source};

	for (uint32_t i = 0; i < source->n_comments; i++) {
		places[i].comment = &source->comments[i];
		places[i].line = span_start(sources, span_at(&r, places[i].comment->text)).line;
	}
	find_covers(source, places);
	for (uint32_t i = 0; i < source->n_comments; i++)
		read_comment(&r, &places[i]);
}
