/* A file that the user names for output: wholly old or wholly new. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/cli/cli.h"

/* Of a file that is made: what the umask leaves. */
static mode_t new_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* Where the file stands, or will: behind the links of its name. NULL: it is no regular file, not
 * ours to write, or cannot be told. */
static char *regular_path(struct arena *arena, const char *name, mode_t *mode)
{
	char *real = realpath(name, NULL), *path = NULL;
	struct stat st;

	if (!real && errno == ENOENT && lstat(name, &st) != 0 && errno == ENOENT) {
		*mode = new_mode();
		return (char *)arena_printf(arena, "%s", name).p;
	}
	if (real && access(real, W_OK) == 0 && stat(real, &st) == 0 && S_ISREG(st.st_mode)) {
		*mode = st.st_mode & 0777;
		path = (char *)arena_printf(arena, "%s", real).p;
	}
	free(real);
	return path;
}

/* FOLDER/.gpuplan-XXXXXX */
static char *temp_beside(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0;

	return (char *)arena_printf(arena, "%.*s.gpuplan-XXXXXX", folder, path).p;
}

static bool open_beside(struct out_file *file, struct arena *arena)
{
	mode_t mode;
	int fd;

	file->path = regular_path(arena, file->name, &mode);
	if (!file->path)
		return false;
	file->temp = temp_beside(arena, file->path);
	fd = mkostemp(file->temp, O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fchmod(fd, mode) == 0 && (file->out = fdopen(fd, "w")))
		return true;
	close(fd);
	unlink(file->temp);
	return false;
}

bool out_file_open(struct out_file *file, struct arena *arena, const char *name, FILE *standard)
{
	*file = (struct out_file){.name = name, .out = name ? NULL : standard};
	if (!name || open_beside(file, arena))
		return true;
	/* A device, a pipe, a file in a folder that is not ours to change. */
	file->temp = NULL;
	file->out = fopen(name, "we");
	if (!file->out)
		trouble("%s: %s", name, strerror(errno));
	return file->out;
}

bool out_file_close(struct out_file *file)
{
	bool written = flush_output(file->out, file->name ? file->name : "standard output");
	int error = 0;

	if (!file->name)
		return written;
	if (file->temp && written && fsync(fileno(file->out)) != 0)
		error = errno;
	if (fclose(file->out) != 0 && !error)
		error = errno;
	if (file->temp && written && !error && rename(file->temp, file->path) != 0)
		error = errno;
	if (file->temp && (error || !written))
		unlink(file->temp);
	if (error && written)
		trouble("%s: %s", file->name, strerror(error));
	return written && !error;
}
