/* A saved `nvidia-smi topo`, read as each kind; and the same bytes as a host's capture. */
#include <assert.h>

#include "compiler/capture/capture.h"
#include "tests/fuzz/fuzz.h"

static void check_capture(const struct capture *c)
{
	assert(c->n >= 1 && c->n <= MAX_GPUS);
	for (uint32_t i = 0; i < c->n; i++)
		for (uint32_t k = 0; k < c->n; k++)
			assert((c->cells[i * c->n + k].is == CELL_SELF) == (i == k));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum capture_kind kinds[] = {CAPTURE_TOPO, CAPTURE_READ, CAPTURE_WRITE};
	struct arena *arena = arena_new();
	struct sources sources;
	struct source *source;
	struct str text = arena_copy(arena, (struct str){(const char *)data, size});

	sources_init(&sources, arena, &system_files);
	source = source_add(&sources, STR("topo.txt"), text);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct capture_error error = {0};
		const struct capture *capture = capture_read(arena, source, kinds[i], &error);

		if (capture)
			check_capture(capture);
		else
			assert(error.message.n && span_start(&sources, error.at).line >= 1);
	}
	arena_free(arena);
	return 0;
}
