#include "backends/wrapper/json.h"

#include "compiler/base/utf8.h"

static bool wrong(struct json *json, const char *why)
{
	if (!json->wrong)
		json->wrong = why;
	return false;
}

/* The next byte; 0 at the end, which no rule below takes for a character. */
static char peek(const struct json *json)
{
	return json->at < json->end ? *json->at : '\0';
}

static void skip_blanks(struct json *json)
{
	while (json->at < json->end && strchr(" \t\r\n", *json->at) && *json->at)
		json->at++;
}

static bool take(struct json *json, char c)
{
	if (peek(json) != c || json->at == json->end)
		return false;
	json->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A hexadecimal digit's value, or -1. */
static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool skip_escape(struct json *json)
{
	char c = peek(json);

	if (c == '\0' || !(strchr("\"\\/bfnrtu", c) || (json->qemu && c == '\'')))
		return wrong(json, "a backslash before something that needs none");
	json->at++;
	for (int i = 0; c == 'u' && i < 4; i++, json->at++)
		if (hex_value(peek(json)) < 0)
			return wrong(json, "'\\u' without four hexadecimal digits");
	return true;
}

static bool skip_string(struct json *json)
{
	char quote = peek(json);

	json->at++;
	while (json->at < json->end && *json->at != quote) {
		struct str rest = {json->at, (size_t)(json->end - json->at)};
		uint32_t code;
		size_t n = utf8_character(rest, &code);

		if (n == 0)
			return wrong(json, "bytes that are not UTF-8");
		if (code < 0x20)
			return wrong(json, "a control character in a string");
		json->at += n;
		if (code == '\\' && !skip_escape(json))
			return false;
	}
	return take(json, quote) || wrong(json, "a string is not closed");
}

static bool skip_digits(struct json *json)
{
	if (!is_digit(peek(json)))
		return wrong(json, "a number without digits");
	while (is_digit(peek(json)))
		json->at++;
	return true;
}

static bool skip_number(struct json *json)
{
	take(json, '-');
	if (!take(json, '0') && !skip_digits(json))
		return false;
	if (take(json, '.') && !skip_digits(json))
		return false;
	if (take(json, 'e') || take(json, 'E')) {
		if (!take(json, '+'))
			take(json, '-');
		return skip_digits(json);
	}
	return true;
}

static bool skip_word(struct json *json)
{
	static const char *const words[] = {"true", "false", "null"};
	size_t left = (size_t)(json->end - json->at);

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i]);

		if (n <= left && memcmp(json->at, words[i], n) == 0) {
			json->at += n;
			return true;
		}
	}
	return wrong(json, left ? "not a value" : "the text ends early");
}

static bool is_quote(const struct json *json)
{
	return peek(json) == '"' || (json->qemu && peek(json) == '\'');
}

static bool skip_key(struct json *json)
{
	skip_blanks(json);
	if (!is_quote(json))
		return wrong(json,
			     json->at == json->end ? "the text ends early" : "not a key in quotes");
	if (!skip_string(json))
		return false;
	skip_blanks(json);
	return take(json, ':') || wrong(json, "no colon behind the key");
}

static bool skip_value(struct json *json, int depth);

/* The members of an array or an object, from behind its opening to its end. */
static bool skip_members(struct json *json, char closing, int depth)
{
	skip_blanks(json);
	if (take(json, closing))
		return true;
	do {
		if ((closing == '}' && !skip_key(json)) || !skip_value(json, depth))
			return false;
	} while (take(json, ','));
	return take(json, closing) ||
	       wrong(json,
		     json->at == json->end ? "the text ends early" : "neither a comma nor the end");
}

/* A value and the blanks around it. */
static bool skip_value(struct json *json, int depth)
{
	bool good;

	if (depth == 0)
		return wrong(json, "nested too deeply");
	skip_blanks(json);
	if (is_quote(json))
		good = skip_string(json);
	else if (take(json, '{'))
		good = skip_members(json, '}', depth - 1);
	else if (take(json, '['))
		good = skip_members(json, ']', depth - 1);
	else if (peek(json) == '-' || is_digit(peek(json)))
		good = skip_number(json);
	else
		good = skip_word(json);
	skip_blanks(json);
	return good;
}

bool json_object(struct json *json, struct str text)
{
	*json = (struct json){.at = text.p, .end = text.p + text.n};
	skip_blanks(json);
	return take(json, '{') || wrong(json, "not an object");
}

bool json_member(struct json *json, struct str *key, struct str *value)
{
	skip_blanks(json);
	if (json->wrong || peek(json) == '}')
		return false;
	if (json->started && !take(json, ','))
		return wrong(json, json->at == json->end ? "the text ends early"
							 : "neither a comma nor the end");
	json->started = true;
	skip_blanks(json);
	key->p = json->at;
	if (!skip_key(json))
		return false;
	/* Back over the colon and the blanks before it: the key ends with its quote. */
	for (key->n = (size_t)(json->at - key->p); key->p[key->n - 1] != *key->p;)
		key->n--;
	skip_blanks(json);
	value->p = json->at;
	if (!skip_value(json, JSON_DEPTH))
		return false;
	for (value->n = (size_t)(json->at - value->p); strchr(" \t\r\n", value->p[value->n - 1]);)
		value->n--;
	return true;
}

bool json_close(struct json *json)
{
	if (json->wrong)
		return false;
	if (!take(json, '}'))
		return wrong(json, "the text ends early");
	skip_blanks(json);
	return json->at == json->end || wrong(json, "something follows the closing brace");
}

/* The character of an escape, from behind its backslash; moves `*p` behind it. */
static char unescape(const char **p)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	char c = *(*p)++;
	const char *found = strchr(from, c);
	unsigned code = 0;

	if (found)
		return to[found - from];
	if (c != 'u')
		return c;
	for (int i = 0; i < 4; i++)
		code = code << 4 | (unsigned)hex_value(*(*p)++);
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
