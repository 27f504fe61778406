/* OVMF's files, where Debian and Ubuntu have them. */
#ifndef GPUPLAN_BACKENDS_FIRMWARE_H
#define GPUPLAN_BACKENDS_FIRMWARE_H

#define FIRMWARE_CODE "/usr/share/OVMF/OVMF_CODE_4M.fd"
/* What a VM's own variables start from. */
#define FIRMWARE_TEMPLATE "/usr/share/OVMF/OVMF_VARS_4M.fd"
/* One a VM, by its name: QEMU does not lock it. */
#define FIRMWARE_VARS "/var/lib/gpuplan/%.*s_VARS.fd"

#endif
