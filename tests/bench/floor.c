/* The floor: what reading YAML costs before anything is done with it. Pulls libyaml's events from
 * every file of the command line, one after the other, and says how many there were. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

static void fail(const char *path)
{
	fprintf(stderr, "floor: %s\n", path);
	exit(2);
}

/* The whole file at once, as gpuplan reads it. */
static unsigned char *read_file(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char *text;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		fail(path);
	*n = (size_t)st.st_size;
	text = malloc(*n + 1);
	if (!text || read(fd, text, *n) != (ssize_t)*n)
		fail(path);
	close(fd);
	return text;
}

static size_t count_events(const char *path)
{
	yaml_parser_t parser;
	yaml_event_t event;
	size_t n, events = 0;
	unsigned char *text = read_file(path, &n);

	if (!yaml_parser_initialize(&parser))
		fail(path);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, text, n);
	for (int last = 0; !last; events++) {
		if (!yaml_parser_parse(&parser, &event))
			fail(path);
		last = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	free(text);
	return events;
}

int main(int argc, char **argv)
{
	size_t events = 0;

	for (int i = 1; i < argc; i++)
		events += count_events(argv[i]);
	printf("%zu events\n", events);
	return 0;
}
