/* PCI addresses, as in QEMU's `host`, sysfs and the clique map. */
#ifndef GPUPLAN_WRAPPER_PCI_H
#define GPUPLAN_WRAPPER_PCI_H

#include <stdbool.h>
#include <stdint.h>

/* Enough for the longest address: ffffffff:ff:1f.7 */
enum { PCI_TEXT = 24 };

/* Reads `[domain:]bus:slot.function`, hexadecimal in either case, with or without leading zeros.
 * Equal addresses give equal numbers. False if `text` is anything else. */
bool pci_read(const char *text, uint64_t *address);
/* Writes an address as sysfs does: 0000:05:00.0 */
void pci_write(uint64_t address, char out[PCI_TEXT]);

#endif
