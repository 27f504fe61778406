#include "compiler/base/csv.h"
#include "tests/unit/check.h"

static struct arena *arena;
static struct csv csv;

#define BEGIN(text) csv_begin(&csv, arena, STR(text))

static void test_bare(void)
{
	BEGIN("a,b,c\nd,,f\n");
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_U64(csv.n, 3);
	CHECK_STR(csv.cells[0].text, "a");
	CHECK_STR(csv.cells[2].text, "c");
	CHECK_U64(csv.cells[2].line, 1);
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_U64(csv.n, 3);
	CHECK_STR(csv.cells[1].text, "");
	CHECK_STR(csv.cells[2].text, "f");
	CHECK_U64(csv.cells[0].line, 2);
	CHECK(csv_next(&csv) == CSV_END);
	CHECK(csv_next(&csv) == CSV_END);
}

static void test_ends(void)
{
	BEGIN("");
	CHECK(csv_next(&csv) == CSV_END);

	BEGIN("a,b");
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_U64(csv.n, 2);
	CHECK(csv_next(&csv) == CSV_END);

	BEGIN("a,");
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_U64(csv.n, 2);
	CHECK_STR(csv.cells[1].text, "");

	BEGIN("a,b\r\n\"c\",d\r\n");
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_STR(csv.cells[1].text, "b");
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_STR(csv.cells[0].text, "c");
	CHECK_STR(csv.cells[1].text, "d");
	CHECK(csv_next(&csv) == CSV_END);

	BEGIN("\n");
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_U64(csv.n, 1);
	CHECK_STR(csv.cells[0].text, "");
	CHECK(csv_next(&csv) == CSV_END);

	BEGIN("\xef\xbb\xbfid\n");
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_STR(csv.cells[0].text, "id");
}

static void test_quoted(void)
{
	BEGIN("\"a,b\",\"c \"\"d\"\"\",\"e\nf\",\"\"\ng,h,i,j\n");
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_U64(csv.n, 4);
	CHECK_STR(csv.cells[0].text, "a,b");
	CHECK_STR(csv.cells[1].text, "c \"d\"");
	CHECK_STR(csv.cells[2].text, "e\nf");
	CHECK_STR(csv.cells[3].text, "");
	CHECK_U64(csv.cells[2].line, 1);
	CHECK_U64(csv.cells[3].line, 2);
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_U64(csv.cells[0].line, 3);

	BEGIN("\"\"\"\"");
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK_STR(csv.cells[0].text, "\"");
	CHECK(csv_next(&csv) == CSV_END);
}

/* Texts point into the bytes, save where a doubled quote had to go. */
static void test_in_place(void)
{
	static const char bytes[] = "ab,\"cd\",\"e\"\"f\"\n";

	csv_begin(&csv, arena, (struct str){bytes, sizeof(bytes) - 1});
	CHECK(csv_next(&csv) == CSV_ROW);
	CHECK(csv.cells[0].text.p == bytes);
	CHECK(csv.cells[1].text.p == bytes + 4);
	CHECK_STR(csv.cells[2].text, "e\"f");
}

static void check_error(struct str bytes, uint32_t line, uint32_t column, const char *error)
{
	enum csv_status status = CSV_ROW;

	csv_begin(&csv, arena, bytes);
	while (status == CSV_ROW)
		status = csv_next(&csv);
	CHECK(status == CSV_ERROR);
	if (status != CSV_ERROR)
		return;
	CHECK_U64(csv.error_line, line);
	CHECK_U64(csv.error_column, column);
	CHECK_STR(str_of(csv.error), error);
	CHECK(csv_next(&csv) == CSV_ERROR);
}

static void test_errors(void)
{
	check_error(STR("a,b\nc,\"d\ne\n"), 2, 2, "a quote that is never closed");
	check_error(STR("\""), 1, 1, "a quote that is never closed");
	check_error(STR("\"a\"\""), 1, 1, "a quote that is never closed");
	check_error(STR("a,b\0c"), 1, 2, "a NUL byte");
	check_error(STR("a\n\"b\n\0\""), 3, 1, "a NUL byte");
	check_error(STR("a,\"b\"c\n"), 1, 2, "text after the closing quote");
	check_error(STR("a,b,c\"d\"\n"), 1, 3,
		    "a quote inside a cell that does not begin with one");
	check_error(STR("a\rb\n"), 1, 1, "a carriage return without its line feed");
	check_error(STR("a\r"), 1, 1, "a carriage return without its line feed");
}

int main(void)
{
	arena = arena_new();
	test_bare();
	test_ends();
	test_quoted();
	test_in_place();
	test_errors();
	arena = arena_free(arena);
	return check_done();
}
