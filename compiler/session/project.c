/* Finds and reads the project file, and merges it with the options. Its keys are in
 * schema/keys_project.c. */
#include <limits.h>

#include "compiler/base/inside.h"
#include "compiler/model/decode.h"
#include "compiler/session/private.h"
#include "compiler/session/target.h"
#include "rules/rules.h"

/* --- finding it --- */

static bool exists(struct gpuplan_session *s, struct str prefix, const char *name)
{
	const char *path = arena_printf(s->arena, "%.*s%s", STR_ARG(prefix), name).p;
	struct file_facts facts;

	return s->files.look(&s->files, path, false, &facts) == 0;
}

/* True if there is no folder above `prefix`. */
static bool is_root(struct gpuplan_session *s, struct str prefix)
{
	const char *path = arena_printf(s->arena, "%.*s.", STR_ARG(prefix)).p;
	struct file_facts here, above;

	return s->files.look(&s->files, path, true, &here) ||
	       s->files.look(&s->files, arena_printf(s->arena, "%s.", path).p, true, &above) ||
	       (here.device == above.device && here.number == above.number);
}

/* The prefix of the folder above. An absolute prefix is shortened: it has no symbolic links. */
static struct str prefix_above(struct arena *arena, struct str prefix)
{
	if (prefix.n == 0 || *prefix.p != '/')
		return arena_printf(arena, "%.*s../", STR_ARG(prefix));
	while (prefix.n > 1 && prefix.p[--prefix.n - 1] != '/')
		;
	return prefix;
}

/* Returns the path of the project file as findings show it, or NULL if there is none. */
static const char *find(struct gpuplan_session *s, const char *folder)
{
	struct str prefix = *folder ? STR("") : str_of(folder);

	if (*folder)
		prefix = arena_printf(s->arena, "%s%s", folder,
				      folder[strlen(folder) - 1] == '/' ? "" : "/");
	while (prefix.n < PATH_MAX) {
		if (exists(s, prefix, PROJECT_FILE))
			return arena_printf(s->arena, "%.*s" PROJECT_FILE, STR_ARG(prefix)).p;
		if (exists(s, prefix, ".git") || is_root(s, prefix))
			return NULL;
		prefix = prefix_above(s->arena, prefix);
	}
	return NULL;
}

static void set_folder(struct gpuplan_session *s, const char *file)
{
	struct project *project = &s->project;
	const char *slash = strrchr(file, '/');

	project->prefix = (struct str){file, slash ? (size_t)(slash - file) + 1 : 0};
	/* Stays NULL on failure. */
	s->files.real_path(&s->files, s->arena,
			   arena_printf(s->arena, "%.*s.", STR_ARG(project->prefix)).p,
			   &project->folder);
}

static void decode(struct project *project, struct arena *arena, const struct source *source)
{
	struct yaml yaml;
	struct decoder d = {.arena = arena, .findings = &project->findings, .yaml = &yaml};

	yaml_init(&yaml, arena, findings_reporter(&project->findings));
	yaml_parse(&yaml, source);
	if (yaml.n_documents && !yaml.broke_off)
		decode_map_of(&d, &project_section, yaml.documents[0], &project->spec);
	if (yaml.n_documents > 1)
		finding_add(&project->findings, "spec-value", SEVERITY_ERROR,
			    yaml_node(&yaml, yaml.documents[1])->at,
			    "the project file must be one document");
	yaml_done(&yaml);
}

/* --- merging its values with the caller's --- */

static void report_unknown_rule(struct findings *findings, struct text name)
{
	struct finding *f = finding_add(findings, "spec-value", SEVERITY_ERROR, name.at,
					"unknown rule '%s'", finding_quote(findings, name.s));

	finding_suggest(findings, f, rule_nearest(name.s), "`gpuplan rules` lists them");
}

static void take_rules(struct gpuplan_session *s)
{
	const param_list *entries = &s->project.spec.rules;
	struct findings *findings = &s->project.findings;

	s->levels = arena_array(s->arena, entries->n, sizeof *s->levels);
	for (uint32_t i = 0; i < entries->n; i++) {
		struct text name = entries->items[i].name;
		const struct rule *rule = rule_find(name.s);
		enum severity severity = 0;

		if (!rule) {
			report_unknown_rule(findings, name);
		} else if (rule->flags & RULE_NEVER_OFF) {
			finding_add(findings, "spec-value", SEVERITY_ERROR, name.at,
				    "'%s' cannot be switched off or lowered", rule->name);
		} else {
			severity_parse(entries->items[i].value.s, &severity);
			s->levels[s->n_levels++] = (struct rule_level){rule, severity};
		}
	}
}

static void take_targets(struct gpuplan_session *s)
{
	const text_list *given = &s->project.spec.targets;
	struct findings *findings = &s->project.findings;
	const char **targets = arena_array(s->arena, (size_t)given->n + 1, sizeof *targets);
	uint32_t n = 0;

	for (uint32_t i = 0; i < given->n; i++) {
		struct text target = given->items[i];
		const struct backend *backend =
			backend_find(arena_printf(s->arena, "%.*s", STR_ARG(target.s)).p);

		if (backend)
			targets[n++] = backend->target;
		else
			finding_help(findings,
				     finding_add(findings, "spec-value", SEVERITY_ERROR, target.at,
						 "unknown target '%s'",
						 finding_quote(findings, target.s)),
				     "the targets are %.*s", STR_ARG(target_names(s->arena)));
	}
	if (given->n) {
		s->targets = targets;
		s->n_targets = n;
	}
}

static void take_exclude(struct gpuplan_session *s)
{
	const text_list *exclude = &s->project.spec.exclude;
	struct str *globs = arena_array(s->arena, exclude->n, sizeof *globs);

	for (uint32_t i = 0; i < exclude->n; i++)
		globs[i] = exclude->items[i].s;
	if (s->project.folder)
		s->exclude = (struct exclude){s->project.folder, globs, exclude->n};
}

/* Resolves a path that the project file names, relative to its folder. */
static const char *path_of(const struct gpuplan_session *s, struct str path)
{
	struct str prefix = path.n && *path.p == '/' ? STR("") : s->project.prefix;

	return arena_printf(s->arena, "%.*s%.*s", STR_ARG(prefix), STR_ARG(path)).p;
}

/* A missing file is reported on reading it. */
static void take_baseline(struct gpuplan_session *s)
{
	const struct text *baseline = &s->project.spec.baseline;
	struct findings *findings = &s->project.findings;
	struct inside inside = {0};
	const char *real;

	if (path_inside(&s->files, s->arena, &inside, s->project.prefix, baseline->s, &real) ==
	    FILES_OUTSIDE)
		finding_help(findings,
			     finding_add(findings, "spec-value", SEVERITY_ERROR, baseline->at,
					 "the baseline '%s' is outside the repository",
					 finding_quote(findings, baseline->s)),
			     "copy it into the repository, or pass it with --baseline FILE");
	else
		s->baseline = path_of(s, baseline->s);
}

static void take_all(struct gpuplan_session *s)
{
	const struct project_spec *spec = &s->project.spec;

	take_rules(s);
	take_exclude(s);
	take_targets(s);
	if (spec->output.s.n)
		s->output = path_of(s, spec->output.s);
	if (!s->baseline && spec->baseline.s.n)
		take_baseline(s);
	findings_finish(&s->project.findings);
}

static enum gpuplan_status say_findings(struct gpuplan_session *s)
{
	const struct findings *findings = &s->project.findings;
	enum gpuplan_status status = GPUPLAN_OK;

	for (uint32_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];
		struct position p = span_start(&s->project.sources, f->at);

		status = session_fail(s, GPUPLAN_BAD_PROJECT, "%.*s:%u:%u: %.*s",
				      STR_ARG(p.source->name), p.line, p.column,
				      STR_ARG(f->message));
	}
	return status;
}

enum gpuplan_status session_read_project(struct gpuplan_session *s)
{
	struct project *project = &s->project;
	const char *file = s->options.project;
	struct source *source;
	struct str error;

	s->baseline = s->options.baseline;
	sources_init(&project->sources, s->arena, &s->files);
	findings_init(&project->findings, s->arena);
	if (!file && s->options.project_folder)
		file = find(s, s->options.project_folder);
	if (!file)
		return GPUPLAN_OK;
	if (!source_read(&project->sources, file, "<stdin>", SOURCE_MAX_BYTES, &source, &error))
		return session_fail(s, GPUPLAN_UNREADABLE, "%.*s", STR_ARG(error));
	project->file = file;
	set_folder(s, file);
	decode(project, s->arena, source);
	take_all(s);
	return say_findings(s);
}
