#include "backends/wrapper/options.h"

#include <stddef.h>
#include <string.h>

/* Options with an argument: those of QEMU 7.2, as tried with its x86 binary, then options of later
 * releases, and options removed in earlier ones. */
static const char *const with_argument[] = {
	/* clang-format off */
	"D", "L", "M", "accel", "acpitable", "action", "add-fd", "append", "audio", "audiodev",
	"bios", "blockdev", "boot", "cdrom", "chardev", "chroot", "compat", "cpu", "d",
	"debugcon", "device", "dfilter", "display", "drive", "dtb", "dump-vmstate", "echr", "fda",
	"fdb", "fsdev", "fw_cfg", "g", "gdb", "global", "hda", "hdb", "hdc", "hdd", "icount",
	"incoming", "initrd", "iscsi", "k", "kernel", "loadvm", "m", "machine", "mem-path", "mon",
	"monitor", "msg", "mtdblock", "name", "net", "netdev", "nic", "numa", "object",
	"option-rom", "overcommit", "parallel", "pflash", "pidfile", "plugin", "prom-env", "qmp",
	"qmp-pretty", "qtest", "qtest-log", "readconfig", "rotate", "rtc", "runas", "sandbox",
	"sd", "seed", "semihosting-config", "serial", "set", "smbios", "smp", "spice", "tpmdev",
	"trace", "usbdevice", "uuid", "vga", "virtfs", "vnc", "watchdog-action", "xen-domid",
	/* later */
	"run-with", "shim",
	/* earlier */
	"balloon", "soundhw", "tb-size", "watchdog", "writeconfig",
	/* clang-format on */
};

/* Returns the name of an option, which follows one or two dashes, or NULL for any other word. */
static const char *option_name(const char *word)
{
	if (word[0] != '-')
		return NULL;
	return word + (word[1] == '-' ? 2 : 1);
}

bool option_takes_argument(const char *word)
{
	const char *name = option_name(word);

	for (size_t i = 0; name && i < sizeof with_argument / sizeof *with_argument; i++)
		if (strcmp(name, with_argument[i]) == 0)
			return true;
	return false;
}

bool option_is_device(const char *word)
{
	const char *name = option_name(word);

	return name && strcmp(name, "device") == 0;
}
