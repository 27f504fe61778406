/* What the wrapper says, and to whom: one line on standard error. */
#ifndef GPUPLAN_WRAPPER_SAY_H
#define GPUPLAN_WRAPPER_SAY_H

#include <stddef.h>

/* Copies `text` for a terminal or a log: what is not printable ASCII as \xNN; cut to fit. */
void printable(const char *text, char *out, size_t size);
/* Says one line. Loses it rather than stop a VM: a closed pipe does not kill, a full one does not
 * hold. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

#endif
