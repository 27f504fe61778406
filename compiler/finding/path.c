#include "compiler/finding/path.h"

#include <stdio.h>

#include "compiler/source/yaml.h"

struct seeker {
	struct yaml yaml;
	struct arena *scratch; /* of one source */
	struct findings *findings;
	uint32_t next, end; /* range of this source's findings without a path yet */
};

static bool plain_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-",
			    s.p[i]))
			return false;
	return s.n > 0;
}

/* Escaped as in JSON, so that a path is one line. */
static struct str quoted_name(struct arena *arena, struct str name)
{
	char *out = arena_array(arena, name.n + 1, sizeof "\\u0000");
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c < 0x20) {
			n += (size_t)sprintf(out + n, "\\u%04x", c);
			continue;
		}
		if (c == '"' || c == '\\')
			out[n++] = '\\';
		out[n++] = (char)c;
	}
	return (struct str){out, n};
}

static struct str below(struct seeker *s, struct str path, struct str name)
{
	if (plain_name(name))
		return arena_printf(s->findings->arena, "%.*s%s%.*s", STR_ARG(path),
				    path.n ? "." : "", STR_ARG(name));
	return arena_printf(s->findings->arena, "%.*s[\"%.*s\"]", STR_ARG(path),
			    STR_ARG(quoted_name(s->scratch, name)));
}

static const struct finding *waiting(const struct seeker *s)
{
	return s->next < s->end ? &s->findings->items[s->next] : NULL;
}

/* Sets the path of the findings that start before `limit`. */
static void give(struct seeker *s, uint32_t limit, struct str path)
{
	while (waiting(s) && waiting(s)->at.at < limit)
		s->findings->items[s->next++].path = path;
}

static bool reaches(const struct seeker *s, const struct node *node)
{
	return waiting(s) && waiting(s)->at.at <= span_end(node->at);
}

static void seek(struct seeker *s, node_id id, struct str path)
{
	const struct node *node = yaml_node(&s->yaml, id);
	uint32_t i = 0;

	/* A block map starts where its first key starts. A finding about the whole map has the
	 * map's length, or none. */
	while (waiting(s) && node->kind != NODE_SCALAR && waiting(s)->at.at == node->at.at &&
	       (waiting(s)->at.len == node->at.len || waiting(s)->at.len == 0))
		s->findings->items[s->next++].path = path;
	if (node->kind == NODE_MAP) {
		for (node_id k = node->first; k; i++) {
			const struct node *key = yaml_node(&s->yaml, k);
			node_id v = key->next;
			const struct node *value = yaml_node(&s->yaml, v);

			if (key->kind == NODE_SCALAR && (reaches(s, key) || reaches(s, value))) {
				struct str name = below(s, path, yaml_text(&s->yaml, key));

				give(s, key->at.at, path);
				give(s, span_end(key->at) + (key->at.len == 0), name);
				seek(s, v, name);
			}
			k = value->next;
		}
	} else if (node->kind == NODE_LIST) {
		for (node_id v = node->first; v; v = yaml_node(&s->yaml, v)->next, i++)
			if (reaches(s, yaml_node(&s->yaml, v)))
				seek(s, v,
				     arena_printf(s->findings->arena, "%.*s[%u]", STR_ARG(path),
						  i));
	}
	/* Findings at the node itself or between its children. */
	give(s, span_end(node->at) + (node->at.len == 0), path);
}

static void seek_source(struct seeker *s, const struct source *source)
{
	yaml_parse(&s->yaml, source);
	for (uint32_t i = 0; i < s->yaml.n_documents; i++)
		seek(s, s->yaml.documents[i], STR(""));
	give(s, UINT32_MAX, STR(""));
}

static uint32_t end_of_source(const struct findings *findings, uint32_t i,
			      const struct source *source)
{
	while (i < findings->n && findings->items[i].at.at <= source->base + source->text.n)
		i++;
	return i;
}

/* A finding in a capture takes the path of the key that names the capture: this makes one stand-in
 * at that key for each capture with findings. */
static struct findings keys_of_captures(const struct findings *findings,
					const struct sources *sources, struct arena *arena)
{
	struct findings keys = {.arena = arena};

	for (uint32_t i = 0; i < findings->n;) {
		const struct source *source = source_of(sources, findings->items[i].at);

		if (span_given(source->key))
			finding_add(&keys, "", SEVERITY_NOTE, source->key, "%s", "");
		i = end_of_source(findings, i, source);
	}
	findings_finish(&keys);
	return keys;
}

static struct str path_of_key(const struct findings *keys, struct span key)
{
	uint32_t low = 0, high = keys->n;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (keys->items[middle].at.at <= key.at)
			low = middle;
		else
			high = middle;
	}
	return keys->items[low].path;
}

/* `keys` is NULL if no finding is in a capture. */
static void find_paths(struct findings *findings, const struct sources *sources,
		       const struct findings *keys)
{
	struct arena *scratch = arena_new();
	struct seeker s = {.scratch = scratch, .findings = findings};

	/* Loading has reported the problems of this text. */
	yaml_init(&s.yaml, scratch, (struct reporter){0});
	while (s.next < findings->n) {
		const struct source *source = source_of(sources, findings->items[s.next].at);

		s.end = end_of_source(findings, s.next, source);
		if (keys && span_given(source->key))
			give(&s, UINT32_MAX, path_of_key(keys, source->key));
		else
			seek_source(&s, source);
		arena_reset(scratch);
	}
	yaml_done(&s.yaml);
	arena_free(scratch);
}

void paths_of_findings(struct findings *findings, const struct sources *sources)
{
	struct findings keys = keys_of_captures(findings, sources, findings->arena);

	find_paths(&keys, sources, NULL);
	find_paths(findings, sources, &keys);
}
