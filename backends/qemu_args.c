#include "backends/qemu_args.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "backends/shell.h"
#include "schema/value.h"

static void add(struct qemu_args *args, struct str text)
{
	struct str *item = arena_push(args->arena, (void **)&args->items, &args->n, &args->capacity,
				      sizeof *args->items);

	*item = text;
	if (memchr(text.p, '\n', text.n) || memchr(text.p, '\0', text.n))
		args->refused = text;
}

void qemu_flag(struct qemu_args *args, const char *option)
{
	add(args, str_of(option));
}

void qemu_arg(struct qemu_args *args, const char *option, const char *format, ...)
{
	va_list list;

	add(args, str_of(option));
	va_start(list, format);
	add(args, arena_vprintf(args->arena, format, list));
	va_end(list);
}

void qemu_json(struct qemu_args *args, const char *option, struct json_object *object)
{
	const int form = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = json_object_to_json_string_ext(object, form);

	if (!text)
		arena_oom();
	add(args, str_of(option));
	add(args, arena_copy(args->arena, str_of(text)));
	json_object_put(object);
}

static void put(struct json_object *object, const char *key, struct json_object *value)
{
	if (!value || json_object_object_add(object, key, value))
		arena_oom();
}

struct json_object *qemu_object(const char *key, const char *value)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		arena_oom();
	qemu_add(object, key, value);
	return object;
}

void qemu_add(struct json_object *object, const char *key, const char *value)
{
	put(object, key, json_object_new_string(value));
}

void qemu_add_str(struct json_object *object, const char *key, struct str value)
{
	assert(value.n <= INT32_MAX);
	put(object, key, json_object_new_string_len(value.p, (int)value.n));
}

void qemu_addf(struct json_object *object, const char *key, const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		arena_oom();
	va_end(list);
	qemu_add(object, key, text);
	free(text);
}

void qemu_add_number(struct json_object *object, const char *key, uint64_t value)
{
	assert(value <= INT64_MAX);
	put(object, key, json_object_new_int64((int64_t)value));
}

void qemu_add_true(struct json_object *object, const char *key, bool value)
{
	if (value)
		put(object, key, json_object_new_boolean(1));
}

void qemu_add_cpulist(struct json_object *object, const char *key, struct str cpulist)
{
	struct json_object *array = json_object_new_array();
	uint32_t first, last;

	put(object, key, array);
	while (cpulist_next(&cpulist, &first, &last)) {
		for (uint32_t i = first; i <= last; i++) {
			struct json_object *item = json_object_new_int64(i);

			if (!item || json_object_array_add(array, item))
				arena_oom();
		}
	}
}

struct str qemu_escape(struct arena *arena, struct str value)
{
	struct buffer out;

	buffer_init(&out, arena);
	for (size_t i = 0; i < value.n; i++) {
		buffer_add(&out, (struct str){&value.p[i], 1});
		if (value.p[i] == ',')
			buffer_puts(&out, ",");
	}
	return buffer_text(&out);
}

/* No value of a spec can hold such bytes; were there one, the rest of it would be an argument of
 * its own. */
static bool safe(const struct qemu_args *args, struct str *error)
{
	if (args->refused.n)
		*error = STR("an argument of QEMU cannot hold a newline");
	return !args->refused.n;
}

bool qemu_args_lines(const struct qemu_args *args, struct buffer *out, struct str *error)
{
	if (!safe(args, error))
		return false;
	for (uint32_t i = 0; i < args->n; i++) {
		buffer_add(out, args->items[i]);
		buffer_puts(out, "\n");
	}
	return true;
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("_@%+=:,./-", c);
}

static void quote(struct buffer *out, struct str text)
{
	size_t i = 0;

	while (i < text.n && is_plain(text.p[i]))
		i++;
	if (i == text.n) {
		buffer_add(out, text);
		return;
	}
	shell_quote(out, text);
}

bool qemu_args_shell(const struct qemu_args *args, struct buffer *out, struct str *error)
{
	if (!safe(args, error))
		return false;
	buffer_puts(out, "qemu-system-x86_64");
	for (uint32_t i = 0; i < args->n; i++) {
		buffer_puts(out, " ");
		quote(out, args->items[i]);
	}
	buffer_puts(out, "\n");
	return true;
}
