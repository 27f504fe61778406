/*
 * libfakevfio.so: stand-in GPUs for QEMU's vfio-pci, on a machine that has none.
 *
 * Preloaded into QEMU it answers, for the devices listed in FAKE_VFIO only,
 * what the kernel's VFIO would: sysfs look-ups, the files of /dev/vfio, and the VFIO
 * ioctls of a type 1 container. Neither root, nor an IOMMU, nor KVM is needed (run QEMU
 * with -accel tcg). Devices have a PCI configuration space and BARs; they do
 * nothing else.
 *
 *   FAKE_VFIO='NAME[,KEY=VALUE...];NAME...'
 *
 * NAME is a PCI address (0000:05:00.0) or the UUID of a mediated device. Keys:
 *   vendor, device, class, subsys   hexadecimal; class is base class and subclass
 *   bar1                            size of BAR 1: 128 (GiB) or 512M
 *   msix                            hexadecimal offset of the MSI-X capability:
 *                                   c8 as on Turing and later, b0 as before, 0 none
 */
#undef _FORTIFY_SOURCE /* its inline open() would stand in the way of ours */
#undef _FILE_OFFSET_BITS
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAX_DEVICES = 64,
	MAX_FDS = 4096,
	CONFIG_SIZE = 4096,
	FIRST_GROUP = 100, /* IOMMU group of the first device; each has its own */
};

struct device {
	char name[48];
	uint16_t vendor, device, class, subsystem;
	uint8_t msix;
	uint64_t bar1;
};

/* What a file descriptor of ours stands for. */
enum fd_kind { FD_FOREIGN, FD_CONTAINER, FD_GROUP, FD_DEVICE };
struct fd_role {
	enum fd_kind kind;
	int device;
};

static struct device devices[MAX_DEVICES];
static int device_count;
static struct fd_role roles[MAX_FDS];

/* The next definition of a function after ours: libc's. */
#define NEXT(pointer, name) (*(void **)&(pointer) = dlsym(RTLD_NEXT, (name)))

/* ---- the list of devices ------------------------------------------------ */

static uint64_t parse_size(const char *text)
{
	char *unit;
	uint64_t number = strtoull(text, &unit, 0);

	return number << (*unit == 'M' ? 20 : 30);
}

static void set_key(struct device *d, const char *key, const char *value)
{
	unsigned long number = strtoul(value, NULL, 16);

	if (strcmp(key, "vendor") == 0)
		d->vendor = (uint16_t)number;
	else if (strcmp(key, "device") == 0)
		d->device = (uint16_t)number;
	else if (strcmp(key, "class") == 0)
		d->class = (uint16_t)number;
	else if (strcmp(key, "subsys") == 0)
		d->subsystem = (uint16_t)number;
	else if (strcmp(key, "msix") == 0)
		d->msix = (uint8_t)number;
	else if (strcmp(key, "bar1") == 0)
		d->bar1 = parse_size(value);
	else
		fprintf(stderr, "fakevfio: unknown key '%s'\n", key);
}

static void parse_device(char *text)
{
	struct device *d = &devices[device_count++];
	char *rest;
	char *word = strtok_r(text, ",", &rest);

	*d = (struct device){
		.vendor = 0x10de,
		.device = 0x20b2,
		.class = 0x0302,
		.subsystem = 0x1463,
		.msix = 0xb0,
		.bar1 = UINT64_C(128) << 30,
	};
	snprintf(d->name, sizeof d->name, "%s", word);
	while ((word = strtok_r(NULL, ",", &rest))) {
		char *value = strchr(word, '=');

		if (!value)
			continue;
		*value++ = '\0';
		set_key(d, word, value);
	}
}

static void parse_list(void)
{
	const char *list = getenv("FAKE_VFIO");
	char *copy = strdup(list ? list : "");
	char *rest;

	if (!copy)
		return;
	for (char *text = strtok_r(copy, ";", &rest); text && device_count < MAX_DEVICES;
	     text = strtok_r(NULL, ";", &rest))
		parse_device(text);
	free(copy);
}

/* The list is read by the first call: other constructors may run before ours. */
static void init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, parse_list);
}

static int device_is_mediated(int i)
{
	return strchr(devices[i].name, '-') != NULL;
}

/* ---- sysfs -------------------------------------------------------------- */

/* The device whose sysfs folder PATH lies in, or -1; REST is what follows the folder. */
static int sysfs_device(const char *path, const char **rest)
{
	static const char *const buses[] = {"/sys/bus/pci/devices/", "/sys/bus/mdev/devices/"};

	init();
	for (size_t b = 0; b < sizeof buses / sizeof *buses; b++) {
		if (strncmp(path, buses[b], strlen(buses[b])) != 0)
			continue;
		const char *name = path + strlen(buses[b]);
		for (int i = 0; i < device_count; i++) {
			size_t length = strlen(devices[i].name);
			if (strncmp(name, devices[i].name, length) == 0 &&
			    (name[length] == '\0' || name[length] == '/')) {
				*rest = name + length;
				return i;
			}
		}
	}
	return -1;
}

static int is_device_folder(const char *path)
{
	const char *rest;

	return sysfs_device(path, &rest) >= 0 && *rest == '\0';
}

int stat(const char *restrict path, struct stat *restrict st)
{
	int (*next)(const char *, struct stat *);

	NEXT(next, "stat");
	return next(is_device_folder(path) ? "/" : path, st);
}

int stat64(const char *restrict path, struct stat64 *restrict st)
{
	int (*next)(const char *, struct stat64 *);

	NEXT(next, "stat64");
	return next(is_device_folder(path) ? "/" : path, st);
}

/* Where the symbolic link REST in device I's folder points to; 0: not one of ours. */
static size_t link_target(int i, const char *rest, char *target, size_t size)
{
	int length = 0;

	if (strcmp(rest, "/iommu_group") == 0)
		length = snprintf(target, size, "/sys/kernel/iommu_groups/%d", FIRST_GROUP + i);
	else if (strcmp(rest, "/subsystem") == 0)
		length = snprintf(target, size, "/sys/bus/%s",
				  device_is_mediated(i) ? "mdev" : "pci");
	return length > 0 ? (size_t)length : 0;
}

ssize_t readlink(const char *restrict path, char *restrict buffer, size_t size)
{
	ssize_t (*next)(const char *, char *, size_t);
	const char *rest;
	char target[64];
	int i = sysfs_device(path, &rest);
	size_t length = i < 0 ? 0 : link_target(i, rest, target, sizeof target);

	if (length > 0) {
		if (length > size)
			length = size;
		memcpy(buffer, target, length);
		return (ssize_t)length;
	}
	NEXT(next, "readlink");
	return next(path, buffer, size);
}

char *realpath(const char *restrict path, char *restrict resolved)
{
	char *(*next)(const char *, char *);
	const char *rest;
	char target[PATH_MAX];
	int i = sysfs_device(path, &rest);

	if (i < 0) {
		NEXT(next, "realpath");
		return next(path, resolved);
	}
	if (link_target(i, rest, target, sizeof target) == 0)
		snprintf(target, sizeof target, "%s", path);
	return resolved ? strcpy(resolved, target) : strdup(target);
}

/* ---- /dev/vfio ---------------------------------------------------------- */

static int new_fd(enum fd_kind kind, int device)
{
	int fd = memfd_create("fakevfio", MFD_CLOEXEC);

	if (fd >= MAX_FDS) {
		close(fd);
		errno = EMFILE;
		return -1;
	}
	if (fd >= 0)
		roles[fd] = (struct fd_role){kind, device};
	return fd;
}

/* Opens /dev/vfio/vfio or /dev/vfio/GROUP; returns 0 where PATH is neither of ours. */
static int open_vfio(const char *path, int *fd)
{
	static const char folder[] = "/dev/vfio/";

	init();
	if (device_count == 0 || strncmp(path, folder, strlen(folder)) != 0)
		return 0;
	path += strlen(folder);
	int i = atoi(path) - FIRST_GROUP;
	if (strcmp(path, "vfio") == 0) {
		*fd = new_fd(FD_CONTAINER, -1);
	} else if (i >= 0 && i < device_count) {
		*fd = new_fd(FD_GROUP, i);
	} else {
		errno = ENOENT;
		*fd = -1;
	}
	return 1;
}

static int open_next(const char *name, const char *path, int flags, mode_t mode)
{
	int (*next)(const char *, int, ...);
	int fd;

	if (open_vfio(path, &fd))
		return fd;
	NEXT(next, name);
	return next(path, flags, mode);
}

static int flags_need_mode(int flags)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (flags_need_mode(flags)) {
		va_list arguments;
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	return open_next("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (flags_need_mode(flags)) {
		va_list arguments;
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	return open_next("open64", path, flags, mode);
}

/* What open() becomes in a program built with _FORTIFY_SOURCE. */
int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	return open_next("open", path, flags, 0);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
	return open_next("open64", path, flags, 0);
}

int close(int fd)
{
	int (*next)(int);

	if (fd >= 0 && fd < MAX_FDS)
		roles[fd] = (struct fd_role){FD_FOREIGN, -1};
	NEXT(next, "close");
	return next(fd);
}

/* ---- a GPU's configuration space ---------------------------------------- */

static void put8(uint8_t *config, unsigned offset, unsigned value)
{
	config[offset] = (uint8_t)value;
}

static void put16(uint8_t *config, unsigned offset, unsigned value)
{
	put8(config, offset, value & 0xff);
	put8(config, offset + 1, value >> 8 & 0xff);
}

static void put32(uint8_t *config, unsigned offset, uint32_t value)
{
	put16(config, offset, value & 0xffff);
	put16(config, offset + 2, value >> 16);
}

/* Appends a capability to the list whose last "next" pointer is at LINK; returns the new LINK. */
static unsigned put_capability(uint8_t *config, unsigned link, unsigned offset, unsigned id)
{
	put8(config, link, offset);
	put8(config, offset, id);
	return offset + 1;
}

static void fill_config(uint8_t *config, const struct device *d)
{
	unsigned link = 0x34;

	put16(config, 0x00, d->vendor);
	put16(config, 0x02, d->device);
	put16(config, 0x06, 0x0010); /* status: has a capability list */
	put8(config, 0x08, 0xa1);    /* revision */
	put16(config, 0x0a, d->class);
	put32(config, 0x14, 0xc); /* BAR 1, as BAR 3: 64 bit, prefetchable */
	put32(config, 0x1c, 0xc);
	put16(config, 0x2c, d->vendor);
	put16(config, 0x2e, d->subsystem);
	put8(config, 0x3d, 1); /* interrupt pin A */

	link = put_capability(config, link, 0x60, 0x01); /* power management */
	put16(config, 0x62, 0x0003);
	link = put_capability(config, link, 0x68, 0x05); /* MSI, 64 bit */
	put16(config, 0x6a, 0x0080);
	link = put_capability(config, link, 0x78, 0x10); /* PCI Express endpoint, version 2 */
	put16(config, 0x7a, 0x0002);
	put32(config, 0x84, 0x0105);
	put16(config, 0x8a, 0x1105);
	if (d->msix) {
		put_capability(config, link, d->msix, 0x11);
		put16(config, d->msix + 2u, 5);		 /* six vectors */
		put32(config, d->msix + 4u, 0x00b90000); /* table, in BAR 0 */
		put32(config, d->msix + 8u, 0x00ba0000); /* pending bits, in BAR 0 */
	}
}

/* QEMU reads and writes a region at its offset in the device's file; 1 TiB apart is enough. */
static uint64_t region_offset(uint32_t index)
{
	return (uint64_t)index << 40;
}

static uint64_t region_size(const struct device *d, uint32_t index)
{
	switch (index) {
	case VFIO_PCI_BAR0_REGION_INDEX:
		return UINT64_C(16) << 20;
	case VFIO_PCI_BAR1_REGION_INDEX:
		return d->bar1;
	case VFIO_PCI_BAR3_REGION_INDEX:
		return UINT64_C(32) << 20;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return CONFIG_SIZE;
	default:
		return 0;
	}
}

static int new_device_fd(int i)
{
	uint8_t config[CONFIG_SIZE] = {0};
	int fd = new_fd(FD_DEVICE, i);

	if (fd < 0)
		return -1;
	fill_config(config, &devices[i]);
	if (ftruncate(fd, (off_t)region_offset(VFIO_PCI_NUM_REGIONS)) < 0 ||
	    pwrite(fd, config, sizeof config, (off_t)region_offset(VFIO_PCI_CONFIG_REGION_INDEX)) !=
		    (ssize_t)sizeof config) {
		close(fd);
		return -1;
	}
	return fd;
}

/* ---- ioctls ------------------------------------------------------------- */

static int refuse(int error)
{
	errno = error;
	return -1;
}

static int container_ioctl(unsigned long request, void *argument)
{
	switch (request) {
	case VFIO_GET_API_VERSION:
		return VFIO_API_VERSION;
	case VFIO_CHECK_EXTENSION:
		return (uintptr_t)argument == VFIO_TYPE1_IOMMU ||
		       (uintptr_t)argument == VFIO_TYPE1v2_IOMMU;
	case VFIO_SET_IOMMU:
	case VFIO_IOMMU_MAP_DMA:
	case VFIO_IOMMU_UNMAP_DMA:
		return 0;
	case VFIO_IOMMU_GET_INFO: {
		struct vfio_iommu_type1_info *info = argument;
		info->argsz = offsetof(struct vfio_iommu_type1_info, iova_pgsizes) +
			      sizeof info->iova_pgsizes;
		info->flags = VFIO_IOMMU_INFO_PGSIZES;
		info->iova_pgsizes = 4096;
		return 0;
	}
	default:
		return refuse(ENOTTY);
	}
}

static int group_ioctl(unsigned long request, void *argument)
{
	switch (request) {
	case VFIO_GROUP_GET_STATUS: {
		struct vfio_group_status *status = argument;
		status->flags = VFIO_GROUP_FLAGS_VIABLE;
		return 0;
	}
	case VFIO_GROUP_SET_CONTAINER:
	case VFIO_GROUP_UNSET_CONTAINER:
		return 0;
	case VFIO_GROUP_GET_DEVICE_FD:
		for (int i = 0; i < device_count; i++)
			if (strcmp(devices[i].name, argument) == 0)
				return new_device_fd(i);
		return refuse(ENODEV);
	default:
		return refuse(ENOTTY);
	}
}

static int get_region_info(const struct device *d, struct vfio_region_info *info)
{
	if (info->index >= VFIO_PCI_NUM_REGIONS)
		return refuse(EINVAL);
	info->cap_offset = 0;
	info->offset = region_offset(info->index);
	info->size = region_size(d, info->index);
	info->flags = info->size ? VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE : 0;
	return 0;
}

static int get_irq_info(struct vfio_irq_info *info)
{
	if (info->index > VFIO_PCI_MSIX_IRQ_INDEX)
		return refuse(EINVAL);
	info->flags = VFIO_IRQ_INFO_EVENTFD;
	info->count = info->index == VFIO_PCI_MSIX_IRQ_INDEX ? 6 : 1;
	return 0;
}

static int device_ioctl(const struct device *d, unsigned long request, void *argument)
{
	switch (request) {
	case VFIO_DEVICE_GET_INFO: {
		struct vfio_device_info *info = argument;
		info->flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
		info->num_regions = VFIO_PCI_NUM_REGIONS;
		info->num_irqs = VFIO_PCI_NUM_IRQS;
		return 0;
	}
	case VFIO_DEVICE_GET_REGION_INFO:
		return get_region_info(d, argument);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return get_irq_info(argument);
	case VFIO_DEVICE_RESET:
	case VFIO_DEVICE_SET_IRQS:
		return 0;
	case VFIO_DEVICE_GET_PCI_HOT_RESET_INFO:
	case VFIO_DEVICE_PCI_HOT_RESET:
	case VFIO_DEVICE_QUERY_GFX_PLANE:
		return refuse(ENODEV);
	default:
		return refuse(ENOTTY);
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*next)(int, unsigned long, ...);
	struct fd_role role = {FD_FOREIGN, -1};
	va_list arguments;

	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);

	if (fd >= 0 && fd < MAX_FDS)
		role = roles[fd];
	switch (role.kind) {
	case FD_CONTAINER:
		return container_ioctl(request, argument);
	case FD_GROUP:
		return group_ioctl(request, argument);
	case FD_DEVICE:
		return device_ioctl(&devices[role.device], request, argument);
	case FD_FOREIGN:
		break;
	}
	NEXT(next, "ioctl");
	return next(fd, request, argument);
}
