/* The parts of gpuplan-qemu --check. */
#ifndef GPUPLAN_WRAPPER_CHECK_PRIVATE_H
#define GPUPLAN_WRAPPER_CHECK_PRIVATE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Errors stop VMs. Warnings keep VMs from their cliques, now or later. */
enum verdict { VERDICT_OK, VERDICT_NOTE, VERDICT_WARNING, VERDICT_ERROR };

/* Prints a verdict. */
__attribute__((format(printf, 2, 3))) void report(enum verdict verdict, const char *format, ...);
/* The gravest verdict so far. */
enum verdict reported(void);
/* Prints what to do about the last verdict. */
__attribute__((format(printf, 1, 2))) void report_help(const char *format, ...);

/* Checks the wrapper's location, QEMU beside it, and what manages them: dpkg, libvirt, AppArmor. */
void check_place(void);
/* Checks the map, and the GPUs that it names. */
void check_map(void);

/* Runs a program, found in PATH, without standard input and error. Returns its exit status, or -1
 * if it does not run, is killed, or takes longer than ten seconds. Puts the start of its output in
 * `out`. */
int run_program(char *const argv[], char *out, size_t size);
/* Reads the start of a file as a string. False if it cannot be read. */
bool read_start(const char *path, char *out, size_t size);

#endif
