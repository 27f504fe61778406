/* Tells the options on a QEMU command line from their arguments. */
#ifndef GPUPLAN_WRAPPER_OPTIONS_H
#define GPUPLAN_WRAPPER_OPTIONS_H

#include <stdbool.h>

/* True if `word`, at a place for options, takes the next word as its argument, whatever that is: in
 * `-name -device`, the VM's name is -device.
 *
 * Unknown options take none: a switch of a later QEMU must not hide the `-device` that follows,
 * whereas an argument that looks like `-device` is very rare. */
bool option_takes_argument(const char *word);
/* True for `-device` and `--device`. */
bool option_is_device(const char *word);

#endif
