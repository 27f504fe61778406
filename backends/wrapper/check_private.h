/* The parts of gpuplan-qemu --check. */
#ifndef GPUPLAN_WRAPPER_CHECK_PRIVATE_H
#define GPUPLAN_WRAPPER_CHECK_PRIVATE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Errors are what stops VMs; warnings what keeps them from their cliques, or will. */
enum verdict { VERDICT_OK, VERDICT_NOTE, VERDICT_WARNING, VERDICT_ERROR };

/* Prints one verdict. */
__attribute__((format(printf, 2, 3))) void report(enum verdict verdict, const char *format, ...);
/* The gravest verdict so far. */
enum verdict reported(void);
/* What to do about the verdict before it. */
__attribute__((format(printf, 1, 2))) void report_help(const char *format, ...);

/* Checks the wrapper's location, QEMU beside it, and what manages them: dpkg, libvirt, AppArmor. */
void check_place(void);
/* The map, and the GPUs that it names. */
void check_map(void);

/* Runs a program, found in PATH, without standard input and error. Returns its exit status, or -1
 * if it does not run, dies, or takes longer than ten seconds. `out` gets the start of its output.
 */
int run_program(char *const argv[], char *out, size_t size);
/* The start of a file, as a string; false where it cannot be read. */
bool read_start(const char *path, char *out, size_t size);

#endif
