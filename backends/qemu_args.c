#include "backends/qemu_args.h"

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

void qemu_json(struct qemu_args *args, const char *option, const struct json *object)
{
	struct buffer text;

	buffer_init(&text, args->arena);
	json_write(&text, object, JSON_PLAIN);
	add(args, str_of(option));
	add(args, buffer_text(&text));
}

struct json *qemu_object(struct qemu_args *args, const char *key, const char *value)
{
	struct json *object = json_map(args->arena);

	json_put_text(object, key, str_of(value));
	return object;
}

void qemu_addf(struct json *object, const char *key, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	json_put_text(object, key, arena_vprintf(object->arena, format, list));
	va_end(list);
}

void qemu_add_true(struct json *object, const char *key, bool value)
{
	if (value)
		json_put_flag(object, key, true);
}

void qemu_add_cpulist(struct json *object, const char *key, struct str cpulist)
{
	struct json *list = json_put_list(object, key);
	uint32_t first, last;

	while (cpulist_next(&cpulist, &first, &last))
		for (uint32_t i = first; i <= last; i++)
			json_append_number(list, i);
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
