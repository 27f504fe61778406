/* Finding the comments and reading them. */
#include "compiler/finding/ignore_private.h"
#include "compiler/source/yaml.h"

static const char addressed[] = "gpuplan:";
#define USAGE "# gpuplan: ignore[RULE] and why"

struct comment {
	size_t at;	 /* offset of its '#' */
	struct str text; /* from there to the end of the line */
	struct position position;
	uint32_t covers;
	bool alone; /* nothing stands before it on its line */
};

struct scanner {
	struct ignores *all;
	const struct sources *sources;
	const struct source *source;
	struct yaml yaml;
	node_id node;	  /* the scalar at or behind where the scan is */
	size_t first_key; /* offset; what stands before it is for the whole file */
	size_t limit;	  /* behind it the scalars are not known */
	struct comment *comments;
	uint32_t n, capacity;
};

static struct span span_at(const struct scanner *s, struct str piece)
{
	return (struct span){s->source->base + (uint32_t)(piece.p - s->source->text.p),
			     (uint32_t)piece.n};
}

/* --- where the comments are --- */

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static struct str from(struct str text, size_t at)
{
	return (struct str){text.p + at, text.n - at};
}

static size_t line_end(struct str text, size_t at)
{
	while (at < text.n && !is_line_end(text.p[at]))
		at++;
	return at;
}

/* The first scalar of some length: in a spec, the first key. And how far the nodes reach. */
static void look_at_nodes(struct scanner *s)
{
	size_t reach = 0;

	s->first_key = s->source->text.n;
	for (node_id i = s->yaml.n_nodes - 1; i > 0; i--) {
		const struct node *node = yaml_node(&s->yaml, i);
		size_t end = span_end(node->at) - s->source->base;

		if (node->kind == NODE_SCALAR && node->at.len)
			s->first_key = node->at.at - s->source->base;
		reach = end > reach ? end : reach;
	}
	s->limit = s->yaml.broke_off ? reach : s->source->text.n;
}

/* The place is the user's text and no comment. Asked in the order of the text. */
static bool is_in_scalar(struct scanner *s, size_t offset)
{
	uint32_t at = s->source->base + (uint32_t)offset;
	const char *text = s->source->text.p;
	const struct node *node = NULL;
	size_t first;

	for (; s->node < s->yaml.n_nodes; s->node++) {
		node = yaml_node(&s->yaml, s->node);
		if (node->kind == NODE_SCALAR && span_end(node->at) > at)
			break;
	}
	if (!node || s->node == s->yaml.n_nodes || node->at.at > at)
		return false;
	/* Behind the `|` of a block there may be a comment. */
	first = node->at.at - s->source->base;
	if (text[first] != '|' && text[first] != '>')
		return true;
	while (first < offset && !is_line_end(text[first]))
		first++;
	return first < offset;
}

/* The comment between `start`, where a line starts, and `end`, where it ends. */
static bool find_comment(struct scanner *s, size_t start, size_t end, size_t *out)
{
	const char *text = s->source->text.p;

	for (size_t i = start; i < end; i++)
		if (text[i] == '#' && (i == start || text[i - 1] == ' ' || text[i - 1] == '\t') &&
		    !is_in_scalar(s, i)) {
			*out = i;
			return true;
		}
	return false;
}

static bool is_addressed(struct str comment)
{
	size_t i = 1;

	while (i < comment.n && (comment.p[i] == ' ' || comment.p[i] == '\t'))
		i++;
	return comment.n - i >= sizeof addressed - 1 &&
	       memcmp(comment.p + i, addressed, sizeof addressed - 1) == 0;
}

static void add_comment(struct scanner *s, size_t start, size_t at, size_t end)
{
	struct str text = s->source->text, piece = {text.p + at, end - at};
	struct comment *c;

	if (!is_addressed(piece))
		return;
	while (piece.n && (piece.p[piece.n - 1] == ' ' || piece.p[piece.n - 1] == '\t'))
		piece.n--;
	c = arena_push(s->all->arena, (void **)&s->comments, &s->n, &s->capacity, sizeof *c);
	*c = (struct comment){.at = at, .text = piece, .alone = true};
	for (size_t i = start; i < at; i++)
		c->alone &= text.p[i] == ' ' || text.p[i] == '\t';
	c->position = span_start(s->sources, span_at(s, piece));
}

/* Only lines that hold the word are looked at. */
static void find_comments(struct scanner *s)
{
	struct str text = {s->source->text.p, s->limit};
	size_t done = source_has_mark(text) ? 3 : 0;
	const char *hit;

	while (done < text.n &&
	       (hit = memmem(text.p + done, text.n - done, addressed, sizeof addressed - 1))) {
		size_t start = (size_t)(hit - text.p), end = line_end(text, start), at;

		while (start > done && !is_line_end(text.p[start - 1]))
			start--;
		if (find_comment(s, start, end, &at))
			add_comment(s, start, at, end);
		done = end + 1;
	}
}

/* --- what they cover --- */

static bool is_content(struct str line)
{
	size_t i = 0;

	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return i < line.n && line.p[i] != '#';
}

/* From the last to the first, so that of comments in a row each line is looked at once. */
static void find_covers(struct scanner *s)
{
	const struct comment *below = NULL;

	for (uint32_t i = s->n; i-- > 0;) {
		struct comment *c = &s->comments[i];
		uint32_t line = c->position.line;

		if (c->at < s->first_key)
			c->covers = 0;
		else if (!c->alone)
			c->covers = line;
		else
			for (line++; !c->covers; line++)
				if (below && line == below->position.line)
					c->covers = below->covers;
				else if (line > s->source->n_lines ||
					 is_content(source_line(s->source, line)))
					c->covers = line;
		below = c;
	}
}

/* --- what they say --- */

static struct str trim(struct str s)
{
	while (s.n && (*s.p == ' ' || *s.p == '\t'))
		s.p++, s.n--;
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static void report_unreadable(struct scanner *s, struct str piece, const char *why)
{
	struct findings *findings = s->all->findings;
	struct finding *f = finding_add(findings, "ignore-unknown-rule", SEVERITY_ERROR,
					span_at(s, piece), "the comment cannot be read: %s", why);

	finding_help(findings, f,
		     "write " USAGE ", or start the comment with something else than 'gpuplan:'");
}

static void report_unknown(struct scanner *s, struct str name)
{
	struct findings *findings = s->all->findings;
	struct str near = s->all->guess(name);
	struct finding *f = finding_add(findings, "ignore-unknown-rule", SEVERITY_ERROR,
					span_at(s, name), "there is no rule '%s'",
					finding_quote(findings, name));

	if (near.n)
		finding_help(findings, f, "did you mean '%.*s'?", STR_ARG(near));
	else
		finding_help(findings, f, "`gpuplan rules` lists them");
}

/* Something that can be read, behind whatever sets it off. */
static bool is_reason(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		    (s.p[i] >= 'a' && s.p[i] <= 'z') || (unsigned char)s.p[i] >= 0x80)
			return true;
	return false;
}

static void read_name(struct scanner *s, const struct comment *c, struct str name, bool alone)
{
	struct ignores *all = s->all;
	const struct rule *rule = all->find(name);
	struct ignored *slot;

	if (!rule) {
		report_unknown(s, name);
		return;
	}
	slot = arena_push(all->arena, (void **)&all->names, &all->n_names, &all->capacity,
			  sizeof *slot);
	*slot = (struct ignored){
		.rule = name,
		.at = span_at(s, name),
		.source = s->source,
		.line = c->position.line,
		.covers = c->covers,
		.never_off = rule->flags & RULE_NEVER_OFF,
		.alone = alone,
	};
}

/* Between the brackets; a comma too many says nothing. */
static uint32_t read_names(struct scanner *s, const struct comment *c, struct str list)
{
	bool several = memchr(list.p, ',', list.n);
	uint32_t n = 0;

	for (size_t i = 0, end; i <= list.n; i = end + 1) {
		const char *comma = memchr(list.p + i, ',', list.n - i);
		struct str name;

		end = comma ? (size_t)(comma - list.p) : list.n;
		name = trim((struct str){list.p + i, end - i});
		if (name.n) {
			read_name(s, c, name, !several);
			n++;
		}
	}
	return n;
}

/* Reads `ignore[…]` and returns what follows it; false: it is none, which is reported then. */
static bool read_ignore(struct scanner *s, const struct comment *c, struct str rest,
			struct str *after)
{
	struct str word = {rest.p, 0}, list;
	const char *close;

	while (word.n < rest.n && !memchr(" \t[:(", rest.p[word.n], 5))
		word.n++;
	list = trim(from(rest, word.n));
	close = list.n ? memchr(list.p, ']', list.n) : NULL;
	if (!str_is(word, "ignore"))
		report_unreadable(s, word.n ? word : c->text, "all that gpuplan knows is 'ignore'");
	else if (!list.n || *list.p != '[')
		report_unreadable(s, word, "no rule in brackets stands behind 'ignore'");
	else if (!close)
		report_unreadable(s, list, "the bracket is not closed");
	else if (!read_names(s, c, (struct str){list.p + 1, (size_t)(close - list.p) - 1}))
		report_unreadable(s, (struct str){list.p, (size_t)(close - list.p) + 1},
				  "the brackets name no rule");
	else {
		*after = from(list, (size_t)(close - list.p) + 1);
		return true;
	}
	return false;
}

static void read_comment(struct scanner *s, const struct comment *c)
{
	const char *colon = memchr(c->text.p, ':', c->text.n);
	struct str rest = trim(from(c->text, (size_t)(colon - c->text.p) + 1));
	struct findings *findings = s->all->findings;

	if (read_ignore(s, c, rest, &rest) && !is_reason(rest))
		finding_help(findings,
			     finding_add(findings, "ignore-without-reason", SEVERITY_WARNING,
					 span_at(s, c->text), "the comment does not say why"),
			     "write the reason behind the bracket");
}

void ignores_read(struct ignores *all, const struct sources *sources, const struct source *source)
{
	struct scanner s = {.all = all, .sources = sources, .source = source, .node = 1};
	struct arena *texts;

	if (!source->text.n ||
	    !memmem(source->text.p, source->text.n, addressed, sizeof addressed - 1))
		return;
	texts = arena_new();
	yaml_init(&s.yaml, texts, (struct reporter){0});
	yaml_parse(&s.yaml, source);
	look_at_nodes(&s);
	find_comments(&s);
	find_covers(&s);
	for (uint32_t i = 0; i < s.n; i++)
		read_comment(&s, &s.comments[i]);
	yaml_done(&s.yaml);
	arena_free(texts);
}
