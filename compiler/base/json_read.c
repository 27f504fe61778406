#include "compiler/base/json.h"
#include "compiler/base/json_scan.h"

struct reader {
	struct json_scan scan;
	struct arena *arena;
};

/* --- strings: already checked by the scanner --- */

static uint32_t read_hex(const char *p)
{
	uint32_t code = 0;

	for (int i = 0; i < 4; i++)
		code = code << 4 | (uint32_t)json_hex(p[i]);
	return code;
}

static size_t put_utf8(char *out, uint32_t code)
{
	static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	*out = (char)(leads[n] | code);
	return n;
}

/* Decodes the escape whose digits start at `*p`, and moves `*p` behind it. A lone surrogate becomes
 * U+FFFD. */
static uint32_t read_unicode(const char **p, const char *end)
{
	uint32_t code = read_hex(*p), low;

	*p += 4;
	if (code < 0xd800 || code > 0xdfff)
		return code;
	if (code > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return 0xfffd;
	low = read_hex(*p + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*p += 6;
	return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

/* Decodes the escapes between the quotes of a string. The result is never longer. */
static struct str decode(struct arena *arena, const char *p, const char *end)
{
	char *out = arena_alloc(arena, (size_t)(end - p)), *to = out;

	while (p < end) {
		if (*p != '\\') {
			*to++ = *p++;
		} else if (p[1] == 'u') {
			p += 2;
			to += put_utf8(to, read_unicode(&p, end));
		} else {
			*to++ = json_escaped(p[1]);
			p += 2;
		}
	}
	return (struct str){out, (size_t)(to - out)};
}

/* --- values --- */

static struct json *read_value(struct reader *r, unsigned depth);

static struct json *read_string(struct reader *r)
{
	const char *start = r->scan.at;
	struct json *value = json_copy(r->arena, NULL);

	if (!json_skip_string(&r->scan))
		return NULL;
	value->type = JSON_TEXT;
	value->text = decode(r->arena, start + 1, r->scan.at - 1);
	return value;
}

static struct json *read_plain(struct reader *r)
{
	const char *start = r->scan.at;
	struct json *value = json_copy(r->arena, NULL);

	if (!json_skip_plain(&r->scan))
		return NULL;
	switch (*start) {
	case 'n':
		break;
	case 't':
	case 'f':
		value->type = JSON_FLAG;
		value->flag = *start == 't';
		break;
	default:
		value->type = JSON_NUMBER;
		value->text = arena_copy(r->arena,
					 (struct str){start, (size_t)(r->scan.at - start)});
	}
	return value;
}

static bool read_key(struct reader *r, struct str *key)
{
	const char *start, *end;

	json_skip_blanks(&r->scan);
	start = r->scan.at;
	if (!json_skip_key(&r->scan))
		return false;
	for (end = r->scan.at; end[-1] != '"';) /* skip the colon backwards */
		end--;
	*key = decode(r->arena, start + 1, end - 1);
	return true;
}

/* Reads members from behind the opening bracket to behind the closing one. */
static struct json *read_members(struct reader *r, struct json *list, unsigned depth)
{
	char closing = list->type == JSON_MAP ? '}' : ']';

	if (depth == 0) {
		json_wrong(&r->scan, "nested too deeply");
		return NULL;
	}
	json_skip_blanks(&r->scan);
	if (json_take(&r->scan, closing))
		return list;
	do {
		struct str key = {0};
		struct json *value;

		if (list->type == JSON_MAP && !read_key(r, &key))
			return NULL;
		value = read_value(r, depth - 1);
		if (!value)
			return NULL;
		value->key = key;
		json_append(list, value);
	} while (json_take(&r->scan, ','));
	if (json_take(&r->scan, closing))
		return list;
	json_missing(&r->scan, "expected a comma or a closing bracket");
	return NULL;
}

/* Reads a value and the blanks around it. */
static struct json *read_value(struct reader *r, unsigned depth)
{
	struct json *value;

	json_skip_blanks(&r->scan);
	if (json_at_string(&r->scan))
		value = read_string(r);
	else if (json_take(&r->scan, '{'))
		value = read_members(r, json_map(r->arena), depth);
	else if (json_take(&r->scan, '['))
		value = read_members(r, json_list(r->arena), depth);
	else
		value = read_plain(r);
	if (value)
		json_skip_blanks(&r->scan);
	return value;
}

struct json *json_read(struct arena *arena, struct str text, unsigned depth, const char **why,
		       size_t *at)
{
	const char *start = text.n ? text.p : "";
	struct reader r = {{.at = start, .end = start + text.n}, arena};
	struct json *value = read_value(&r, depth);

	if (value && r.scan.at < r.scan.end) {
		json_wrong(&r.scan, "unexpected text after the JSON");
		value = NULL;
	}
	if (!value) {
		*why = r.scan.wrong;
		*at = (size_t)(r.scan.at - start);
	}
	return value;
}
