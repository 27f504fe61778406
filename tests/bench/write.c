/* What writing the artifacts costs without making them:
 *
 *     write FROM TO
 *
 * reads the tree that a compile has left in FROM (folders of files, and files), then writes the
 * same bytes to the same names below TO, with the same durability: each file beside its place,
 * synced, then all renamed, each folder synced. Prints the seconds that this took, reading left
 * out. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct file {
	char folder[256], name[256];
	char *text;
	size_t n;
};

static struct file *files;
static size_t n_files;

static void fail(const char *what)
{
	fprintf(stderr, "write: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void read_file(int folder, const char *folder_name, const char *name)
{
	struct file *f;
	struct stat st;
	int fd = openat(folder, name, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) != 0)
		fail(name);
	if ((n_files & (n_files - 1)) == 0)
		files = realloc(files, (n_files ? 2 * n_files : 1) * sizeof *files);
	f = &files[n_files++];
	snprintf(f->folder, sizeof f->folder, "%s", folder_name);
	snprintf(f->name, sizeof f->name, "%s", name);
	f->n = (size_t)st.st_size;
	f->text = malloc(f->n + 1);
	if (!f->text || read(fd, f->text, f->n) != (ssize_t)f->n)
		fail(name);
	close(fd);
}

static void read_tree(int at, const char *folder_name)
{
	int fd = openat(at, *folder_name ? folder_name : ".", O_RDONLY | O_DIRECTORY);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream)
		fail(folder_name);
	while ((entry = readdir(stream))) {
		if (entry->d_name[0] == '.')
			continue;
		if (entry->d_type == DT_DIR)
			read_tree(fd, entry->d_name);
		else
			read_file(fd, folder_name, entry->d_name);
	}
	closedir(stream);
}

static int by_path(const void *a, const void *b)
{
	const struct file *x = a, *y = b;
	int d = strcmp(x->folder, y->folder);

	return d ? d : strcmp(x->name, y->name);
}

static int open_folder(int root, const char *name)
{
	int fd;

	if (*name && mkdirat(root, name, 0755) != 0 && errno != EEXIST)
		fail(name);
	fd = openat(root, *name ? name : ".", O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		fail(name);
	return fd;
}

static void stage(int folder, const struct file *f)
{
	char temp[300];
	int fd;

	snprintf(temp, sizeof temp, ".%s.new", f->name);
	fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0 || write(fd, f->text, f->n) != (ssize_t)f->n || fsync(fd) != 0 || close(fd) != 0)
		fail(f->name);
}

static void publish(int folder, const struct file *f)
{
	char temp[300];

	snprintf(temp, sizeof temp, ".%s.new", f->name);
	if (renameat(folder, temp, folder, f->name) != 0)
		fail(f->name);
}

/* Both passes go folder by folder; the second one syncs each. */
static void pass(int root, void (*one)(int folder, const struct file *f), int sync_folders)
{
	for (size_t i = 0, j; i < n_files; i = j) {
		int folder = open_folder(root, files[i].folder);

		for (j = i; j < n_files && strcmp(files[j].folder, files[i].folder) == 0; j++)
			one(folder, &files[j]);
		if (sync_folders && fsync(folder) != 0)
			fail(files[i].folder);
		close(folder);
	}
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	int from, to;

	if (argc != 3)
		return 2;
	from = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (from < 0)
		fail(argv[1]);
	read_tree(from, "");
	qsort(files, n_files, sizeof *files, by_path);
	if (mkdir(argv[2], 0755) != 0)
		fail(argv[2]);
	to = open(argv[2], O_RDONLY | O_DIRECTORY);
	clock_gettime(CLOCK_MONOTONIC, &start);
	pass(to, stage, 0);
	pass(to, publish, 1);
	if (fsync(to) != 0)
		fail(argv[2]);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.6f\n",
	       (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
	return 0;
}
