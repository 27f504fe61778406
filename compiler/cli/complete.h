/* `gpuplan complete WORD…`: what may stand in place of the last word, for the shells' completions
 * (compiler/cli/manual/gpuplan.bash, .zsh and .fish). Not in the help.
 *
 * The words are those of a command line up to the cursor, without `gpuplan` and without quotes. A
 * line of the answer is a candidate for the whole last word and, behind a tab, what it is. They are
 * not filtered by what is typed: each shell has its own idea of what matches. A candidate holds
 * nothing that a shell expands: letters, digits and -._:/=, alone.
 *
 * A line that starts with a colon is a request: `:files`, `:folders` or `:specs` (YAML files and
 * folders) has the shell complete file names. Behind a tab stands what of the word comes before the
 * name (`--config=`).
 *
 * A wrong command line has no candidates; it is no failure, and nothing is printed to standard
 * error. */
#ifndef GPUPLAN_COMPLETE_H
#define GPUPLAN_COMPLETE_H

#include "compiler/cli/cli.h"

enum status complete(struct arena *arena, int n_words, char **words);

#endif
