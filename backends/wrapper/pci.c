#include "backends/wrapper/pci.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads one to eight hexadecimal digits, up to `max`, and moves `*text` behind them. */
static bool read_field(const char **text, uint64_t max, uint64_t *out)
{
	size_t n = strspn(*text, "0123456789abcdefABCDEF");

	if (n == 0 || n > 8)
		return false;
	*out = strtoull(*text, NULL, 16);
	*text += n;
	return *out <= max;
}

bool pci_read(const char *text, uint64_t *address)
{
	uint64_t domain = 0, bus, slot, function;
	const char *first = strchr(text, ':');

	if (first && strchr(first + 1, ':')) {
		if (!read_field(&text, UINT32_MAX, &domain) || *text++ != ':')
			return false;
	}
	if (!read_field(&text, 0xff, &bus) || *text++ != ':' || !read_field(&text, 0x1f, &slot) ||
	    *text++ != '.' || !read_field(&text, 7, &function) || *text)
		return false;
	*address = domain << 16 | bus << 8 | slot << 3 | function;
	return true;
}

void pci_write(uint64_t address, char out[PCI_TEXT])
{
	snprintf(out, PCI_TEXT, "%04" PRIx64 ":%02x:%02x.%x", address >> 16 & UINT32_MAX,
		 (unsigned)(address >> 8 & 0xff), (unsigned)(address >> 3 & 0x1f),
		 (unsigned)(address & 7));
}
