/* Messages of the wrapper on standard error. */
#ifndef GPUPLAN_WRAPPER_SAY_H
#define GPUPLAN_WRAPPER_SAY_H

#include <stddef.h>

/* Copies `text` for a terminal or a log, cut to fit. Anything but printable ASCII becomes \xNN. */
void printable(const char *text, char *out, size_t size);
/* Writes a line, or drops it rather than stop a VM: a closed pipe does not kill the process, and a
 * full one does not block it. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

#endif
