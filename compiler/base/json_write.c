#include "compiler/base/json.h"
#include "compiler/base/utf8.h"

/* The letter that escapes a character, or 0 if it needs no escape. */
static char escape_of(uint32_t code)
{
	static const char escapes[] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',  ['\r'] = 'r',
		['\t'] = 't', ['"'] = '"',  ['\\'] = '\\',
	};

	if (code < sizeof escapes && escapes[code])
		return escapes[code];
	return code < ' ' ? 'u' : '\0';
}

static void write_text(struct buffer *out, struct str s)
{
	size_t written = 0, n;

	buffer_puts(out, "\"");
	for (size_t i = 0; i < s.n; i += n) {
		uint32_t code;
		char escape;

		n = utf8_character((struct str){s.p + i, s.n - i}, &code);
		escape = n ? escape_of(code) : '\0';
		if (n && !escape)
			continue;
		buffer_add(out, (struct str){s.p + written, i - written});
		n = n ? n : 1;
		written = i + n;
		if (!escape)
			buffer_puts(out, "\xef\xbf\xbd");
		else if (escape == 'u')
			buffer_printf(out, "\\u%04x", code);
		else
			buffer_printf(out, "\\%c", escape);
	}
	buffer_add(out, (struct str){s.p + written, s.n - written});
	buffer_puts(out, "\"");
}

struct writer {
	struct buffer *out;
	enum json_form form;
	unsigned depth;
};

static void write_value(struct writer *w, const struct json *value);

/* Writes the space before a member, and before the closing bracket. */
static void start_line(struct writer *w)
{
	if (w->form == JSON_LINE)
		buffer_puts(w->out, " ");
	if (w->form != JSON_PRETTY)
		return;
	buffer_puts(w->out, "\n");
	for (unsigned i = 0; i < w->depth; i++)
		buffer_puts(w->out, "  ");
}

static void write_members(struct writer *w, const struct json *list, const char *brackets)
{
	buffer_add(w->out, (struct str){brackets, 1});
	w->depth++;
	for (const struct json *m = list->first; m; m = m->next) {
		start_line(w);
		if (list->type == JSON_MAP) {
			write_text(w->out, m->key);
			buffer_puts(w->out, w->form == JSON_PLAIN ? ":" : ": ");
		}
		write_value(w, m);
		if (m->next)
			buffer_puts(w->out, ",");
	}
	w->depth--;
	if (list->first || w->form == JSON_LINE)
		start_line(w);
	buffer_puts(w->out, brackets + 1);
}

static void write_value(struct writer *w, const struct json *value)
{
	switch (value->type) {
	case JSON_NULL:
		buffer_puts(w->out, "null");
		break;
	case JSON_FLAG:
		buffer_puts(w->out, value->flag ? "true" : "false");
		break;
	case JSON_NUMBER:
		buffer_add(w->out, value->text);
		break;
	case JSON_TEXT:
		write_text(w->out, value->text);
		break;
	case JSON_LIST:
		write_members(w, value, "[]");
		break;
	case JSON_MAP:
		write_members(w, value, "{}");
		break;
	}
}

void json_write(struct buffer *out, const struct json *top, enum json_form form)
{
	write_value(&(struct writer){out, form, 0}, top);
}

void json_print(FILE *out, const struct json *top, enum json_form form)
{
	struct buffer text;

	buffer_init(&text, top->arena);
	json_write(&text, top, form);
	fwrite(text.p, 1, text.n, out);
}
