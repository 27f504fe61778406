/* Runs a harness over files, for compilers without libFuzzer. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

static void replay(const char *path)
{
	FILE *in = fopen(path, "re");
	uint8_t *data = NULL;
	size_t n = 0;

	if (!in || fseek(in, 0, SEEK_END) != 0) {
		perror(path);
		exit(1);
	}
	n = (size_t)ftell(in);
	rewind(in);
	/* Exactly as long, so that a sanitizer sees a read behind it. */
	data = malloc(n ? n : 1);
	if (!data || fread(data, 1, n, in) != n) {
		perror(path);
		exit(1);
	}
	fclose(in);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%d inputs\n", argc - 1);
	return argc < 2;
}
