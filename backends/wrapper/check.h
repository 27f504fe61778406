/* gpuplan-qemu --check: does the wrapper stand where it should, and which GPUs would it touch? */
#ifndef GPUPLAN_WRAPPER_CHECK_H
#define GPUPLAN_WRAPPER_CHECK_H

/* Prints what it finds on standard output. 0: all is well; 1: VMs start, and something is to be
 * mended; 2: VMs do not start. */
int check(void);

#endif
