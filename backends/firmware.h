/* OVMF: its files, where Debian and Ubuntu have them, and its option. */
#ifndef GPUPLAN_BACKENDS_FIRMWARE_H
#define GPUPLAN_BACKENDS_FIRMWARE_H

#include <inttypes.h>

#define FIRMWARE_CODE "/usr/share/OVMF/OVMF_CODE_4M.fd"
/* What a VM's own variables start from. */
#define FIRMWARE_TEMPLATE "/usr/share/OVMF/OVMF_VARS_4M.fd"
/* One a VM, by its name: QEMU does not lock it. */
#define FIRMWARE_VARS "/var/lib/gpuplan/%.*s_VARS.fd"

/* How OVMF is told the size of the MMIO window: in MiB. */
#define FIRMWARE_WINDOW "name=opt/ovmf/X-PciMmio64Mb,string=%" PRIu64

#endif
