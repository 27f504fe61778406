/* gpuplan-qemu --check: the wrapper's location, and what manages it: dpkg, libvirt, AppArmor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/wrapper/check_private.h"
#include "backends/wrapper/map.h"
#include "backends/wrapper/qemu.h"

/* bytes of a file that are searched */
enum { START = 65536 };

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Returns the absolute path that the wrapper was called by, without resolving links. */
static void own_path(char out[PATH_MAX])
{
	const char *called = qemu_called_as();
	char folder[PATH_MAX];
	int n = 0;

	while (strncmp(called, "./", 2) == 0)
		called += 2;
	if (*called != '/' && getcwd(folder, sizeof folder))
		n = snprintf(out, PATH_MAX, "%s/%s", folder, called);
	if (n <= 0 || n >= PATH_MAX)
		snprintf(out, PATH_MAX, "%s", called);
}

/* Before 8.1, QEMU refuses cliques for GPUs with MSI-X at C8, which are all from Turing on. */
static void check_version(const char *qemu, const char *words)
{
	const char *version = strstr(words, "version ");
	int major = 0, minor = 0;

	if (!version || sscanf(version, "version %d.%d", &major, &minor) != 2) {
		report(VERDICT_WARNING, "'%s' does not print a version as QEMU does", qemu);
		return;
	}
	report(VERDICT_OK, "QEMU is '%s', version %d.%d", qemu, major, minor);
	if (major < 8 || (major == 8 && minor < 1))
		report(VERDICT_NOTE,
		       "QEMU before 8.1 does not start with a clique on a GPU of the Turing generation or later");
}

static bool check_qemu(const char *self, char qemu[PATH_MAX])
{
	char words[1024];
	int status;

	if (!qemu_find(qemu)) {
		report(VERDICT_ERROR, "no QEMU at '%s', or only this wrapper itself", qemu);
		report_help(
			"check the wrapper that is installed in place of QEMU, such as /usr/bin/qemu-system-x86_64 --check; or give this one a QEMU: ln -s /usr/bin/qemu-system-x86_64 %s",
			qemu);
		return false;
	}
	status = run_program((char *[]){qemu, "-version", NULL}, words, sizeof words);
	if (status != 0) {
		report(VERDICT_ERROR, "'%s -version' does not run", qemu);
		report_help("put the QEMU that '%s' is to run there, executable for all", self);
		return false;
	}
	check_version(qemu, words);
	return true;
}

/* Without a diversion, the next upgrade of the package would overwrite the wrapper. */
static void check_dpkg(const char *qemu)
{
	char place[PATH_MAX], truename[PATH_MAX + 1], owner[START];
	size_t stem = strlen(qemu) - strlen(QEMU_SUFFIX);

	if (getenv(QEMU_VARIABLE))
		return;
	/* The name that the wrapper was called by may be a link to this one. */
	snprintf(place, sizeof place, "%.*s", (int)stem, qemu);
	if (run_program((char *[]){"dpkg-divert", "--truename", place, NULL}, truename,
			sizeof truename) != 0)
		return;
	truename[strcspn(truename, "\n")] = '\0';
	if (strcmp(truename, qemu) == 0) {
		report(VERDICT_OK, "dpkg keeps QEMU at '%s', and leaves '%s' to the wrapper", qemu,
		       place);
	} else if (run_program((char *[]){"dpkg-query", "--search", place, NULL}, owner,
			       sizeof owner) == 0) {
		owner[strcspn(owner, ":\n")] = '\0';
		report(VERDICT_WARNING, "the next upgrade of the package '%s' replaces the wrapper",
		       owner);
		report_help("dpkg-divert --local --no-rename --divert %s --add %s", qemu, place);
	}
}

/* libvirt probes QEMU again only when the emulator's file changes, and that is the wrapper's. */
static void check_libvirt(const char *self, const char *qemu)
{
	struct stat ours, theirs;

	if (!exists("/var/cache/libvirt/qemu/capabilities") || stat(self, &ours) != 0 ||
	    stat(qemu, &theirs) != 0)
		return;
	if (theirs.st_ctime > ours.st_ctime) {
		report(VERDICT_WARNING,
		       "QEMU is newer than the wrapper: libvirt may have cached the capabilities of the previous QEMU");
		report_help("touch %s", self);
	}
}

static void check_apparmor_line(const char *rules, const char *path, const char *access)
{
	if (!strstr(rules, path)) {
		report(VERDICT_WARNING, "AppArmor does not let libvirt's VMs use '%s'", path);
		report_help(
			"add the line '%s %s,' to /etc/apparmor.d/local/abstractions/libvirt-qemu",
			path, access);
	}
}

static void check_apparmor(const char *qemu)
{
	char enabled[8];
	static char rules[START];

	if (!read_start("/sys/module/apparmor/parameters/enabled", enabled, sizeof enabled) ||
	    *enabled != 'Y' || !exists("/etc/apparmor.d/abstractions/libvirt-qemu"))
		return;
	if (!read_start("/etc/apparmor.d/local/abstractions/libvirt-qemu", rules, sizeof rules))
		*rules = '\0';
	check_apparmor_line(rules, qemu, "rmix");
	check_apparmor_line(rules, map_path(), "r");
}

void check_place(void)
{
	char self[PATH_MAX], qemu[PATH_MAX];

	own_path(self);
	report(VERDICT_OK, "this is gpuplan-qemu %s, called as '%s'", GPUPLAN_VERSION, self);
	if (!check_qemu(self, qemu))
		return;
	check_dpkg(qemu);
	check_libvirt(self, qemu);
	check_apparmor(qemu);
}
