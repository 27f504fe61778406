/* The values of keys, each with the place where the user wrote it.
 *
 * Every struct starts with that place, so a field is absent if and only if its `at` is empty. A
 * zeroed model is an empty one, and the decoder, the profile merge and the rules can test any field
 * in the same way. */
#ifndef GPUPLAN_SCHEMA_VALUE_H
#define GPUPLAN_SCHEMA_VALUE_H

#include "compiler/base/arena.h"

struct flag {
	struct span at;
	bool on;
};

/* An integer, or a size in bytes. A size of 0 stands for a word such as `auto`. */
struct number {
	struct span at;
	uint64_t n;
};

/* One of a fixed list of words, counted from 1 in the order of its enum. 0 if it is absent and has
 * no default (schema/keys.h). */
struct word {
	struct span at;
	uint8_t is;
};

struct text {
	struct span at;
	struct str s;
};

struct pci_address {
	uint32_t domain;
	uint8_t bus, device, function;
};

struct address {
	struct span at;
	struct pci_address pci;
};

struct uuid {
	struct span at;
	uint8_t bytes[16];
};

struct mac {
	struct span at;
	uint8_t bytes[6];
};

/* A dotted version, compared by its numbers: `8.0u2` and `8.0.2` are both {8, 0, 2}. */
struct version {
	struct span at;
	uint16_t part[4];
	struct str text; /* as written */
};

/* NOLINTBEGIN(bugprone-macro-parentheses): a type takes none */
/* A list of `n` structs of the key's item type. `word`: a word instead of the list (`all`), counted
 * from 1, or 0. */
#define LIST_OF(item)                                                                              \
	struct {                                                                                   \
		struct span at;                                                                    \
		uint32_t n;                                                                        \
		uint8_t word;                                                                      \
		item *items;                                                                       \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

/* A list of any type, for code that uses the key tables. */
struct list {
	struct span at;
	uint32_t n;
	uint8_t word;
	void *items;
};

/* An entry of a map with free names, such as a plugin parameter and its value. */
struct param {
	struct text name;
	struct text value;
};

/* The place of values that are present but not from any source. */
#define SPAN_MADE ((struct span){UINT32_MAX, 0})

static inline struct flag made_flag(bool on)
{
	return (struct flag){SPAN_MADE, on};
}

static inline struct number made_number(uint64_t n)
{
	return (struct number){SPAN_MADE, n};
}

static inline struct word made_word(unsigned is)
{
	return (struct word){SPAN_MADE, (uint8_t)is};
}

static inline struct text made_text(struct str s)
{
	return (struct text){SPAN_MADE, s};
}

static inline struct address made_address(struct pci_address pci)
{
	return (struct address){SPAN_MADE, pci};
}

/* Writes `0000:05:00.0`, in lower case and with the domain. Returns the length, at most 18. */
size_t pci_format(struct pci_address a, char out[24]);
bool pci_eq(struct pci_address a, struct pci_address b);
/* Compares domain, bus, device and function: <0, 0 or >0. */
int pci_cmp(struct pci_address a, struct pci_address b);
void mac_format(const uint8_t bytes[6], char out[18]);
int version_cmp(struct version a, struct version b);
/* Returns a size in the largest unit that gives a whole number: "512 GiB", "1 TiB". */
struct str size_text(struct arena *arena, uint64_t bytes);
/* The same as written in a spec: `512GiB`. */
struct str size_spec(struct arena *arena, uint64_t bytes);

/* The parsers return false if the text is not such a value. If there are several possible mistakes,
 * *why is then a clause that names the one: "has no function". */
bool parse_number(struct str s, uint64_t *out);
bool parse_size(struct str s, uint64_t *out, const char **why);
bool parse_pci(struct str s, struct pci_address *out, const char **why);
bool parse_uuid(struct str s, uint8_t out[16]);
bool parse_mac(struct str s, uint8_t out[6]);
/* Parses the leading dotted number of `8.2.2-1ubuntu1` or, after the epoch, `1:8.2.2`. Both
 * functions keep the text. */
bool parse_version(struct str s, struct version *out);
/* Parses a version of ESXi: `7.0u3c`, `8.0`, `8.0 U2`, `8.0.2`. */
bool parse_esxi(struct str s, struct version *out);

/* Takes the next range of a valid Linux cpulist (`0-31,64-95`). False at its end. */
bool cpulist_next(struct str *rest, uint32_t *first, uint32_t *last);
/* The number of CPUs in a cpulist; 0 if it is invalid (a number above CPU_MAX, or a reversed
 * range). */
uint32_t cpulist_count(struct str s);
bool cpulist_has(struct str s, uint32_t cpu);

enum { CPU_MAX = 65535 };

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

#endif
