#include "compiler/source/source.h"

#include <assert.h>
#include <pthread.h>

#include "compiler/source/lines.h"

void sources_init(struct sources *sources, struct arena *arena, const struct files *files)
{
	*sources = (struct sources){.arena = arena, .files = files, .next_base = 1};
	pthread_mutex_init(&sources->indexing, NULL);
}

static struct source *push(struct sources *sources, const struct source *source)
{
	struct source *s = arena_push(sources->arena, (void **)&sources->items, &sources->n,
				      &sources->capacity, sizeof *s);

	*s = *source;
	s->base = sources->next_base;
	/* One more, so that the end of the file is a place in this file too. */
	sources->next_base += (uint32_t)s->text.n + 1;
	return s;
}

struct source *source_adopt(struct sources *sources, const struct source *source, struct str *error)
{
	if (UINT32_MAX - sources->next_base > SOURCE_MAX_BYTES)
		return push(sources, source);
	*error = arena_printf(sources->arena, "%.*s: more than 4 GiB of files in one run",
			      STR_ARG(source->name));
	return NULL;
}

struct source *source_add(struct sources *sources, struct str name, struct str text)
{
	return push(sources, &(struct source){.name = name, .text = text});
}

bool source_take(struct sources *sources, struct str name, struct str text, size_t limit,
		 struct source **out, struct str *error)
{
	*out = source_adopt(sources,
			    &(struct source){.name = name,
					     .text = {text.p, text.n < limit ? text.n : limit},
					     .cut = text.n > limit},
			    error);
	return *out;
}

bool source_read(struct sources *sources, const char *path, const char *stdin_name, size_t limit,
		 struct source **out, struct str *error)
{
	const struct files *files = sources->files;
	bool is_stdin = strcmp(path, "-") == 0;
	struct str name = str_of(is_stdin ? stdin_name : path), text;
	int failed = files->read(files, sources->arena, path, READ_ANY, limit, &text);

	if (failed) {
		*error = arena_printf(sources->arena, "%.*s: %s", STR_ARG(name),
				      files_error(failed));
		return false;
	}
	if (!source_take(sources, name, text, limit, out, error))
		return false;
	(*out)->is_stdin = is_stdin;
	return true;
}

const struct source *source_of(const struct sources *sources, struct span span)
{
	uint32_t low = 0, high = sources->n;

	assert(span_given(span) && high > 0);
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (sources->items[middle].base <= span.at)
			low = middle;
		else
			high = middle;
	}
	return &sources->items[low];
}

static bool starts_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static bool starts_wide(char c)
{
	return (unsigned char)c >= 0xf0;
}

static uint32_t fill_lines(struct str t, uint32_t *lines)
{
	uint32_t n = 1;

	for (size_t i = 0; i < t.n;) {
		size_t past = past_line_end(t, i);

		if (past == i) {
			i++;
			continue;
		}
		if (lines)
			lines[n] = (uint32_t)past;
		n++;
		i = past;
	}
	return n;
}

/* Finds the starts of lines and counts the characters before each block. */
static void index_source(struct arena *arena, struct source *source)
{
	struct str t = source->text;
	uint32_t characters = 0, wide = 0, *lines;

	source->n_lines = fill_lines(t, NULL);
	lines = arena_array(arena, source->n_lines, sizeof *lines);
	fill_lines(t, lines);
	source->characters = arena_array(arena, t.n / SOURCE_BLOCK + 1, sizeof *source->characters);
	source->wide = arena_array(arena, t.n / SOURCE_BLOCK + 1, sizeof *source->wide);
	for (size_t i = 0; i <= t.n; i++) {
		if (i % SOURCE_BLOCK == 0) {
			source->characters[i / SOURCE_BLOCK] = characters;
			source->wide[i / SOURCE_BLOCK] = wide;
		}
		if (i == t.n)
			break;
		characters += starts_character(t.p[i]);
		wide += starts_wide(t.p[i]);
	}
	source->lines = lines; /* set last, since need_index checks it */
}

/* The number of characters before an offset, and how many of them are wide. */
struct count {
	uint32_t all, wide;
};

/* Counts from the start of the block, because a single line may have 64 MiB. */
static struct count count_before(const struct source *source, size_t offset)
{
	struct count n = {source->characters[offset / SOURCE_BLOCK],
			  source->wide[offset / SOURCE_BLOCK]};

	for (size_t i = offset / SOURCE_BLOCK * SOURCE_BLOCK; i < offset; i++) {
		n.all += starts_character(source->text.p[i]);
		n.wide += starts_wide(source->text.p[i]);
	}
	return n;
}

/* Moves an offset within a character back to its first byte. */
static size_t character_start(struct str text, size_t start, size_t offset)
{
	size_t i = offset;

	while (i > start && i < text.n && offset - i < 3 && !starts_character(text.p[i]))
		i--;
	return i;
}

/* Skips the byte order mark, which has no column and belongs to no line. */
static size_t past_mark(const struct source *source, size_t offset)
{
	return offset == 0 && has_mark(source->text) ? 3 : offset;
}

static void unlock(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

/* Indexes the source on first use. Takes a lock, because rules run in parallel. The index is a
 * cache, so even a const source may get one. */
static void need_index(const struct sources *sources, struct source *source)
{
	pthread_mutex_t *indexing = (pthread_mutex_t *)&sources->indexing;
	struct cleanup cleanup;

	pthread_mutex_lock(indexing);
	cleanup_push(&cleanup, unlock, indexing);
	if (!source->lines)
		index_source(sources->arena, source);
	cleanup_pop(&cleanup);
	pthread_mutex_unlock(indexing);
}

static struct position locate(const struct sources *sources, uint32_t at)
{
	struct source *source = (struct source *)source_of(sources, (struct span){at, 0});
	size_t offset = at - source->base, start;
	struct count before, line;
	uint32_t low = 0, high;

	need_index(sources, source);
	high = source->n_lines;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (source->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	start = past_mark(source, source->lines[low]);
	offset = offset > start ? character_start(source->text, start, offset) : start;
	line = count_before(source, start);
	before = count_before(source, offset);
	return (struct position){source, low + 1, before.all - line.all + 1,
				 before.wide - line.wide, (uint32_t)(offset - start)};
}

struct position span_start(const struct sources *sources, struct span span)
{
	return locate(sources, span.at);
}

struct position span_stop(const struct sources *sources, struct span span)
{
	return locate(sources, span_end(span));
}

struct str span_text(const struct sources *sources, struct span span)
{
	const struct source *source = source_of(sources, span);
	size_t offset = span.at - source->base;

	assert(offset + span.len <= source->text.n);
	return (struct str){source->text.p + offset, span.len};
}

struct str source_line(const struct source *source, uint32_t line)
{
	size_t start = source->lines[line - 1];
	size_t end = line < source->n_lines ? source->lines[line] : source->text.n;
	const char *p = source->text.p;

	if (line < source->n_lines)
		end -= end - start >= 2 && p[end - 1] == '\n' && p[end - 2] == '\r' ? 2 : 1;
	start = past_mark(source, start);
	return (struct str){p + start, end - start};
}
