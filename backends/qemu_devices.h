/* Between qemu.c and qemu_devices.c. */
#ifndef GPUPLAN_BACKENDS_QEMU_DEVICES_H
#define GPUPLAN_BACKENDS_QEMU_DEVICES_H

#include "backends/qemu_args.h"
#include "compiler/plan/plan.h"

/* Every `-device`, and the block devices, networks and character devices behind them. */
void qemu_devices(struct qemu_args *args, const struct vm *vm, const struct vm_devices *devices);

#endif
