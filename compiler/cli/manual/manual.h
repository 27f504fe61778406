/* gpuplan-manual: fills the templates of this folder (*.in) from the tables that the help is made
 * of. It is built and run with the rest, and not installed.
 *
 * A template is the page itself; `@NAME@` in it stands for what the hole of that name prints
 * (main.c). New hole: its function here, and its line there. */
#ifndef GPUPLAN_MANUAL_H
#define GPUPLAN_MANUAL_H

#include <stdio.h>

#include "compiler/base/arena.h"
#include "compiler/cli/option_row.h"

/* man pages (roff.c): plain text, and Markdown as the key tables have it, escaped so that every
 * reader shows the characters themselves. A text begins a line of its own. */
void roff_text(FILE *out, const char *text);
void roff_markdown(FILE *out, const char *markdown);

/* Holes of gpuplan(1). */
void man_commands(FILE *out);
void man_targets(FILE *out);
void man_formats(FILE *out);
void man_rules(FILE *out);
void man_project_keys(FILE *out);
/* Holes of gpuplan-spec(5). */
void man_spec_files(FILE *out);
void man_spec_example(FILE *out);
void man_spec_values(FILE *out);
void man_spec_keys(FILE *out);

#endif
