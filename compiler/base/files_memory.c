/* Files in memory. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "compiler/base/file_name.h"
#include "compiler/base/files_private.h"

struct node {
	const char *path; /* absolute and clean (compiler/base/file_name.h); the root is "" */
	enum file_kind kind;
	struct str text;
	uint64_t number;
};

struct memory {
	struct arena *arena;
	struct node *nodes; /* sorted by path; the root is first */
	uint32_t n, capacity;
	uint64_t last; /* number given */
};

/* The index of the first node whose path does not sort before `path`. */
static uint32_t find_from(const struct memory *m, const char *path)
{
	uint32_t low = 0, high = m->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (strcmp(m->nodes[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct node *find(const struct memory *m, const char *path)
{
	uint32_t i = find_from(m, path);

	return i < m->n && strcmp(m->nodes[i].path, path) == 0 ? &m->nodes[i] : NULL;
}

static void insert(struct memory *m, struct node node)
{
	uint32_t at = find_from(m, node.path);

	arena_push(m->arena, (void **)&m->nodes, &m->n, &m->capacity, sizeof *m->nodes);
	memmove(m->nodes + at + 1, m->nodes + at, (m->n - 1 - at) * sizeof *m->nodes);
	m->nodes[at] = node;
}

static void take_out(struct memory *m, const struct node *node)
{
	uint32_t at = (uint32_t)(node - m->nodes);

	m->n--;
	memmove(m->nodes + at, m->nodes + at + 1, (m->n - at) * sizeof *m->nodes);
}

static struct node *add(struct memory *m, const char *path, enum file_kind kind, struct str text)
{
	insert(m, (struct node){arena_printf(m->arena, "%s", path).p, kind,
				arena_copy(m->arena, text), ++m->last});
	return find(m, path);
}

/* --- paths --- */

/* Turns a path into the key of a node, and sets *node if it exists. There are no links, so cleaning
 * the path is enough. `..` and `/` lead out of the folder only with REACH_ALL. */
static int resolve(const struct files *files, const char *path, char key[PATH_MAX],
		   struct node **node)
{
	bool anywhere = files->reach == REACH_ALL;
	const char *name = (anywhere && *path == '/') || !files->name ? "" : files->name;
	struct str folder = {name + (*name == '/'), strlen(name) - (*name == '/')};
	size_t start = anywhere || !folder.n ? 0 : folder.n + 1;
	int n = snprintf(key, PATH_MAX, "/%.*s/%s", STR_ARG(folder), path);

	if (n >= PATH_MAX)
		return ENAMETOOLONG;
	file_name_clean(key + start, (struct str){key + start, (size_t)n - start});
	*node = find(files->memory, key);
	return *node ? 0 : ENOENT;
}

static int find_folder(const struct files *files, const char *path, char key[PATH_MAX])
{
	struct node *node;
	int error = resolve(files, path, key, &node);

	return !error && node->kind != FILE_FOLDER ? ENOTDIR : error;
}

/* Checks that the folder of a new entry exists. */
static int check_parent(const struct memory *m, const char *key)
{
	char parent[PATH_MAX];
	const struct node *node;

	snprintf(parent, sizeof parent, "%.*s", (int)(strrchr(key, '/') - key), key);
	node = find(m, parent);
	return !node ? ENOENT : node->kind != FILE_FOLDER ? ENOTDIR : 0;
}

/* The path of node `i` relative to the folder `key`, or NULL if it is not below it. */
static const char *path_below(const struct memory *m, const char *key, uint32_t i)
{
	size_t n = strlen(key);
	const char *path = m->nodes[i].path;

	return strncmp(path, key, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

/* --- reading --- */

static int read_file(const struct files *files, struct arena *arena, const char *path, unsigned how,
		     size_t limit, struct str *text)
{
	char key[PATH_MAX];
	struct node *node;
	int error = resolve(files, path, key, &node);

	(void)arena;
	if (!error && node->kind != FILE_REGULAR)
		error = how & READ_REGULAR ? FILES_NOT_REGULAR : EISDIR;
	if (!error)
		*text = (struct str){node->text.p,
				     node->text.n <= limit ? node->text.n : limit + 1};
	return error;
}

static int look(const struct files *files, const char *path, bool follow, struct file_facts *facts)
{
	char key[PATH_MAX];
	struct node *node;
	int error = resolve(files, path, key, &node);

	(void)follow;
	if (!error)
		*facts = (struct file_facts){node->kind, .number = node->number, .mode = 0644,
					     .names = 1};
	return error;
}

static int list(const struct files *files, struct arena *arena, const char *path, uint32_t most,
		struct file_list *list)
{
	const struct memory *m = files->memory;
	struct file_list found = {0};
	char key[PATH_MAX];
	int error = find_folder(files, path, key);

	for (uint32_t i = 0; !error && i < m->n; i++) {
		const char *name = path_below(m, key, i);

		if (name && !strchr(name, '/'))
			error = file_list_add(arena, &found, most, str_of(name), m->nodes[i].kind);
	}
	if (!error)
		*list = found;
	return error;
}

static int read_link(const struct files *files, struct arena *arena, const char *path,
		     struct str *target)
{
	char key[PATH_MAX];
	struct node *node;
	int error = resolve(files, path, key, &node);

	(void)arena, (void)target;
	return error ? error : EINVAL;
}

static int real_path(const struct files *files, struct arena *arena, const char *path,
		     const char **real)
{
	char key[PATH_MAX];
	struct node *node;
	int error = resolve(files, path, key, &node);

	if (!error)
		*real = *key ? arena_printf(arena, "%s", key).p : "/";
	return error;
}

static int open_folder(const struct files *files, struct arena *arena, const char *path,
		       enum files_reach reach, struct files *folder)
{
	char key[PATH_MAX];
	bool absolute = *path == '/' || (files->name && *files->name == '/');
	int error = find_folder(files, path, key);

	if (error)
		return error;
	*folder = *files;
	/* A folder opened by a relative path keeps a relative name. */
	if (*key)
		folder->name = arena_printf(arena, "%s", key + !absolute).p;
	else
		folder->name = absolute ? "/" : NULL;
	folder->reach = reach;
	return 0;
}

static void close_folder(struct files *folder)
{
	(void)folder;
}

static int lock(const struct files *folder, bool alone)
{
	(void)folder, (void)alone;
	return 0;
}

/* --- writing --- */

static int put(const struct files *files, const char *path, struct str text)
{
	char key[PATH_MAX];
	struct node *node;
	int error = resolve(files, path, key, &node);

	if (!error && node->kind != FILE_REGULAR)
		return EISDIR;
	if (error == ENOENT) {
		error = check_parent(files->memory, key);
		if (!error)
			add(files->memory, key, FILE_REGULAR, text);
	} else if (!error) {
		node->text = arena_copy(files->memory->arena, text);
	}
	return error;
}

/* Nobody else writes here, so the staged name needs no random part. */
static int stage(const struct files *files, struct arena *arena, const char *path, struct str text,
		 unsigned mode, const char **staged)
{
	const char *beside = files_staged_name(arena, path);
	struct file_facts facts;
	int error = mode ? 0 : look(files, path, false, &facts);

	if (!error)
		error = put(files, beside, text);
	if (!error)
		*staged = beside;
	return error;
}

static int move(const struct files *files, const char *from, const char *to)
{
	char key[PATH_MAX];
	struct node *node;
	int error = resolve(files, from, key, &node);

	if (!error)
		error = node->kind == FILE_REGULAR ? put(files, to, node->text) : EISDIR;
	if (!error)
		take_out(files->memory, find(files->memory, key));
	return error;
}

static int take_away(const struct files *files, const char *path, enum file_kind kind)
{
	struct memory *m = files->memory;
	char key[PATH_MAX];
	struct node *node;
	int error = resolve(files, path, key, &node);

	if (error)
		return error;
	if (node->kind != kind)
		return kind == FILE_FOLDER ? ENOTDIR : EISDIR;
	for (uint32_t i = 0; i < m->n; i++)
		if (path_below(m, key, i))
			return ENOTEMPTY;
	take_out(m, node);
	return 0;
}

static int make_folder(const struct files *files, const char *path)
{
	char key[PATH_MAX];
	struct node *node;
	int error = resolve(files, path, key, &node);

	if (error != ENOENT)
		return error ? error : EEXIST;
	error = check_parent(files->memory, key);
	if (!error)
		add(files->memory, key, FILE_FOLDER, STR(""));
	return error;
}

static int no_trouble(const struct files *files, const char *path)
{
	char key[PATH_MAX];
	struct node *node;

	return resolve(files, path, key, &node);
}

struct files memory_files(struct arena *arena)
{
	struct memory *m = arena_alloc(arena, sizeof *m);

	m->arena = arena;
	add(m, "", FILE_FOLDER, STR(""));
	return (struct files){
		.read = read_file,
		.look = look,
		.list = list,
		.read_link = read_link,
		.real_path = real_path,
		.open = open_folder,
		.close = close_folder,
		.lock = lock,
		.stage = stage,
		.rename = move,
		.remove = take_away,
		.make_folder = make_folder,
		.sync = no_trouble,
		.may_write = no_trouble,
		.overwrite = put,
		.memory = m,
	};
}

void memory_add(const struct files *files, const char *path, struct str text)
{
	for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
		char folder[PATH_MAX];

		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
		make_folder(files, folder);
	}
	put(files, path, text);
}
