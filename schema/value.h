/* The values that a key may hold, each with the place where the user wrote it.
 *
 * Every struct starts with that place, so that a field is absent exactly when its `at` is
 * nowhere: a zeroed model is an empty one, and the decoder, the profile merge and the rules can
 * all ask the same question of any field. */
#ifndef GPUPLAN_SCHEMA_VALUE_H
#define GPUPLAN_SCHEMA_VALUE_H

#include "compiler/base/arena.h"

struct flag {
	struct span at;
	bool on;
};

/* An integer, or a size in bytes. A size is never 0: that is the word in its place (`auto`). */
struct number {
	struct span at;
	uint64_t n;
};

/* One of a fixed list of words, counted from 1 in the order of its enum; 0: absent, and its key has
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

/* A dotted version, compared number by number: `8.0u2` and `8.0.2` are {8, 0, 2}. */
struct version {
	struct span at;
	uint16_t part[4];
	struct str text; /* as it is written */
};

/* NOLINTBEGIN(bugprone-macro-parentheses): a type takes none */
/* A list: `items` holds `n` structs of the key's item type. `word`: one in place of the list
 * (`all`), counted from 1; 0: a list. */
#define LIST_OF(item)                                                                              \
	struct {                                                                                   \
		struct span at;                                                                    \
		uint32_t n;                                                                        \
		uint8_t word;                                                                      \
		item *items;                                                                       \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

/* Any list, for code that works from the key tables. */
struct list {
	struct span at;
	uint32_t n;
	uint8_t word;
	void *items;
};

/* One entry of a map with free names: a plugin parameter and its value. */
struct param {
	struct text name;
	struct text value;
};

/* Values that no source holds: they are given, and their place is none. */
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

/* `0000:05:00.0`: lower case, with the domain; returns the length (at most 18). */
size_t pci_format(struct pci_address a, char out[24]);
bool pci_eq(struct pci_address a, struct pci_address b);
/* <0, 0, >0 by number of domain, bus, device, function. */
int pci_cmp(struct pci_address a, struct pci_address b);
void mac_format(const uint8_t bytes[6], char out[18]);
int version_cmp(struct version a, struct version b);
/* "512 GiB", "1 TiB": the largest unit that is whole. */
struct str size_text(struct arena *arena, uint64_t bytes);
/* The same as a spec has it: `512GiB`. */
struct str size_spec(struct arena *arena, uint64_t bytes);

/* The readers: false when the text is not such a value. Where two things may be wrong with a
 * text, `*why` (never NULL on false) says which, as a clause: "has no function". */
bool parse_number(struct str s, uint64_t *out);
bool parse_size(struct str s, uint64_t *out, const char **why);
bool parse_pci(struct str s, struct pci_address *out, const char **why);
bool parse_uuid(struct str s, uint8_t out[16]);
bool parse_mac(struct str s, uint8_t out[6]);
/* The leading dotted number of `8.2.2-1ubuntu1`, after the epoch of `1:8.2.2`. Both keep the text.
 */
bool parse_version(struct str s, struct version *out);
/* ESXi: `7.0u3c`, `8.0`, `8.0 U2`, `8.0.2`. */
bool parse_esxi(struct str s, struct version *out);

/* Walks a Linux cpulist (`0-31,64-95`, checked before) range by range: false at its end. */
bool cpulist_next(struct str *rest, uint32_t *first, uint32_t *last);
/* CPUs that it names; 0 when it is not a cpulist (a number above CPU_MAX, a range backwards). */
uint32_t cpulist_count(struct str s);
bool cpulist_has(struct str s, uint32_t cpu);

enum { CPU_MAX = 65535 };

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

#endif
