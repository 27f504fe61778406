#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "backends/wrapper/check_private.h"
#include "backends/wrapper/say.h"

static enum verdict gravest;

static void print(const char *label, const char *format, va_list arguments)
{
	char text[2 * PATH_MAX], shown[4 * sizeof text];

	vsnprintf(text, sizeof text, format, arguments);
	printable(text, shown, sizeof shown);
	printf("%s: %s\n", label, shown);
}

void report(enum verdict verdict, const char *format, ...)
{
	static const char *const labels[] = {"ok", "note", "warning", "error"};
	va_list arguments;

	if (verdict > gravest)
		gravest = verdict;
	va_start(arguments, format);
	print(labels[verdict], format, arguments);
	va_end(arguments);
}

void report_help(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print("help", format, arguments);
	va_end(arguments);
}

bool read_start(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	return n >= 0;
}

enum verdict reported(void)
{
	return gravest;
}
