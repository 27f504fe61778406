/* A list of QEMU arguments, and the JSON objects among them.
 *
 * One argument is one line of the artifact, which is how `xargs -d '\n'` reads it back: no argument
 * may hold a newline, and none does, since no value of a spec can. */
#ifndef GPUPLAN_BACKENDS_QEMU_ARGS_H
#define GPUPLAN_BACKENDS_QEMU_ARGS_H

#include "compiler/base/json.h"

struct qemu_args {
	struct arena *arena;
	struct str *items;
	uint32_t n, capacity;
	struct str refused; /* an argument with a newline; empty: none */
};

/* `-option` alone, or with its value. */
void qemu_flag(struct qemu_args *args, const char *option);
void qemu_arg(struct qemu_args *args, const char *option, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The object in one argument, its keys in the order in which they were put. */
void qemu_json(struct qemu_args *args, const char *option, const struct json *object);

/* An object that starts with this key: `driver` of a device, `qom-type` of an object. */
struct json *qemu_object(struct qemu_args *args, const char *key, const char *value);
void qemu_addf(struct json *object, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* `"key":true`; nothing where it is false, which is QEMU's default. */
void qemu_add_true(struct json *object, const char *key, bool value);
/* The numbers of a cpulist as an array. */
void qemu_add_cpulist(struct json *object, const char *key, struct str cpulist);

/* A value in a `key=value,…` argument: every comma doubled. */
struct str qemu_escape(struct arena *arena, struct str value);

/* One argument a line; false with *error set where an argument holds a newline. */
bool qemu_args_lines(const struct qemu_args *args, struct buffer *out, struct str *error);
/* One command on one line, quoted for a POSIX shell where it must be; false likewise. */
bool qemu_args_shell(const struct qemu_args *args, struct buffer *out, struct str *error);

#endif
