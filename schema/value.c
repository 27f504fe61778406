#include "schema/value.h"

#include <inttypes.h>
#include <stdio.h>

#include "schema/grammar.h"

static int digit(char c, unsigned base)
{
	int v = c >= '0' && c <= '9'   ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : -1;

	return v >= 0 && (unsigned)v < base ? v : -1;
}

/* Takes a number off the front of *s. False if there is none or it exceeds `max`. */
static bool take_digits(struct str *s, unsigned base, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < s->n && digit(s->p[i], base) >= 0; i++) {
		unsigned d = (unsigned)digit(s->p[i], base);

		if (n > (max - d) / base)
			return false;
		n = n * base + d;
	}
	if (i == 0)
		return false;
	*out = n;
	s->p += i;
	s->n -= i;
	return true;
}

static bool take(struct str *s, char c)
{
	if (s->n == 0 || *s->p != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

bool parse_number(struct str s, uint64_t *out)
{
	return take_digits(&s, 10, UINT64_MAX, out) && s.n == 0;
}

static const struct {
	const char *name;
	unsigned shift;
} units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};

bool parse_size(struct str s, uint64_t *out, const char **why)
{
	uint64_t n;

	*why = "is not a size";
	if (!take_digits(&s, 10, UINT64_MAX, &n)) {
		if (s.n && digit(*s.p, 10) >= 0)
			*why = "is too large";
		return false;
	}
	take(&s, ' ');
	if (s.n == 0)
		*why = "has no unit";
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (!str_is(s, units[i].name))
			continue;
		*why = "is too large";
		*out = n << units[i].shift;
		/* Above 16 EiB the number would overflow. No address space is larger than 1 EiB. */
		return n <= (UINT64_C(1) << 60) >> units[i].shift;
	}
	return false;
}

struct str size_text(struct arena *arena, uint64_t bytes)
{
	size_t i = sizeof units / sizeof *units - 1;

	while (i && (bytes == 0 || bytes & ((UINT64_C(1) << units[i].shift) - 1)))
		i--;
	return arena_printf(arena, "%" PRIu64 " %s", bytes >> units[i].shift, units[i].name);
}

struct str size_spec(struct arena *arena, uint64_t bytes)
{
	struct str s = size_text(arena, bytes);
	const char *blank = memchr(s.p, ' ', s.n);

	return arena_printf(arena, "%.*s%s", (int)(blank - s.p), s.p, blank + 1);
}

bool parse_pci(struct str s, struct pci_address *out, const char **why)
{
	uint64_t part[3], function;
	size_t digits[3], n = 0;

	*why = "is not a PCI address";
	do {
		size_t before = s.n;

		if (n == 3 || !take_digits(&s, 16, UINT32_MAX, &part[n]))
			return false;
		digits[n++] = before - s.n;
	} while (take(&s, ':'));
	/* The domain has up to eight digits; bus and device have two. */
	if (n < 2 || (n == 3 && digits[0] > 8) || digits[n - 2] != 2 || digits[n - 1] != 2)
		return false;
	if (s.n == 0) {
		*why = "has no function";
		return false;
	}
	if (!take(&s, '.') || s.n != 1 || !take_digits(&s, 10, 9, &function))
		return false;
	*out = (struct pci_address){.domain = n == 3 ? (uint32_t)part[0] : 0,
				    .bus = (uint8_t)part[n - 2],
				    .device = (uint8_t)part[n - 1],
				    .function = (uint8_t)function};
	*why = "is out of range (device 00 to 1f, function 0 to 7)";
	return part[n - 1] <= 0x1f && function <= 7;
}

bool parse_uuid(struct str s, uint8_t out[16])
{
	size_t n = 0;

	if (!grammar_match(GRAMMAR_UUID, s))
		return false;
	for (size_t i = 0; i < s.n; i += 2) {
		if (s.p[i] == '-')
			i++;
		out[n++] = (uint8_t)(digit(s.p[i], 16) << 4 | digit(s.p[i + 1], 16));
	}
	return true;
}

/* Accepts multicast addresses too, unlike GRAMMAR_MAC. */
bool parse_mac(struct str s, uint8_t out[6])
{
	if (s.n != sizeof "52:54:00:00:00:00" - 1)
		return false;
	for (size_t i = 0; i < 6; i++) {
		int high = digit(s.p[3 * i], 16), low = digit(s.p[3 * i + 1], 16);

		if (high < 0 || low < 0 || (i < 5 && s.p[3 * i + 2] != ':'))
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool take_part(struct str *s, struct version *out, size_t i)
{
	uint64_t n;

	if (!take_digits(s, 10, UINT16_MAX, &n))
		return false;
	out->part[i] = (uint16_t)n;
	return true;
}

bool parse_version(struct str s, struct version *out)
{
	struct str rest = s;
	uint64_t epoch;

	if (!grammar_match(GRAMMAR_VERSION, s))
		return false;
	out->text = s;
	/* an epoch, as in dpkg's `1:8.2.2` */
	if (take_digits(&rest, 10, UINT16_MAX, &epoch) && take(&rest, ':'))
		s = rest;
	for (size_t i = 0; i < 4; i++) {
		if (!take_part(&s, out, i))
			return false;
		if (!take(&s, '.'))
			break;
	}
	return true;
}

bool parse_esxi(struct str s, struct version *out)
{
	size_t i = 0;

	if (!grammar_match(GRAMMAR_ESXI, s))
		return false;
	out->text = s;
	do
		take_part(&s, out, i++);
	while (i < 3 && take(&s, '.'));
	take(&s, ' ');
	if (s.n == 0)
		return true;
	/* `8.0.2 U1` would give the update twice. */
	if (i == 3)
		return false;
	s.p++, s.n--;
	take_part(&s, out, 2);
	if (s.n)
		out->part[3] = (uint16_t)(*s.p - 'a' + 1);
	return true;
}

int version_cmp(struct version a, struct version b)
{
	for (size_t i = 0; i < 4; i++)
		if (a.part[i] != b.part[i])
			return a.part[i] < b.part[i] ? -1 : 1;
	return 0;
}

size_t pci_format(struct pci_address a, char out[24])
{
	return (size_t)snprintf(out, 24, "%04x:%02x:%02x.%x", a.domain, a.bus, a.device,
				a.function);
}

int pci_cmp(struct pci_address a, struct pci_address b)
{
	if (a.domain != b.domain)
		return a.domain < b.domain ? -1 : 1;
	if (a.bus != b.bus)
		return a.bus < b.bus ? -1 : 1;
	if (a.device != b.device)
		return a.device < b.device ? -1 : 1;
	return (a.function > b.function) - (a.function < b.function);
}

bool pci_eq(struct pci_address a, struct pci_address b)
{
	return pci_cmp(a, b) == 0;
}

void mac_format(const uint8_t b[6], char out[18])
{
	snprintf(out, 18, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
}

bool cpulist_next(struct str *rest, uint32_t *first, uint32_t *last)
{
	uint64_t a, b;

	if (!take_digits(rest, 10, CPU_MAX, &a))
		return false;
	b = a;
	if (take(rest, '-') && !take_digits(rest, 10, CPU_MAX, &b))
		return false;
	take(rest, ',');
	*first = (uint32_t)a;
	*last = (uint32_t)b;
	return a <= b;
}

uint32_t cpulist_count(struct str s)
{
	uint32_t first, last, n = 0;

	if (!grammar_match(GRAMMAR_CPULIST, s))
		return 0;
	while (s.n) {
		if (!cpulist_next(&s, &first, &last))
			return 0;
		n += last - first + 1;
	}
	return n;
}

bool cpulist_has(struct str s, uint32_t cpu)
{
	uint32_t first, last;

	while (cpulist_next(&s, &first, &last))
		if (cpu >= first && cpu <= last)
			return true;
	return false;
}
