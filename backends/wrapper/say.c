#include "backends/wrapper/say.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The longest that a full standard error may delay a VM. A pipe takes a whole line or nothing. */
enum { PATIENCE_MS = 100 };

void printable(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		char shown[8];
		size_t length = (size_t)snprintf(shown, sizeof shown,
						 c >= 0x20 && c < 0x7f ? "%c" : "\\x%02x", c);

		if (n + length >= size)
			break;
		memcpy(out + n, shown, length);
		n += length;
	}
	out[n] = '\0';
}

void say(const char *format, ...)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};
	char text[1024], line[2048] = "gpuplan-qemu: ";
	size_t n = strlen(line);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	printable(text, line + n, sizeof line - n - 1);
	n = strlen(line);
	line[n++] = '\n';
	if (poll(&err, 1, PATIENCE_MS) <= 0 || sigaction(SIGPIPE, &ignore, &before) != 0)
		return;
	if (write(STDERR_FILENO, line, n) < 0)
		(void)0; /* nowhere to report it */
	sigaction(SIGPIPE, &before, NULL);
}
