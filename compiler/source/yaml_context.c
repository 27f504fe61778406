#include "compiler/source/yaml_context.h"

#include <assert.h>

#include "compiler/source/yaml_words.h"

enum level_kind { BLOCK_MAP, BLOCK_LIST, FLOW_MAP, FLOW_LIST };

/* An open collection. */
struct level {
	enum level_kind kind;
	size_t indent; /* of a block collection */
	uint32_t map;
	bool has_key; /* the reader is behind a key of the map */
	struct str key;
};

struct reader {
	struct arena *arena;
	struct context *out;
	struct str text;
	size_t start, end; /* of the line */
	size_t cursor;
	struct level levels[CONTEXT_DEPTH];
	uint32_t n;
	uint32_t n_maps;
	bool done;	      /* the cursor has been passed */
	bool fresh;	      /* in a flow collection: a comma or an opening bracket came last */
	bool in_scalar;	      /* within a `|` or `>` text: lines indented more than ... */
	size_t scalar_indent; /* ... this */
};

static struct str piece(const struct reader *r, size_t start, size_t end)
{
	return (struct str){r->text.p + start, end - start};
}

/* --- levels --- */

static struct level *top(struct reader *r)
{
	assert(r->n > 0);
	return &r->levels[r->n - 1];
}

static bool in_flow(struct reader *r)
{
	return r->n && top(r)->kind >= FLOW_MAP;
}

static void push(struct reader *r, enum level_kind kind, size_t indent)
{
	bool is_map = kind == BLOCK_MAP || kind == FLOW_MAP;

	/* Beyond the limit, each level replaces the last one. */
	if (r->n == CONTEXT_DEPTH)
		r->n--;
	r->levels[r->n++] = (struct level){kind, indent, is_map ? ++r->n_maps : 0, false, STR("")};
}

/* Enters the map at that column: an open one, or a new one. */
static void enter_map(struct reader *r, size_t column)
{
	while (r->n && (top(r)->indent > column ||
			(top(r)->indent == column && top(r)->kind == BLOCK_LIST)))
		r->n--;
	if (!r->n || top(r)->indent < column)
		push(r, BLOCK_MAP, column);
	top(r)->has_key = false;
}

static void enter_item(struct reader *r, size_t column)
{
	while (r->n && top(r)->indent > column)
		r->n--;
	if (!r->n || top(r)->indent < column || top(r)->kind != BLOCK_LIST)
		push(r, BLOCK_LIST, column);
}

static void enter_key(struct reader *r, struct str key)
{
	struct context *c = r->out;
	struct entry *entry = arena_push(r->arena, (void **)&c->entries, &c->n_entries,
					 &c->entries_capacity, sizeof *entry);

	top(r)->key = key;
	top(r)->has_key = true;
	*entry = (struct entry){top(r)->map, key, STR("")};
}

static void set_value(struct reader *r, struct str value)
{
	if (r->out->n_entries)
		r->out->entries[r->out->n_entries - 1].value = value;
}

/* --- the cursor --- */

/* Records that the cursor is at the word from `start` to `end`, within the first `n` levels. */
static void capture(struct reader *r, uint32_t n, uint32_t map, size_t start, size_t end)
{
	struct context *c = r->out;

	if (r->done)
		return;
	r->done = true;
	c->kind = CONTEXT_NODE;
	c->n = n;
	c->map = map;
	c->flow = in_flow(r);
	c->start = start;
	c->end = end;
	for (uint32_t i = 0; i < n; i++)
		c->steps[i] = (struct step){r->levels[i].map, r->levels[i].key};
}

/* Captures a word that is, or may become, a key of the open map or a value in its place. */
static void capture_key(struct reader *r, size_t start, size_t end)
{
	capture(r, r->n - 1, top(r)->map, start, end);
}

static void capture_value(struct reader *r, size_t start, size_t end)
{
	capture(r, r->n, 0, start, end);
}

static void capture_comment(struct reader *r, size_t start)
{
	if (r->done)
		return;
	r->done = true;
	r->out->kind = CONTEXT_COMMENT;
	r->out->start = start;
	r->out->end = r->end;
}

static bool at_cursor(const struct reader *r, size_t start, size_t end)
{
	return !r->done && r->cursor >= start && r->cursor <= end;
}

/* --- flow collections --- */

static void flow_word(struct reader *r, size_t *i)
{
	struct token t = read_token(r->text, *i, true);
	size_t before = *i;
	bool is_key = t.next < r->end && r->text.p[t.next] == ':' && top(r)->kind == FLOW_MAP &&
		      !top(r)->has_key;

	if (is_key || (top(r)->kind == FLOW_MAP && !top(r)->has_key)) {
		if (at_cursor(r, t.start, t.end)) {
			capture_key(r, t.start, t.end);
			r->out->is_key = is_key;
		}
		if (is_key)
			enter_key(r, piece(r, t.start, t.end));
	} else {
		if (at_cursor(r, t.start, t.end))
			capture_value(r, t.start, t.end);
		if (top(r)->kind == FLOW_MAP)
			set_value(r, piece(r, t.start, t.end));
	}
	r->fresh = is_key;
	*i = t.next + is_key;
	/* A lone colon is an empty word: step over it. */
	if (*i == before)
		++*i;
}

static void flow_punctuation(struct reader *r, char c)
{
	if (c == '{' || c == '[') {
		push(r, c == '{' ? FLOW_MAP : FLOW_LIST, SIZE_MAX);
	} else if (c == '}' || c == ']') {
		r->n--;
	} else {
		top(r)->has_key = false;
	}
	r->fresh = c == '{' || c == '[' || c == ',';
}

/* Captures the cursor between words, where one could begin. */
static void flow_gap(struct reader *r, size_t start, size_t end)
{
	if (!r->fresh || !at_cursor(r, start, end))
		return;
	if (top(r)->kind == FLOW_MAP && !top(r)->has_key)
		capture_key(r, r->cursor, r->cursor);
	else
		capture_value(r, r->cursor, r->cursor);
	r->out->after_colon = r->cursor > r->start && r->text.p[r->cursor - 1] == ':';
}

/* Reads flow collections from `i` to the end of the line, or until the last one closes. */
static void read_flow(struct reader *r, size_t i)
{
	size_t first = i;

	for (;;) {
		size_t start = i;
		bool word;

		i = skip_blanks(r->text, i);
		word = i < r->end && !is_one_of(r->text.p[i], "{}[],") && !is_comment(r->text, i);
		if (in_flow(r))
			flow_gap(r, start, word && i > start ? i - 1 : i);
		if (i == r->end)
			return;
		if (is_comment(r->text, i)) {
			if (at_cursor(r, i + 1, r->end))
				capture_comment(r, i);
			return;
		}
		/* Only a comment may follow on the line. */
		if (!in_flow(r) && start > first)
			return;
		if (word)
			flow_word(r, &i);
		else
			flow_punctuation(r, r->text.p[i++]);
	}
}

/* --- lines --- */

/* Reads what follows a key and its colon. */
static void read_value(struct reader *r, size_t start)
{
	size_t i = skip_blanks(r->text, start);
	struct token t;

	while (i < r->end && is_one_of(r->text.p[i], "&!"))
		i = skip_blanks(r->text, skip_property(r->text, i));
	if (i == r->end || is_comment(r->text, i)) {
		if (at_cursor(r, start, i)) {
			capture_value(r, r->cursor, r->cursor);
			r->out->after_colon = r->cursor == start;
		} else if (at_cursor(r, i, r->end)) {
			capture_comment(r, i);
		}
	} else if (is_one_of(r->text.p[i], "{[")) {
		read_flow(r, i);
	} else if (is_one_of(r->text.p[i], "|>")) {
		r->in_scalar = true;
		r->scalar_indent = top(r)->indent;
	} else {
		t = read_token(r->text, i, false);
		set_value(r, piece(r, t.start, t.end));
		/* After a blank, the user may continue typing the same value. */
		if (at_cursor(r, t.start, t.end) || (t.end < r->end && r->cursor == r->end &&
						     !r->done && !is_comment(r->text, t.next)))
			capture_value(r, t.start, t.end > r->cursor ? t.end : r->cursor);
		else if (is_comment(r->text, t.next) && at_cursor(r, t.next + 1, r->end))
			capture_comment(r, t.next);
	}
}

/* Reads a key and its value, or a word that may become a key. */
static void read_entry(struct reader *r, size_t i)
{
	size_t column = i - r->start;
	struct token t;

	if (is_one_of(r->text.p[i], "{[")) {
		read_flow(r, i);
		return;
	}
	t = read_token(r->text, i, false);
	if (t.next < r->end && r->text.p[t.next] == ':') {
		enter_map(r, column);
		if (at_cursor(r, t.start, t.end)) {
			capture_key(r, t.start, t.end);
			r->out->is_key = true;
		}
		enter_key(r, piece(r, t.start, t.end));
		read_value(r, t.next + 1);
	} else if (at_cursor(r, t.start, t.end)) {
		enter_map(r, column);
		capture_key(r, t.start, t.end);
	} else if (is_comment(r->text, t.next) && at_cursor(r, t.next + 1, r->end)) {
		capture_comment(r, t.next);
	}
}

static void read_block(struct reader *r, size_t i)
{
	while (is_dash(r->text, i)) {
		size_t dash = i;

		enter_item(r, i - r->start);
		i = skip_blanks(r->text, i + 1);
		if (i < r->end && !is_comment(r->text, i))
			continue;
		if (at_cursor(r, dash + 1, i)) {
			enter_map(r, r->cursor - r->start);
			capture_key(r, r->cursor, r->cursor);
			r->out->after_colon = r->cursor == dash + 1;
		}
		return;
	}
	read_entry(r, i);
}

/* Skips blank lines and those of a `|` or `>` text. */
static bool is_passed_over(struct reader *r, size_t i)
{
	if (r->in_scalar && i < r->end && i - r->start <= r->scalar_indent)
		r->in_scalar = false;
	if (r->in_scalar) {
		r->done |= r->cursor >= r->start && r->cursor <= r->end;
		return true;
	}
	if (i < r->end || in_flow(r))
		return false;
	if (at_cursor(r, r->start, r->end)) {
		enter_map(r, r->cursor - r->start);
		capture_key(r, r->cursor, r->cursor);
	}
	return true;
}

/* Closes flow collections that this line cannot belong to, because it is indented too little. */
static void close_flows(struct reader *r, size_t i)
{
	uint32_t n = r->n;
	bool closes = i < r->end && is_one_of(r->text.p[i], "]}");
	size_t column = (i == r->end && at_cursor(r, r->start, r->end) ? r->cursor : i) - r->start;

	if (i == r->end && !at_cursor(r, r->start, r->end))
		return;
	while (n && r->levels[n - 1].kind >= FLOW_MAP)
		n--;
	if (!closes && n && column <= r->levels[n - 1].indent)
		r->n = n;
}

static void read_line(struct reader *r)
{
	size_t i = skip_blanks(r->text, r->start);

	if (in_flow(r))
		close_flows(r, i);
	if (is_passed_over(r, i))
		return;
	if (in_flow(r)) {
		read_flow(r, i);
	} else if (is_comment(r->text, i)) {
		if (at_cursor(r, i + 1, r->end))
			capture_comment(r, i);
	} else if (i == r->start && r->end - i >= 3 &&
		   (memcmp(r->text.p + i, "---", 3) == 0 || memcmp(r->text.p + i, "...", 3) == 0)) {
		r->n = 0;
	} else {
		read_block(r, i);
	}
}

void context_at(struct context *context, struct arena *arena, struct str text, size_t cursor)
{
	struct reader r = {.arena = arena, .out = context, .text = text, .cursor = cursor};

	*context = (struct context){.start = cursor, .end = cursor};
	if (has_mark(text))
		r.start = 3;
	for (;;) {
		r.end = line_end(text, r.start);
		read_line(&r);
		if (r.end == text.n)
			return;
		r.start = past_line_end(text, r.end);
	}
}

struct str context_value(const struct context *context, uint32_t map, const char *key)
{
	for (uint32_t i = 0; i < context->n_entries; i++)
		if (context->entries[i].map == map && str_is(context->entries[i].key, key))
			return context->entries[i].value;
	return STR("");
}

bool context_has_key(const struct context *context, struct str text, const char *key)
{
	for (uint32_t i = 0; i < context->n_entries; i++) {
		const struct entry *e = &context->entries[i];

		if (e->map == context->map && (!key || str_is(e->key, key)) &&
		    e->key.p != text.p + context->start)
			return true;
	}
	return false;
}
