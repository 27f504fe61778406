/* gpuplan-qemu --check: is the wrapper installed correctly, and which GPUs does it affect? */
#ifndef GPUPLAN_WRAPPER_CHECK_H
#define GPUPLAN_WRAPPER_CHECK_H

/* Prints findings to standard output. Returns 0 if all is well, 1 if VMs start but something needs
 * fixing, 2 if VMs do not start. */
int check(void);

#endif
