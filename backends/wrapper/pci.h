/* PCI addresses, as QEMU's `host`, sysfs and the clique map write them. */
#ifndef GPUPLAN_WRAPPER_PCI_H
#define GPUPLAN_WRAPPER_PCI_H

#include <stdbool.h>
#include <stdint.h>

/* Room for the longest: ffffffff:ff:1f.7 */
enum { PCI_TEXT = 24 };

/* Reads `[domain:]bus:slot.function`, hexadecimal in either case, with or without leading zeros,
 * into one number that is the same however the address was written. False where `text` is something
 * else. */
bool pci_read(const char *text, uint64_t *address);
/* Writes it as sysfs does: 0000:05:00.0 */
void pci_write(uint64_t address, char out[PCI_TEXT]);

#endif
