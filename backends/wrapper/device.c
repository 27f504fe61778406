#include "backends/wrapper/device.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "backends/wrapper/json.h"
#include "backends/wrapper/pci.h"

#define CLIQUE "x-nv-gpudirect-clique"

/* The relevant properties of a device. */
struct properties {
	bool vfio, has_clique, has_sysfsdev;
	bool host_known, sysfsdev_known; /* the value is a PCI address */
	uint64_t host, sysfsdev;
};

/* vfio-pci-nohotplug is vfio-pci with `ramfb`; libvirt uses it for GPUs with `ramfb` on. */
static bool is_vfio(const char *driver)
{
	return strcmp(driver, "vfio-pci") == 0 || strcmp(driver, "vfio-pci-nohotplug") == 0;
}

/* Reads the address at the end of a sysfs path. Trailing slashes are ignored. */
static bool read_sysfs(const char *path, uint64_t *address)
{
	char name[PCI_TEXT * 2];
	size_t end = strlen(path), start;

	while (end && path[end - 1] == '/')
		end--;
	for (start = end; start && path[start - 1] != '/';)
		start--;
	if (end - start >= sizeof name)
		return false;
	memcpy(name, path + start, end - start);
	name[end - start] = '\0';
	return pci_read(name, address);
}

static void take_property(struct properties *p, const char *key, const char *value)
{
	if (strcmp(key, "driver") == 0) {
		p->vfio = is_vfio(value);
	} else if (strcmp(key, "host") == 0) {
		p->host_known = pci_read(value, &p->host);
	} else if (strcmp(key, "sysfsdev") == 0) {
		p->has_sysfsdev = true;
		p->sysfsdev_known = read_sysfs(value, &p->sysfsdev);
	} else if (strcmp(key, CLIQUE) == 0) {
		p->has_clique = true;
	}
}

/* True if the device needs a clique. Sets its address. */
static bool settle(const struct properties *p, struct device *device)
{
	if (!p->vfio || p->has_clique)
		return false;
	device->address = p->has_sysfsdev ? p->sysfsdev : p->host;
	return p->has_sysfsdev ? p->sysfsdev_known : p->host_known;
}

static bool read_json(const char *argument, struct device *device)
{
	struct properties properties = {0};
	struct json json;
	struct str key, value;
	char name[sizeof CLIQUE], text[PATH_MAX];

	json_object(&json, str_of(argument));
	json.scan.qemu = true;
	while (json_member(&json, &key, &value)) {
		if (!json_decode(key, name, sizeof name))
			continue;
		/* A value that is not a string, or longer than any path, is neither driver nor
		 * address. */
		if (!json_decode(value, text, sizeof text))
			*text = '\0';
		take_property(&properties, name, text);
	}
	*device = (struct device){.json = true, .at = (size_t)(json.scan.at - argument)};
	return json_close(&json) && settle(&properties, device);
}

/* Reads a value up to the comma that ends it, and returns where that is. A doubled comma stands for
 * a comma. A value that does not fit is longer than any path; it becomes empty. */
static const char *read_value(const char *p, char *out, size_t size)
{
	size_t n = 0;

	while (*p && !(p[0] == ',' && p[1] != ',')) {
		p += *p == ',';
		if (n < size)
			out[n] = *p;
		n++;
		p++;
	}
	out[n < size ? n : 0] = '\0';
	return p;
}

/* Reads key=value pairs as QEMU's option parser does. The first may be just the driver; a later one
 * without `=` is a switch. */
static bool read_pairs(const char *argument, struct device *device)
{
	struct properties properties = {0};
	bool separated = true;
	const char *p = argument;

	while (*p) {
		char name[sizeof CLIQUE] = "", value[PATH_MAX] = "";
		size_t n = strcspn(p, "=,");

		if (p[n] == '=') {
			if (n < sizeof name)
				memcpy(name, p, n);
			p = read_value(p + n + 1, value, sizeof value);
		} else if (p == argument) {
			strcpy(name, "driver");
			p = read_value(p, value, sizeof value);
		} else {
			if (n < sizeof name)
				memcpy(name, p, n);
			p += n;
		}
		take_property(&properties, name, value);
		separated = *p == ',';
		p += separated;
	}
	*device = (struct device){.at = strlen(argument), .comma = !separated};
	return settle(&properties, device);
}

bool device_read(const char *argument, struct device *device)
{
	return *argument == '{' ? read_json(argument, device) : read_pairs(argument, device);
}

size_t device_write(const char *argument, const struct device *device, unsigned clique, char *out)
{
	char property[DEVICE_GROWS];
	size_t length = strlen(argument);
	int n = device->json ? snprintf(property, sizeof property, ",\"" CLIQUE "\":%u", clique)
			     : snprintf(property, sizeof property, "%s" CLIQUE "=%u",
					device->comma ? "," : "", clique);

	memcpy(out, argument, device->at);
	memcpy(out + device->at, property, (size_t)n);
	memcpy(out + device->at + n, argument + device->at, length - device->at + 1);
	return length + (size_t)n + 1;
}
