#include "compiler/session/project.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "compiler/model/decode.h"

static bool exists(struct arena *arena, struct str prefix, const char *name)
{
	struct stat st;

	return lstat(arena_printf(arena, "%.*s%s", STR_ARG(prefix), name).p, &st) == 0;
}

/* The folder behind `prefix` has none above it. */
static bool is_root(struct arena *arena, struct str prefix)
{
	struct stat here, above;

	return stat(arena_printf(arena, "%.*s.", STR_ARG(prefix)).p, &here) != 0 ||
	       stat(arena_printf(arena, "%.*s..", STR_ARG(prefix)).p, &above) != 0 ||
	       (here.st_dev == above.st_dev && here.st_ino == above.st_ino);
}

/* As a relative path, which is how findings show it; NULL: there is none. */
static const char *find(struct arena *arena)
{
	struct str prefix = STR("");

	while (prefix.n < PATH_MAX) {
		if (exists(arena, prefix, PROJECT_FILE))
			return arena_printf(arena, "%.*s" PROJECT_FILE, STR_ARG(prefix)).p;
		if (exists(arena, prefix, ".git") || is_root(arena, prefix))
			return NULL;
		prefix = arena_printf(arena, "../%.*s", STR_ARG(prefix));
	}
	return NULL;
}

/* The paths of an overlay are absolute. */
static const char *absolute(struct arena *arena, const char *file)
{
	char *real = realpath(file, NULL);

	if (real)
		file = arena_printf(arena, "%s", real).p;
	free(real);
	return file;
}

static void set_folder(struct project *project, struct arena *arena, const char *file)
{
	const char *slash = strrchr(file, '/');
	char *real;

	project->prefix = (struct str){file, slash ? (size_t)(slash - file) + 1 : 0};
	real = realpath(arena_printf(arena, "%.*s.", STR_ARG(project->prefix)).p, NULL);
	if (real)
		project->folder = arena_printf(arena, "%s", real).p;
	free(real);
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

enum project_status project_read(struct project *project, struct arena *arena, const char *config,
				 const struct overlay *overlay, struct str *error)
{
	const char *file = config ? config : find(arena);
	struct source *source;

	*project = (struct project){0};
	sources_init(&project->sources, arena);
	findings_init(&project->findings, arena);
	if (!file)
		return PROJECT_NONE;
	if (overlay)
		file = absolute(arena, file);
	project->sources.overlay = overlay;
	if (!source_read(&project->sources, file, "<stdin>", true, &source, error))
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
