/* Between libvirt.c and libvirt_devices.c. */
#ifndef GPUPLAN_BACKENDS_LIBVIRT_DEVICES_H
#define GPUPLAN_BACKENDS_LIBVIRT_DEVICES_H

#include "backends/xml.h"
#include "compiler/plan.h"

/* The whole `<devices>`. */
void libvirt_devices(struct xml *xml, const struct vm *vm);
/* The root of the guest's PCI tree, which has the 64-bit window. */
void libvirt_pcie_root(struct xml *xml, const struct vm *vm);
/* `<hostdev>`; `placed`: with its address in the guest. */
void libvirt_hostdev(struct xml *xml, const struct vm_gpu *gpu, bool placed);

#endif
