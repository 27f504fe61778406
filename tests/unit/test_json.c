#include "compiler/base/json.h"

#include "tests/unit/check.h"

static struct arena *arena;

static struct str written(const struct json *top, enum json_form form)
{
	struct buffer out;

	buffer_init(&out, arena);
	json_write(&out, top, form);
	return buffer_text(&out);
}

static void test_forms(void)
{
	struct json *top = json_map(arena), *list;

	json_put_number(top, "most", UINT64_MAX);
	json_put_int(top, "least", INT64_MIN);
	list = json_put_list(top, "list");
	json_append_flag(list, true);
	json_append_text(list, STR("a"));
	json_append_number(json_put_list(json_append_map(list), "b"), 0);
	json_put_list(top, "none");
	json_put_map(top, "empty");
	json_put(top, "null", NULL);
	CHECK_STR(written(top, JSON_PLAIN),
		  "{\"most\":18446744073709551615,\"least\":-9223372036854775808,"
		  "\"list\":[true,\"a\",{\"b\":[0]}],\"none\":[],\"empty\":{},\"null\":null}");
	CHECK_STR(written(top, JSON_LINE),
		  "{ \"most\": 18446744073709551615, \"least\": -9223372036854775808, "
		  "\"list\": [ true, \"a\", { \"b\": [ 0 ] } ], \"none\": [ ], \"empty\": { }, "
		  "\"null\": null }");
	CHECK_STR(written(top, JSON_PRETTY),
		  "{\n  \"most\": 18446744073709551615,\n  \"least\": -9223372036854775808,\n"
		  "  \"list\": [\n    true,\n    \"a\",\n    {\n      \"b\": [\n        0\n"
		  "      ]\n    }\n  ],\n  \"none\": [],\n  \"empty\": {},\n  \"null\": null\n}");
}

/* What a text may hold, and nothing but UTF-8 comes out. */
static void test_escapes(void)
{
	static const struct {
		struct str text;
		const char *json;
	} cases[] = {
		{{"", 0}, "\"\""},
		{STR("a/b 'c' \x7f é 𝄞"), "\"a/b 'c' \x7f é 𝄞\""},
		{STR("\"\\"), "\"\\\"\\\\\""},
		{STR("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
		{STR("\0\x01\x1f"), "\"\\u0000\\u0001\\u001f\""},
		{STR("\xff-\xc0\x80-\xed\xa0\x80-\xe2\x82"),
		 "\"\uFFFD-\uFFFD\uFFFD-\uFFFD\uFFFD\uFFFD-\uFFFD\uFFFD\""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STR(written(json_text(arena, cases[i].text), JSON_PLAIN), cases[i].json);
}

static struct json *read(struct str text)
{
	const char *why;
	size_t at;

	return json_read(arena, text, 4, &why, &at);
}

/* Read, written and read again it is the same. */
static void test_read(void)
{
	static const char *const same[] = {
		"null",
		"true",
		"\"a\"",
		"[]",
		"{}",
		"[false,null,\"\",{\"a\":[{}]}]",
		"{\"a\":1,\"a\":2,\"\":\"\\u0000\"}",
		"[0,-0,10,1.50,-2e5,3E-07,18446744073709551616]",
	};
	struct json *value;

	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		value = read(str_of(same[i]));
		CHECK(value != NULL);
		if (value)
			CHECK_STR(written(value, JSON_PLAIN), same[i]);
	}
	value = read(STR(" \t\r\n[ 1 , { \"a\" : 2 } ] \n"));
	CHECK_STR(written(value, JSON_PLAIN), "[1,{\"a\":2}]");
	value = read(
		STR("\"\\u0041\\u00e9\\u20AC\\ud834\\udd1e\\ud834x\\udd1e\\ud834\\u0041\\/\""));
	CHECK_STR(value->text, "Aé€𝄞\uFFFDx\uFFFD\uFFFDA/");
}

static void test_wrong(void)
{
	static const struct {
		const char *text;
		size_t at;
		const char *why;
	} cases[] = {
		{"", 0, "the JSON ends unexpectedly"},
		{" [1,", 4, "the JSON ends unexpectedly"},
		{"{\"a\"", 4, "the JSON ends unexpectedly"},
		{"\"a", 2, "an unclosed string"},
		{"[1,]", 3, "expected a value"},
		{"{\"a\":1,}", 7, "expected a key in quotes"},
		{"{'a':1}", 1, "expected a key in quotes"},
		{"{\"a\" 1}", 5, "expected a colon after the key"},
		{"[1 2]", 3, "expected a comma or a closing bracket"},
		{"[1}", 2, "expected a comma or a closing bracket"},
		{"[] []", 3, "unexpected text after the JSON"},
		{"01", 1, "unexpected text after the JSON"},
		{"-", 1, "a number without digits"},
		{"1.", 2, "a number without digits"},
		{"1e+", 3, "a number without digits"},
		{"+1", 0, "expected a value"},
		{"NaN", 0, "expected a value"},
		{"True", 0, "expected a value"},
		{"\"\\x\"", 2, "an invalid escape"},
		{"\"\\u12g4\"", 5, "'\\u' without four hexadecimal digits"},
		{"\"\t\"", 1, "a control character in a string"},
		{"\"\xff\"", 1, "invalid UTF-8"},
		{"\xef\xbb\xbf{}", 0, "expected a value"},
		{"/**/1", 0, "expected a value"},
		{"[[[[[]]]]]", 5, "nested too deeply"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *why = "";
		size_t at = SIZE_MAX;

		CHECK(!json_read(arena, str_of(cases[i].text), 4, &why, &at));
		CHECK_STR(str_of(why), cases[i].why);
		CHECK_U64(at, cases[i].at);
	}
	CHECK(!read((struct str){NULL, 0}));
	CHECK(!read((struct str){"[1\0]", 4}));
	CHECK(read(STR("[[[[1]]]]")) != NULL);
}

static void test_look(void)
{
	const struct json *map = read(STR("{\"a\": 1, \"b\": [2, -3, 4.0], \"a\": 5}"));
	const struct json *b = json_member(map, "b");
	uint64_t n = 0;

	CHECK(json_number(json_member(map, "a"), 5, &n) && n == 5);
	CHECK(!json_number(json_member(map, "a"), 4, &n));
	CHECK(json_number(json_first(b), UINT64_MAX, &n) && n == 2);
	CHECK(!json_number(json_first(b)->next, UINT64_MAX, &n));
	CHECK(!json_number(json_first(b)->next->next, UINT64_MAX, &n));
	CHECK(json_number(read(STR("18446744073709551615")), UINT64_MAX, &n) && n == UINT64_MAX);
	CHECK(!json_number(read(STR("18446744073709551616")), UINT64_MAX, &n));
	CHECK(!json_member(map, "c") && !json_member(b, "a") && !json_member(NULL, "a"));
	CHECK(!json_first(read(STR("\"text\""))) && !json_first(NULL));
	CHECK(json_is(b, JSON_LIST) && !json_is(b, JSON_MAP) && !json_is(NULL, JSON_NULL));
}

/* A copy is in a list of its own. */
static void test_copy(void)
{
	struct json *list = json_list(arena), *map;

	for (int i = 0; i < 2; i++) {
		map = json_append_map(list);
		json_put(map, "a", json_copy(arena, json_first(read(STR("[[1], 2]")))));
		json_put(map, "b", json_copy(arena, NULL));
	}
	CHECK_STR(written(list, JSON_PLAIN), "[{\"a\":[1],\"b\":null},{\"a\":[1],\"b\":null}]");
}

int main(void)
{
	arena = arena_new();
	test_forms();
	test_escapes();
	test_read();
	test_wrong();
	test_look();
	test_copy();
	arena_free(arena);
	return check_done();
}
