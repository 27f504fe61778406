/* Sessions: opening, judging and closing. */
#include "compiler/session/session.h"

#include <assert.h>

#include "compiler/model/decode.h"
#include "compiler/plan/resolve.h"
#include "compiler/session/private.h"
#include "rules/rules.h"

static_assert((int)GPUPLAN_NOTE == (int)SEVERITY_NOTE &&
		      (int)GPUPLAN_WARNING == (int)SEVERITY_WARNING &&
		      (int)GPUPLAN_ERROR == (int)SEVERITY_ERROR,
	      "a severity of the library is one of the findings");

/* --- opening --- */

static const char *copy(struct arena *arena, const char *z)
{
	return z ? arena_printf(arena, "%s", z).p : NULL;
}

static void copy_options(struct gpuplan_session *s, const struct gpuplan_options *given)
{
	static const char *const here[] = {"."};
	struct gpuplan_options *o = &s->options;
	const char **paths;
	struct gpuplan_level *levels;

	*o = *given;
	if (o->n_paths == 0) {
		o->paths = here;
		o->n_paths = 1;
	}
	paths = arena_array(s->arena, o->n_paths, sizeof *paths);
	for (size_t i = 0; i < o->n_paths; i++)
		paths[i] = copy(s->arena, o->paths[i]);
	o->paths = paths;
	levels = arena_array(s->arena, o->n_levels, sizeof *levels);
	for (size_t i = 0; i < o->n_levels; i++)
		levels[i] = (struct gpuplan_level){copy(s->arena, o->levels[i].rule),
						   o->levels[i].severity};
	o->levels = levels;
	o->stdin_name = o->stdin_name ? copy(s->arena, o->stdin_name) : "<stdin>";
	o->catalog = copy(s->arena, o->catalog);
	o->project = copy(s->arena, o->project);
	o->project_folder = copy(s->arena, o->project_folder);
	o->baseline = copy(s->arena, o->baseline);
}

static void hold_texts(struct gpuplan_session *s)
{
	const struct gpuplan_options *o = &s->options;

	s->held = memory_files(s->arena);
	s->files = overlay_files(&s->texts, &s->held);
	for (size_t i = 0; i < o->n_texts; i++)
		memory_add(&s->held, o->texts[i].path,
			   (struct str){o->texts[i].text, o->texts[i].length});
}

static void lay_texts_over(struct gpuplan_session *s)
{
	const struct gpuplan_options *o = &s->options;
	struct overlay_text *items = arena_array(s->arena, o->n_texts, sizeof *items);

	for (size_t i = 0; i < o->n_texts; i++) {
		struct str text = {o->texts[i].text, o->texts[i].length};

		items[i] = (struct overlay_text){copy(s->arena, o->texts[i].path),
						 arena_copy(s->arena, text)};
	}
	s->texts = (struct overlay){items, (uint32_t)o->n_texts};
	overlay_sort(&s->texts);
}

static struct gpuplan_session *session_new(const struct files *files)
{
	struct arena *arena = arena_new();
	struct gpuplan_session *s = arena_alloc(arena, sizeof *s);

	s->arena = arena;
	buffer_init(&s->message, arena);
	s->files = overlay_files(&s->texts, files);
	sources_init(&s->sources, arena, &s->files);
	findings_init(&s->findings, arena);
	return s;
}

struct gpuplan_session *session_like(const struct gpuplan_session *like)
{
	struct gpuplan_session *s = session_new(like->files.under);

	s->options = like->options;
	s->project = like->project;
	s->catalog = like->catalog;
	s->levels = like->levels;
	s->n_levels = like->n_levels;
	s->exclude = like->exclude;
	s->baseline = like->baseline;
	return s;
}

static enum gpuplan_status add_levels(struct gpuplan_session *s)
{
	const struct gpuplan_options *o = &s->options;
	struct rule_level *levels = arena_array(s->arena, s->n_levels + o->n_levels,
						sizeof *levels);
	enum gpuplan_status status = GPUPLAN_OK;

	if (s->n_levels)
		memcpy(levels, s->levels, s->n_levels * sizeof *levels);
	s->levels = levels;
	for (size_t i = 0; i < o->n_levels; i++) {
		const struct rule *rule = rule_find(str_of(o->levels[i].rule));

		if (!rule)
			status = session_fail(s, GPUPLAN_BAD_OPTION, "unknown rule '%s'",
					      o->levels[i].rule);
		else if (rule->flags & RULE_NEVER_OFF)
			status = session_fail(s, GPUPLAN_BAD_OPTION,
					      "'%s' cannot be switched off or lowered", rule->name);
		else if (o->levels[i].severity > GPUPLAN_ERROR)
			status = session_fail(s, GPUPLAN_BAD_OPTION, "'%s': no severity %d",
					      rule->name, (int)o->levels[i].severity);
		else
			levels[s->n_levels++] =
				(struct rule_level){rule, (enum severity)o->levels[i].severity};
	}
	return status;
}

static enum gpuplan_status open_catalog(struct gpuplan_session *s)
{
	struct catalog_error error;
	struct str text;

	s->catalog = catalog_open(s->arena, &s->files, s->options.catalog, &error);
	if (s->catalog)
		return GPUPLAN_OK;
	text = catalog_error_text(s->arena, &error);
	return session_fail(s, GPUPLAN_UNREADABLE, "%.*s", STR_ARG(text));
}

enum gpuplan_status session_open(const struct gpuplan_options *options, const struct files *files,
				 struct catalog *catalog, struct gpuplan_session **ret)
{
	struct gpuplan_session *s = session_new(files);
	enum gpuplan_status project, levels, tables = GPUPLAN_OK;

	*ret = s;
	copy_options(s, options);
	if (options->only_texts)
		hold_texts(s);
	else
		lay_texts_over(s);
	project = session_read_project(s);
	levels = add_levels(s);
	s->catalog = catalog;
	if (!catalog)
		tables = open_catalog(s);
	return project != GPUPLAN_OK ? project : levels != GPUPLAN_OK ? levels : tables;
}

void session_close(struct gpuplan_session *s)
{
	if (s)
		arena_free(s->arena);
}

/* --- judging --- */

enum gpuplan_status session_load(struct gpuplan_session *s)
{
	enum gpuplan_status status = session_enter(s, !s->loaded);
	struct load_options how = {
		.paths = s->options.paths,
		.n = (uint32_t)s->options.n_paths,
		.found = s->options.found,
		.exclude = &s->exclude,
		.stdin_name = s->options.stdin_name,
		.jobs = s->options.jobs,
	};

	if (status != GPUPLAN_OK)
		return status;
	s->loaded = true;
	load_paths(&s->spec, s->arena, &s->sources, &s->findings, &how);
	for (uint32_t i = 0; i < s->spec.n_errors; i++)
		status = session_fail(s, GPUPLAN_UNREADABLE, "%.*s", STR_ARG(s->spec.errors[i]));
	/* Names may be defined in the files that cannot be read, so they are not reported as
	 * missing. */
	if (s->spec.n_errors)
		s->spec.unread |= UNREAD_ALL;
	return status;
}

enum { MANY_VMS = 2000 };

enum gpuplan_status session_judge(struct gpuplan_session *s)
{
	enum gpuplan_status status = session_enter(s, s->catalog && !s->plan);
	uint32_t jobs;

	if (status != GPUPLAN_OK)
		return status;
	if (!s->loaded)
		status = session_load(s);
	/* Small plans are done before a second thread has started. */
	jobs = s->spec.vms.n < MANY_VMS ? 1 : s->options.jobs;
	if (jobs > 1)
		catalog_load_all(s->catalog);
	s->plan = plan_resolve(s->arena, &s->sources, s->catalog, &s->spec, &s->findings, jobs);
	judge_plan(s->plan, s->arena, &s->findings, jobs);
	return status;
}
