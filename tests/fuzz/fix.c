/* The fixes of a spec, all of them and one by one, and as `lint --fix` makes them: the mended text
 * is judged again. */
#include "compiler/finding/fix.h"

#include <assert.h>

#include "compiler/session/mend.h"
#include "tests/fuzz/fuzz.h"

enum { MOST = 8 };

static void try_fixes(const struct gpuplan_session *s, const uint32_t *chosen, uint32_t n)
{
	struct overlay texts = fix_texts(s->arena, &s->findings, &s->sources, chosen, n);

	assert(texts.n == 1);
	session_close(judged((const uint8_t *)texts.items[0].text.p, texts.items[0].text.n));
}

static void mend(struct gpuplan_session *s)
{
	struct mended mended;

	assert(session_mend(s, true, &mended) == GPUPLAN_OK);
	assert(mended.last->findings.n <= s->findings.n);
	mended_close(&mended, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gpuplan_session *s = judged(data, size);
	uint32_t chosen[MOST], n = 0;

	for (uint32_t i = 0; i < s->findings.n && n < MOST; i++)
		if (s->findings.items[i].fix.given)
			chosen[n++] = i;
	for (uint32_t i = 0; i < n; i++)
		try_fixes(s, &chosen[i], 1);
	if (n > 1)
		try_fixes(s, chosen, n);
	mend(s);
	session_close(s);
	return 0;
}
