/* The project file, .gpuplan.yaml: what a whole repository wants, next to its specs.
 *
 * Found and read here; what it means for a command is compiler/cli/project.c's to say. Its keys are
 * schema/keys_project.c. */
#ifndef GPUPLAN_PROJECT_H
#define GPUPLAN_PROJECT_H

#include "compiler/base/inside.h"
#include "compiler/finding/finding.h"
#include "schema/model.h"

struct project {
	struct project_spec spec;
	/* Its own, apart from the plan's: it is no part of the spec. */
	struct sources sources;
	struct findings findings;
	const char *file;   /* as it was found: ../.gpuplan.yaml */
	struct str prefix;  /* "", "../" or "conf/": before what is relative to it */
	const char *folder; /* where it lies: absolute, without symbolic links; NULL: unknown */
};

enum project_status { PROJECT_NONE, PROJECT_READ, PROJECT_UNREADABLE };

/* Looks from the folder of `files` upwards, to the folder that holds .git, or to the root; `config`
 * not NULL: reads that file. `absolute`: it is known by its real path, not by the way to it.
 * PROJECT_UNREADABLE with *error set. Wrong keys and values are in project->findings. */
enum project_status project_read(struct project *project, struct arena *arena,
				 const struct files *files, const char *config, bool absolute,
				 struct str *error);

/* A path that the file names, as `files` finds it. */
const char *project_path(const struct project *project, struct arena *arena, struct str path);

#endif
