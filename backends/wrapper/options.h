/* The words of a QEMU command line: which are options, and which the arguments of options. */
#ifndef GPUPLAN_WRAPPER_OPTIONS_H
#define GPUPLAN_WRAPPER_OPTIONS_H

#include <stdbool.h>

/* True where `word`, standing where an option may, is an option that takes the next word, whatever
 * that is: in `-name -device` the VM is called -device.
 *
 * An option that we do not know takes none: a switch of a later QEMU must not hide the `-device`
 * behind it, while an argument that only looks like `-device` is hardly ever seen. */
bool option_takes_argument(const char *word);
/* True for `-device` and `--device`. */
bool option_is_device(const char *word);

#endif
