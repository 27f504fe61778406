/* The fixes of a spec, all of them and one by one: the mended text is judged again. */
#include "compiler/finding/fix.h"

#include <assert.h>

#include "tests/fuzz/fuzz.h"

enum { MOST = 8 };

static void try_fixes(const struct judged *j, const uint32_t *chosen, uint32_t n)
{
	struct overlay texts = fix_texts(j->arena, &j->findings, &j->sources, chosen, n);
	struct judged after;

	assert(texts.n == 1);
	judged_open(&after, (const uint8_t *)texts.items[0].text.p, texts.items[0].text.n);
	judged_close(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t chosen[MOST], n = 0;
	struct judged j;

	judged_open(&j, data, size);
	for (uint32_t i = 0; i < j.findings.n && n < MOST; i++)
		if (j.findings.items[i].fix.given)
			chosen[n++] = i;
	for (uint32_t i = 0; i < n; i++)
		try_fixes(&j, &chosen[i], 1);
	if (n > 1)
		try_fixes(&j, chosen, n);
	judged_close(&j);
	return 0;
}
