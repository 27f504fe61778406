/* gpuplan-qemu --check: does the wrapper stand where it should, and which GPUs would it touch? */
#ifndef GPUPLAN_WRAPPER_CHECK_H
#define GPUPLAN_WRAPPER_CHECK_H

/* Prints its findings on standard output. Returns 0 if all is well, 1 if VMs start but something
 * needs mending, 2 if VMs do not start. */
int check(void);

#endif
