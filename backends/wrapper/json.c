#include "backends/wrapper/json.h"

static bool skip_value(struct json_scan *scan, int depth);

/* Skips the members of an array or object, from behind its opening to its end. */
static bool skip_members(struct json_scan *scan, char closing, int depth)
{
	json_skip_blanks(scan);
	if (json_take(scan, closing))
		return true;
	do {
		if ((closing == '}' && !json_skip_key(scan)) || !skip_value(scan, depth))
			return false;
	} while (json_take(scan, ','));
	return json_take(scan, closing) ||
	       json_missing(scan, "expected a comma or a closing bracket");
}

/* Skips a value and the blanks around it. */
static bool skip_value(struct json_scan *scan, int depth)
{
	bool good;

	if (depth == 0)
		return json_wrong(scan, "nested too deeply");
	json_skip_blanks(scan);
	if (json_at_string(scan))
		good = json_skip_string(scan);
	else if (json_take(scan, '{'))
		good = skip_members(scan, '}', depth - 1);
	else if (json_take(scan, '['))
		good = skip_members(scan, ']', depth - 1);
	else
		good = json_skip_plain(scan);
	json_skip_blanks(scan);
	return good;
}

bool json_object(struct json *json, struct str text)
{
	*json = (struct json){.scan = {.at = text.p, .end = text.p + text.n}};
	json_skip_blanks(&json->scan);
	return json_take(&json->scan, '{') || json_wrong(&json->scan, "not an object");
}

bool json_member(struct json *json, struct str *key, struct str *value)
{
	struct json_scan *scan = &json->scan;

	json_skip_blanks(scan);
	if (scan->wrong || json_peek(scan) == '}')
		return false;
	if (json->started && !json_take(scan, ','))
		return json_missing(scan, "expected a comma or a closing bracket");
	json->started = true;
	json_skip_blanks(scan);
	key->p = scan->at;
	if (!json_skip_key(scan))
		return false;
	/* Go back over the colon and the blanks before it: the key ends with its quote. */
	for (key->n = (size_t)(scan->at - key->p); key->p[key->n - 1] != *key->p;)
		key->n--;
	json_skip_blanks(scan);
	value->p = scan->at;
	if (!skip_value(scan, JSON_DEPTH))
		return false;
	for (value->n = (size_t)(scan->at - value->p); strchr(" \t\r\n", value->p[value->n - 1]);)
		value->n--;
	return true;
}

bool json_close(struct json *json)
{
	struct json_scan *scan = &json->scan;

	if (scan->wrong)
		return false;
	if (!json_take(scan, '}'))
		return json_wrong(scan, "the JSON ends unexpectedly");
	json_skip_blanks(scan);
	return scan->at == scan->end || json_wrong(scan, "unexpected text after the closing brace");
}

/* Decodes the escape behind a backslash, and moves `*p` behind it. */
static char unescape(const char **p)
{
	char c = *(*p)++;
	unsigned code = 0;

	if (c != 'u')
		return json_escaped(c);
	for (int i = 0; i < 4; i++)
		code = code << 4 | (unsigned)json_hex(*(*p)++);
	return code && code < 0x80 ? (char)code : '\xff';
}

bool json_decode(struct str text, char *out, size_t size)
{
	const char *p = text.p + 1, *end = text.p + text.n - 1;
	size_t n = 0;

	if (text.n < 2 || (*text.p != '"' && *text.p != '\''))
		return false;
	while (p < end) {
		char c = *p++;

		if (n + 1 >= size)
			return false;
		out[n++] = c == '\\' ? unescape(&p) : c;
	}
	out[n] = '\0';
	return true;
}
