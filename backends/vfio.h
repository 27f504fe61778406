/* What a VM's GPU is to VFIO: the same for every backend of a kvm host. */
#ifndef GPUPLAN_BACKENDS_VFIO_H
#define GPUPLAN_BACKENDS_VFIO_H

#include "compiler/plan/plan.h"

/* A mediated device, which has a UUID; else a PCI device. */
static inline bool vfio_is_mdev(const struct vm_gpu *gpu)
{
	return gpu->is_vgpu && gpu->gpu->framework == FRAMEWORK_MDEV;
}

/* The PCI device: the GPU, or the virtual function that its vGPU is on. */
static inline struct pci_address vfio_address(const struct vm_gpu *gpu)
{
	return gpu->is_vgpu ? gpu->vf : gpu->gpu->spec->address.pci;
}

/* QEMU's `host` property takes no PCI domain above ffff (those of Intel's VMD); `sysfsdev`, the
 * device's folder, takes any. */
static inline bool vfio_needs_sysfs(const struct vm_gpu *gpu)
{
	return !vfio_is_mdev(gpu) && vfio_address(gpu).domain > 0xffff;
}

#endif
