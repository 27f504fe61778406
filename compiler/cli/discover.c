#include "compiler/cli/cli.h"
static enum status run(struct arena *arena, const struct options *options) {(void)arena; (void)options; return STATUS_TROUBLE;}
const struct command command_discover = {.name = "discover", .arguments = "", .summary = "print a host section from the live machine", .run = run, .bit = COMMAND_DISCOVER};
