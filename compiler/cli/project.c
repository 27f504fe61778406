/* The project file: fills in what the command line left open. */
#include <unistd.h>

#include "compiler/base/inside.h"
#include "compiler/cli/artifact.h"
#include "compiler/cli/cli.h"
#include "rules/rules.h"

static void report_unknown_rule(struct project *project, struct text name)
{
	struct str near = rule_nearest(name.s);
	struct finding *f = finding_add(&project->findings, "spec-value", SEVERITY_ERROR, name.at,
					"there is no rule '%s'",
					finding_quote(&project->findings, name.s));

	if (near.n)
		finding_help(&project->findings, f, "did you mean '%.*s'?", STR_ARG(near));
	else
		finding_help(&project->findings, f, "`gpuplan rules` lists them");
}

/* Before those of the command line, which are asked first. */
static void add_rules(struct project *project, struct arena *arena, struct options *options)
{
	const param_list *entries = &project->spec.rules;
	uint32_t n = 0, given = options->n_overrides;
	struct rule_override *all = arena_array(arena, (size_t)entries->n + given, sizeof *all);

	for (uint32_t i = 0; i < entries->n; i++) {
		const struct rule *rule = rule_find(entries->items[i].name.s);
		enum severity severity = 0;

		if (!rule) {
			report_unknown_rule(project, entries->items[i].name);
		} else if (rule->flags & RULE_NEVER_OFF) {
			finding_add(&project->findings, "spec-value", SEVERITY_ERROR,
				    entries->items[i].name.at,
				    "'%s' cannot be switched off or lowered", rule->name);
		} else {
			severity_parse(entries->items[i].value.s, &severity);
			all[n++] = (struct rule_override){rule, severity};
		}
	}
	if (given)
		memcpy(all + n, options->overrides, given * sizeof *all);
	options->overrides = all;
	options->n_overrides = options->overrides_capacity = n + given;
}

/* "libvirt,vmx", as -t has it. */
static void add_targets(struct project *project, struct arena *arena, struct options *options)
{
	const text_list *targets = &project->spec.targets;
	struct str all = STR("");

	for (uint32_t i = 0; i < targets->n; i++) {
		struct text target = targets->items[i];
		const char *name = arena_printf(arena, "%.*s", STR_ARG(target.s)).p;

		if (!backend_find(name))
			finding_help(&project->findings,
				     finding_add(&project->findings, "spec-value", SEVERITY_ERROR,
						 target.at, "there is no target '%s'",
						 finding_quote(&project->findings, target.s)),
				     "the targets are %.*s", STR_ARG(target_names(arena)));
		all = arena_printf(arena, "%.*s%s%s", STR_ARG(all), all.n ? "," : "", name);
	}
	if (!options->targets && all.n)
		options->targets = all.p;
}

static void add_exclude(const struct project *project, struct arena *arena, struct options *options)
{
	const text_list *exclude = &project->spec.exclude;
	struct str *globs = arena_array(arena, exclude->n, sizeof *globs);

	for (uint32_t i = 0; i < exclude->n; i++)
		globs[i] = exclude->items[i].s;
	if (project->folder)
		options->exclude = (struct exclude){project->folder, globs, exclude->n};
}

/* One that cannot be found is said so where it is read. */
static void add_baseline(struct project *project, struct arena *arena, struct options *options)
{
	const struct text *baseline = &project->spec.baseline;
	struct inside inside = {0};
	const char *real;

	if (path_inside(project->sources.files, arena, &inside, project->prefix, baseline->s,
			&real) == FILES_OUTSIDE)
		finding_help(&project->findings,
			     finding_add(&project->findings, "spec-value", SEVERITY_ERROR,
					 baseline->at,
					 "the baseline '%s' lies outside the repository",
					 finding_quote(&project->findings, baseline->s)),
			     "copy it into the repository, or name it on the command line: "
			     "--baseline FILE");
	else
		options->baseline = project_path(project, arena, baseline->s);
}

static void add_all(struct project *project, struct arena *arena, const struct command *command,
		    struct options *options)
{
	const struct project_spec *spec = &project->spec;
	struct options unused = {0};

	add_rules(project, arena, options);
	add_exclude(project, arena, options);
	/* `show -t` is another matter, and lint's -o another file; but a wrong target is wrong. */
	add_targets(project, arena, command->bit == COMMAND_COMPILE ? options : &unused);
	if (command->bit == COMMAND_COMPILE && !options->output && spec->output.s.n)
		options->output = project_path(project, arena, spec->output.s);
	if (!options->baseline && spec->baseline.s.n)
		add_baseline(project, arena, options);
}

static void print_findings(struct project *project, struct arena *arena,
			   const struct options *options)
{
	struct render_options how = {.help = true, .max_findings = options->max_findings};
	struct buffer text;

	how.color = want_color(options, stderr);
	buffer_init(&text, arena);
	render_text(&project->findings, &project->sources, how, &text);
	fwrite(text.p, 1, text.n, stderr);
}

bool project_load(struct project *project, struct arena *arena, const struct files *files,
		  bool absolute, const struct command *command, struct options *options)
{
	struct str error;

	switch (project_read(project, arena, files, options->config, absolute, &error)) {
	case PROJECT_NONE:
		return true;
	case PROJECT_UNREADABLE:
		trouble("%.*s", STR_ARG(error));
		return false;
	case PROJECT_READ:
		break;
	}
	options->project_file = project->file;
	add_all(project, arena, command, options);
	findings_finish(&project->findings);
	return true;
}

enum status project_apply(struct arena *arena, const struct command *command,
			  struct options *options)
{
	struct project project;

	if (!project_load(&project, arena, &system_files, false, command, options))
		return STATUS_TROUBLE;
	if (project.findings.n == 0)
		return STATUS_OK;
	print_findings(&project, arena, options);
	return STATUS_TROUBLE;
}
