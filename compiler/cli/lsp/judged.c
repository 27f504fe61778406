#include "compiler/cli/lsp/judged.h"

#include "compiler/cli/cli.h"

const struct source *judged_source(const struct gpuplan_session *session, const struct document *d)
{
	const struct sources *all = &session->sources;

	for (uint32_t i = 0; d->path && i < all->n; i++)
		if (str_is(all->items[i].name, d->path))
			return &all->items[i];
	return NULL;
}

static void lay_over(const struct server *server, struct gpuplan_options *options)
{
	struct gpuplan_text *texts;
	size_t n = 0;

	for (const struct document *d = server->documents.first; d; d = d->next)
		n += d->path != NULL;
	texts = arena_array(server->scratch, n, sizeof *texts);
	for (const struct document *d = server->documents.first; d; d = d->next) {
		struct str text = document_text(d);

		if (d->path)
			texts[options->n_texts++] = (struct gpuplan_text){d->path, text.p, text.n};
	}
	options->texts = texts;
}

struct gpuplan_session *judge(const struct server *server, const char *folder,
			      const struct document *only)
{
	struct gpuplan_options options = *server->options;
	const char *path = only ? only->path : folder;
	struct gpuplan_session *session;

	options.paths = &path;
	options.n_paths = 1;
	options.found = true;
	options.project_folder = folder;
	lay_over(server, &options);
	/* A wrong project file has findings; one that cannot be read has none. */
	if (session_open(&options, &system_files, server->catalog, &session) == GPUPLAN_UNREADABLE)
		session_trouble(session);
	/* A spec that cannot be read is skipped. */
	session_judge(session);
	if (session_settle(session) == GPUPLAN_UNREADABLE)
		session_trouble(session);
	return session;
}
