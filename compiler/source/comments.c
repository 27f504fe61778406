#include "compiler/source/comments.h"

#include "compiler/source/lines.h"

struct scanner {
	const struct yaml *yaml;
	const struct source *source;
	struct str text;  /* the part of the source whose scalars are known */
	size_t first_key; /* its offset */
	node_id node;	  /* the first scalar that ends behind the current offset */
};

/* Finds the first key: the first scalar that is not empty. If parsing failed, scalars are known up
 * to the last node only. */
static void look_at_nodes(struct scanner *s)
{
	size_t reach = 0;

	s->first_key = s->text.n;
	for (node_id i = s->yaml->n_nodes - 1; i > 0; i--) {
		const struct node *node = yaml_node(s->yaml, i);
		size_t end = span_end(node->at) - s->source->base;

		if (node->kind == NODE_SCALAR && node->at.len)
			s->first_key = node->at.at - s->source->base;
		reach = end > reach ? end : reach;
	}
	if (s->yaml->broke_off)
		s->text.n = reach;
}

/* True if the offset lies within a scalar. Offsets must be passed in ascending order. */
static bool is_in_scalar(struct scanner *s, size_t offset)
{
	uint32_t at = s->source->base + (uint32_t)offset;
	const struct node *node = NULL;
	size_t first;

	for (; s->node < s->yaml->n_nodes; s->node++) {
		node = yaml_node(s->yaml, s->node);
		if (node->kind == NODE_SCALAR && span_end(node->at) > at)
			break;
	}
	if (!node || s->node == s->yaml->n_nodes || node->at.at > at)
		return false;
	/* A comment may follow the `|` of a block scalar. */
	first = node->at.at - s->source->base;
	if (s->text.p[first] != '|' && s->text.p[first] != '>')
		return true;
	return line_end(s->text, first) < offset;
}

/* Finds the comment on the line from `start` to `end`. */
static bool find_comment(struct scanner *s, size_t start, size_t end, size_t *out)
{
	for (size_t i = start; i < end; i++)
		if (is_comment(s->text, i) && !is_in_scalar(s, i)) {
			*out = i;
			return true;
		}
	return false;
}

static bool speaks_to_us(struct str comment)
{
	size_t i = skip_blanks(comment, 1), n = strlen(COMMENT_WORD);

	return comment.n - i >= n && memcmp(comment.p + i, COMMENT_WORD, n) == 0;
}

/* Only looks at lines that contain COMMENT_WORD. */
void comments_find(const struct yaml *yaml, struct arena *arena, struct source *source)
{
	struct scanner s = {.yaml = yaml, .source = source, .text = source->text, .node = 1};
	size_t done = has_mark(source->text) ? 3 : 0, at;
	const char *hit;

	source->comments = NULL;
	source->n_comments = source->comments_capacity = 0;
	if (!source->text.n ||
	    !memmem(source->text.p, source->text.n, COMMENT_WORD, strlen(COMMENT_WORD)))
		return;
	look_at_nodes(&s);
	while (done < s.text.n && (hit = memmem(s.text.p + done, s.text.n - done, COMMENT_WORD,
						strlen(COMMENT_WORD)))) {
		size_t start = line_start(s.text, (size_t)(hit - s.text.p));
		size_t end = line_end(s.text, start);
		struct str text;

		start = start < done ? done : start;
		done = end + 1;
		if (!find_comment(&s, start, end, &at))
			continue;
		text = trim_blanks((struct str){s.text.p + at, end - at});
		if (!speaks_to_us(text))
			continue;
		*(struct comment *)arena_push(arena, (void **)&source->comments,
					      &source->n_comments, &source->comments_capacity,
					      sizeof(struct comment)) = (struct comment){
			.text = text,
			.alone = skip_blanks(s.text, start) == at,
			.before_keys = at < s.first_key,
		};
	}
}
