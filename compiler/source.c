#include "compiler/source.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

void sources_init(struct sources *sources, struct arena *arena)
{
	*sources = (struct sources){.arena = arena, .next_base = 1};
}

static struct source *push(struct sources *sources, const struct source *source)
{
	struct source *s = arena_push(sources->arena, (void **)&sources->items, &sources->n,
				      &sources->capacity, sizeof *s);

	*s = *source;
	s->base = sources->next_base;
	/* One more, so that the place behind the last byte belongs to this file too. */
	sources->next_base += (uint32_t)s->text.n + 1;
	return s;
}

struct source *source_adopt(struct sources *sources, const struct source *source, struct str *error)
{
	if (UINT32_MAX - sources->next_base > SOURCE_MAX_BYTES)
		return push(sources, source);
	*error = arena_printf(sources->arena, "%.*s: the files of one run are limited to 4 GiB",
			      STR_ARG(source->name));
	return NULL;
}

struct source *source_add(struct sources *sources, struct str name, struct str text)
{
	return push(sources, &(struct source){.name = name, .text = text});
}

enum { SOURCE_FIRST_READ = 64 << 10 }; /* bytes, where the file system tells no size */

/* Reads at most `limit` bytes. The size that the file system tells is only a first guess: a pipe
 * has none, and a file may grow. */
static bool read_all(struct arena *arena, int fd, size_t limit, struct str *out)
{
	struct stat st;
	size_t capacity = SOURCE_FIRST_READ, n = 0;
	char *text;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		capacity = (size_t)st.st_size < limit ? (size_t)st.st_size + 1 : limit;
	text = arena_alloc(arena, capacity);
	while (n < limit) {
		ssize_t got;

		if (n == capacity) {
			char *more = arena_alloc(arena, capacity *= 2);

			memcpy(more, text, n);
			text = more;
		}
		got = read(fd, text + n, (capacity < limit ? capacity : limit) - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*out = (struct str){text, n};
	return true;
}

bool source_read_fd(struct sources *sources, struct str name, int fd, size_t limit,
		    struct source **out, struct str *error)
{
	struct str text;

	if (!read_all(sources->arena, fd, limit + 1, &text)) {
		*error = arena_printf(sources->arena, "%.*s: %s", STR_ARG(name), strerror(errno));
		return false;
	}
	*out = source_adopt(sources,
			    &(struct source){.name = name,
					     .text = {text.p, text.n < limit ? text.n : limit},
					     .cut = text.n > limit},
			    error);
	return *out;
}

bool source_read(struct sources *sources, const char *path, const char *stdin_name, bool named,
		 struct source **out, struct str *error)
{
	bool standard_input = strcmp(path, "-") == 0;
	int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bool read;

	if (fd < 0) {
		*error = arena_printf(sources->arena, "%s: %s", path, strerror(errno));
		return false;
	}
	read = source_read_fd(sources, str_of(standard_input ? stdin_name : path), fd,
			      SOURCE_MAX_BYTES, out, error);
	if (!standard_input)
		close(fd);
	if (!read)
		return false;
	(*out)->named = named;
	(*out)->is_stdin = standard_input;
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

/* One past the line end at `i` (LF, CR LF or CR), or `i` where there is none. */
static size_t past_line_end(struct str t, size_t i)
{
	if (i < t.n && t.p[i] == '\r')
		return i + 1 < t.n && t.p[i + 1] == '\n' ? i + 2 : i + 1;
	return i < t.n && t.p[i] == '\n' ? i + 1 : i;
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

/* Both indexes: where lines start, and how many characters stand before every block of bytes. */
static void index_source(struct arena *arena, struct source *source)
{
	struct str t = source->text;
	uint32_t characters = 0;

	source->n_lines = fill_lines(t, NULL);
	source->lines = arena_array(arena, source->n_lines, sizeof *source->lines);
	fill_lines(t, source->lines);
	source->characters = arena_array(arena, t.n / SOURCE_BLOCK + 1, sizeof *source->characters);
	for (size_t i = 0; i < t.n; i++) {
		if (i % SOURCE_BLOCK == 0)
			source->characters[i / SOURCE_BLOCK] = characters;
		characters += starts_character(t.p[i]);
	}
	if (t.n % SOURCE_BLOCK == 0)
		source->characters[t.n / SOURCE_BLOCK] = characters;
}

/* A file may be one line of 64 MiB: never counted from its start. */
static uint32_t characters_before(const struct source *source, size_t offset)
{
	uint32_t n = source->characters[offset / SOURCE_BLOCK];

	for (size_t i = offset / SOURCE_BLOCK * SOURCE_BLOCK; i < offset; i++)
		n += starts_character(source->text.p[i]);
	return n;
}

/* The mark is no column, and no part of a line. */
static size_t past_mark(const struct source *source, size_t offset)
{
	return offset == 0 && source_has_mark(source->text) ? 3 : offset;
}

/* Rules that ask for lines may run side by side. */
static pthread_mutex_t indexing = PTHREAD_MUTEX_INITIALIZER;

static struct position locate(const struct sources *sources, uint32_t at)
{
	/* The indexes are made when the first finding needs them; a source is not const in the
	 * memory sense, only in what it says. */
	struct source *source = (struct source *)source_of(sources, (struct span){at, 0});
	uint32_t offset = at - source->base, low = 0, high, column = 1;
	size_t start;

	pthread_mutex_lock(&indexing);
	if (!source->lines)
		index_source(sources->arena, source);
	pthread_mutex_unlock(&indexing);
	high = source->n_lines;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (source->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	start = past_mark(source, source->lines[low]);
	if (offset > start)
		column += characters_before(source, offset) - characters_before(source, start);
	/* Inside a character: its first byte was counted already. */
	if (offset < source->text.n && !starts_character(source->text.p[offset]) && column > 1)
		column--;
	return (struct position){source, low + 1, column};
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

bool source_has_mark(struct str text)
{
	return text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0;
}
