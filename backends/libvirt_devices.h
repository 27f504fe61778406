/* Between libvirt.c and libvirt_devices.c. */
#ifndef GPUPLAN_BACKENDS_LIBVIRT_DEVICES_H
#define GPUPLAN_BACKENDS_LIBVIRT_DEVICES_H

#include "backends/xml.h"
#include "compiler/plan/plan.h"

/* The whole `<devices>`. */
void libvirt_devices(struct xml *xml, const struct vm *vm, const struct vm_devices *devices);
/* The root of the guest's PCI tree, which has the 64-bit window. */
void libvirt_pcie_root(struct xml *xml, const struct vm *vm);
/* `<hostdev>`; `port`: its address in the guest; NULL: without one. */
void libvirt_hostdev(struct xml *xml, const struct vm_gpu *gpu, const int32_t *port);

#endif
