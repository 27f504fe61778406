#include "compiler/base/json_scan.h"

#include "compiler/base/utf8.h"

bool json_wrong(struct json_scan *scan, const char *why)
{
	if (!scan->wrong)
		scan->wrong = why;
	return false;
}

bool json_missing(struct json_scan *scan, const char *why)
{
	return json_wrong(scan, scan->at == scan->end ? "the JSON ends unexpectedly" : why);
}

char json_peek(const struct json_scan *scan)
{
	return scan->at < scan->end ? *scan->at : '\0';
}

bool json_take(struct json_scan *scan, char c)
{
	if (scan->at == scan->end || *scan->at != c)
		return false;
	scan->at++;
	return true;
}

void json_skip_blanks(struct json_scan *scan)
{
	while (scan->at < scan->end && strchr(" \t\r\n", *scan->at) && *scan->at)
		scan->at++;
}

bool json_at_string(const struct json_scan *scan)
{
	return json_peek(scan) == '"' || (scan->qemu && json_peek(scan) == '\'');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int json_hex(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char json_escaped(char c)
{
	static const char from[] = "bfnrtu", to[] = "\b\f\n\r\t";
	const char *found = strchr(from, c);

	return found ? to[found - from] : c;
}

static bool skip_escape(struct json_scan *scan)
{
	char c = json_peek(scan);

	if (c == '\0' || !(strchr("\"\\/bfnrtu", c) || (scan->qemu && c == '\'')))
		return json_wrong(scan, "an invalid escape");
	scan->at++;
	for (int i = 0; c == 'u' && i < 4; i++, scan->at++)
		if (json_hex(json_peek(scan)) < 0)
			return json_wrong(scan, "'\\u' without four hexadecimal digits");
	return true;
}

bool json_skip_string(struct json_scan *scan)
{
	char quote = json_peek(scan);

	scan->at++;
	while (scan->at < scan->end && *scan->at != quote) {
		struct str rest = {scan->at, (size_t)(scan->end - scan->at)};
		uint32_t code;
		size_t n = utf8_character(rest, &code);

		if (n == 0)
			return json_wrong(scan, "invalid UTF-8");
		if (code < 0x20)
			return json_wrong(scan, "a control character in a string");
		scan->at += n;
		if (code == '\\' && !skip_escape(scan))
			return false;
	}
	return json_take(scan, quote) || json_wrong(scan, "an unclosed string");
}

static bool skip_digits(struct json_scan *scan)
{
	if (!is_digit(json_peek(scan)))
		return json_wrong(scan, "a number without digits");
	while (is_digit(json_peek(scan)))
		scan->at++;
	return true;
}

static bool skip_number(struct json_scan *scan)
{
	json_take(scan, '-');
	if (!json_take(scan, '0') && !skip_digits(scan))
		return false;
	if (json_take(scan, '.') && !skip_digits(scan))
		return false;
	if (json_take(scan, 'e') || json_take(scan, 'E')) {
		if (!json_take(scan, '+'))
			json_take(scan, '-');
		return skip_digits(scan);
	}
	return true;
}

bool json_skip_plain(struct json_scan *scan)
{
	static const char *const words[] = {"true", "false", "null"};
	size_t left = (size_t)(scan->end - scan->at);

	if (json_peek(scan) == '-' || is_digit(json_peek(scan)))
		return skip_number(scan);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i]);

		if (n <= left && memcmp(scan->at, words[i], n) == 0) {
			scan->at += n;
			return true;
		}
	}
	return json_missing(scan, "expected a value");
}

bool json_skip_key(struct json_scan *scan)
{
	json_skip_blanks(scan);
	if (!json_at_string(scan))
		return json_missing(scan, "expected a key in quotes");
	if (!json_skip_string(scan))
		return false;
	json_skip_blanks(scan);
	return json_take(scan, ':') || json_missing(scan, "expected a colon after the key");
}
