/* The operating system's files. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "compiler/base/files_private.h"

/* Tests whether the kernel has openat2: without it, paths cannot be kept inside a folder. */
static int check_reach(const struct files *folder)
{
	int fd;

	if (folder->reach != REACH_IN_ROOT)
		return 0;
	fd = system_open(folder, ".", O_PATH);
	if (fd < 0)
		return FILES_NOT_HELD;
	close(fd);
	return 0;
}

static void close_all(void *context)
{
	struct files *folder = context;

	system_forget(folder);
	close(folder->fd);
	folder->fd = -1;
}

static int open_folder(const struct files *files, struct arena *arena, const char *path,
		       enum files_reach reach, struct files *folder)
{
	struct files opened = *files;
	int error;

	opened.name = files_join(arena, files->name, str_of(path));
	opened.last = reach == REACH_NAMES ? system_last_folder(arena) : NULL;
	/* Folders that are written to may be locked, and flock fails on an O_PATH descriptor. */
	opened.fd = system_open(files, path,
				(reach == REACH_NAMES ? O_RDONLY : O_PATH) | O_DIRECTORY);
	if (opened.fd < 0)
		return errno;
	opened.reach = reach;
	error = check_reach(&opened);
	if (error) {
		close(opened.fd);
		return error;
	}
	*folder = opened;
	cleanup_push(&folder->cleanup, close_all, folder);
	return 0;
}

static void close_folder(struct files *folder)
{
	cleanup_pop(&folder->cleanup);
	close_all(folder);
}

static int lock(const struct files *folder, bool alone)
{
	while (flock(folder->fd, alone ? LOCK_EX : LOCK_SH) != 0)
		if (errno != EINTR)
			return errno;
	return 0;
}

const struct files system_files = {
	.read = system_read,
	.look = system_look,
	.list = system_list,
	.read_link = system_read_link,
	.real_path = system_real_path,
	.open = open_folder,
	.close = close_folder,
	.lock = lock,
	.stage = system_stage,
	.rename = system_rename,
	.remove = system_remove,
	.make_folder = system_make_folder,
	.sync = system_sync,
	.may_write = system_may_write,
	.overwrite = system_overwrite,
	.fd = AT_FDCWD,
};
