#include "backends/xml.h"

#include "tests/unit/check.h"

static void test_layout(struct arena *arena)
{
	struct str error = {0};
	struct buffer out;
	struct xml *xml;

	buffer_init(&out, arena);
	xml = xml_begin(&out);
	xml_open(xml, "a", "b", "1", "c", "<\"&'>", NULL);
	xml_attrf(xml, "d", "%s", "é𝄞\x7f");
	xml_leaf(xml, "leaf", NULL);
	xml_open(xml, "text", NULL);
	xml_textf(xml, "%d", 1);
	xml_text(xml, STR("<\"&'> é"));
	xml_close(xml);
	xml_open(xml, "empty", NULL);
	xml_text(xml, STR(""));
	xml_close(xml);
	xml_close(xml);
	CHECK(xml_end(xml, &error));
	CHECK_STR(buffer_text(&out),
		  "<a b=\"1\" c=\"&lt;&quot;&amp;'&gt;\" d=\"&#xE9;&#x1D11E;\x7f\">\n"
		  "  <leaf/>\n"
		  "  <text>1&lt;&quot;&amp;'&gt; é</text>\n"
		  "  <empty></empty>\n"
		  "</a>\n");
}

/* What XML has no way to write: refused, and nothing of the document is left. */
static void test_refused(struct arena *arena)
{
	static const char *const values[] = {"a\n", "\x1f", "\uFFFE", "b\uFFFF", "\xff", "\xc3"};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct str error = {0};
		struct buffer out;
		struct xml *xml;

		buffer_init(&out, arena);
		buffer_puts(&out, "before");
		xml = xml_begin(&out);
		xml_open(xml, "a", i % 2 ? "x" : "y", values[i], NULL);
		xml_text(xml, str_of(i % 2 ? "" : values[i]));
		xml_close(xml);
		CHECK(!xml_end(xml, &error));
		CHECK_STR_EQ(error, arena_printf(arena, "XML cannot hold '%s'", values[i]));
		CHECK_STR(buffer_text(&out), "before");
	}
}

int main(void)
{
	struct arena *arena = arena_new();

	test_layout(arena);
	test_refused(arena);
	arena_free(arena);
	return check_done();
}
