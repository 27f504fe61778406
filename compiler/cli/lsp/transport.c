#include "compiler/cli/lsp/transport.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

enum { READ_BYTES = 64 << 10 };

static void make_room(struct transport *t)
{
	if (t->start)
		memmove(t->bytes, t->bytes + t->start, t->n - t->start);
	t->n -= t->start;
	t->start = 0;
	if (t->capacity - t->n >= READ_BYTES)
		return;
	t->capacity = 2 * t->capacity + READ_BYTES;
	t->bytes = realloc(t->bytes, t->capacity);
	if (!t->bytes)
		arena_oom();
}

static bool is_readable(const struct transport *t, bool wait)
{
	struct pollfd input = {.fd = t->in, .events = POLLIN};
	int n;

	do
		n = poll(&input, 1, wait ? -1 : 0);
	while (n < 0 && errno == EINTR);
	return n != 0;
}

bool transport_read(struct transport *t, bool wait)
{
	ssize_t got;

	if (t->ended || !is_readable(t, wait))
		return false;
	if (t->capacity - t->n < READ_BYTES || t->start > t->capacity / 2)
		make_room(t);
	do
		got = read(t->in, t->bytes + t->n, READ_BYTES);
	while (got < 0 && errno == EINTR);
	if (got <= 0) {
		t->ended = true;
		return false;
	}
	t->n += (size_t)got;
	return true;
}

/* The number of the header line `Content-Length:`. */
static bool content_length(const char *p, const char *end, size_t *out)
{
	static const char name[] = "content-length:";
	bool found = false;

	while (p < end) {
		const char *line_end = memmem(p, (size_t)(end - p) + 2, "\r\n", 2);
		size_t n = 0;

		if (!memchr(p, ':', (size_t)(line_end - p)))
			return false;
		if (strncasecmp(p, name, sizeof name - 1) == 0) {
			p += sizeof name - 1;
			p += strspn(p, " \t");
			for (; p < line_end && *p >= '0' && *p <= '9' && n <= SIZE_MAX / 10 - 9;
			     p++)
				n = n * 10 + (size_t)(*p - '0');
			if (p != line_end || p[-1] < '0' || p[-1] > '9')
				return false;
			*out = n;
			found = true;
		}
		p = line_end + 2;
	}
	return found;
}

static bool skip_body(struct transport *t)
{
	size_t here = t->n - t->start < t->skip ? t->n - t->start : t->skip;

	t->start += here;
	t->skip -= here;
	return t->skip == 0;
}

enum incoming transport_next(struct transport *t, struct arena *arena, const struct json **message)
{
	size_t there, length, at;
	const char *header, *end, *why;

	if (!skip_body(t) || t->n == t->start)
		return INCOMING_NONE;
	header = t->bytes + t->start;
	there = t->n - t->start;
	end = memmem(header, there < HEADER_MAX_BYTES ? there : HEADER_MAX_BYTES, "\r\n\r\n", 4);
	if (!end)
		return there < HEADER_MAX_BYTES ? INCOMING_NONE : INCOMING_NO_HEADER;
	if (!content_length(header, end, &length))
		return INCOMING_NO_HEADER;
	if (length > MESSAGE_MAX_BYTES) {
		t->start += (size_t)(end + 4 - header);
		t->skip = length;
		return INCOMING_TOO_LONG;
	}
	if (there - (size_t)(end + 4 - header) < length)
		return INCOMING_NONE;
	*message = json_read(arena, (struct str){end + 4, length}, MESSAGE_MAX_NESTING, &why, &at);
	t->start += (size_t)(end + 4 - header) + length;
	return *message ? INCOMING_MESSAGE : INCOMING_NO_JSON;
}

bool transport_cut(const struct transport *t)
{
	return t->ended && (t->n > t->start || t->skip);
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

void transport_send(struct transport *t, const struct json *message)
{
	struct buffer text;
	char header[64];
	int length;

	buffer_init(&text, t->arena);
	json_write(&text, message, JSON_PLAIN);
	length = snprintf(header, sizeof header, "Content-Length: %zu\r\n\r\n", text.n);
	if (!t->broken)
		t->broken = !write_all(t->out, header, (size_t)length) ||
			    !write_all(t->out, text.p, text.n);
}

void transport_free(struct transport *t)
{
	free(t->bytes);
	*t = (struct transport){0};
}
