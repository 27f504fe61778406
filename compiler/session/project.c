#include "compiler/session/project.h"

#include <limits.h>

#include "compiler/model/decode.h"

static bool exists(const struct files *files, struct arena *arena, struct str prefix,
		   const char *name)
{
	struct file_facts facts;

	return files->look(files, arena_printf(arena, "%.*s%s", STR_ARG(prefix), name).p, false,
			   &facts) == 0;
}

/* The folder behind `prefix` has none above it. */
static bool is_root(const struct files *files, struct arena *arena, struct str prefix)
{
	const char *path = arena_printf(arena, "%.*s.", STR_ARG(prefix)).p;
	struct file_facts here, above;

	return files->look(files, path, true, &here) ||
	       files->look(files, arena_printf(arena, "%s.", path).p, true, &above) ||
	       (here.device == above.device && here.number == above.number);
}

/* As a relative path, which is how findings show it; NULL: there is none. */
static const char *find(const struct files *files, struct arena *arena)
{
	struct str prefix = STR("");

	while (prefix.n < PATH_MAX) {
		if (exists(files, arena, prefix, PROJECT_FILE))
			return arena_printf(arena, "%.*s" PROJECT_FILE, STR_ARG(prefix)).p;
		if (exists(files, arena, prefix, ".git") || is_root(files, arena, prefix))
			return NULL;
		prefix = arena_printf(arena, "../%.*s", STR_ARG(prefix));
	}
	return NULL;
}

static void set_folder(struct project *project, struct arena *arena, const char *file)
{
	const struct files *files = project->sources.files;
	const char *slash = strrchr(file, '/');

	project->prefix = (struct str){file, slash ? (size_t)(slash - file) + 1 : 0};
	/* NULL where it cannot be told. */
	files->real_path(files, arena, arena_printf(arena, "%.*s.", STR_ARG(project->prefix)).p,
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
			    "the project file is one document");
	yaml_done(&yaml);
}

enum project_status project_read(struct project *project, struct arena *arena,
				 const struct files *files, const char *config, bool absolute,
				 struct str *error)
{
	const char *file = config ? config : find(files, arena);
	struct source *source;

	*project = (struct project){0};
	sources_init(&project->sources, arena, files);
	findings_init(&project->findings, arena);
	if (!file)
		return PROJECT_NONE;
	if (absolute)
		files->real_path(files, arena, file, &file);
	if (!source_read(&project->sources, file, "<stdin>", SOURCE_MAX_BYTES, &source, error))
		return PROJECT_UNREADABLE;
	project->file = file;
	set_folder(project, arena, file);
	decode(project, arena, source);
	return PROJECT_READ;
}

const char *project_path(const struct project *project, struct arena *arena, struct str path)
{
	struct str prefix = path.n && *path.p == '/' ? STR("") : project->prefix;

	return arena_printf(arena, "%.*s%.*s", STR_ARG(prefix), STR_ARG(path)).p;
}
