#include "backends/shell.h"

void shell_quote(struct buffer *out, struct str text)
{
	buffer_puts(out, "'");
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			buffer_puts(out, "'\\''");
		else
			buffer_add(out, (struct str){&text.p[i], 1});
	}
	buffer_puts(out, "'");
}
