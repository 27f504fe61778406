/* The rows of platforms, against the key tables and the backends that name them. */
#include "backends/backend.h"
#include "check.h"
#include "schema/keys.h"

static const char *const *words_of(const char *key)
{
	return section_key(&host_section, str_of(key))->words;
}

/* Each pair of words has a row of its own; the words are the rows'. */
static void test_hosts(void)
{
	const char *const *hypervisors = words_of("hypervisor");
	const char *const *managers = words_of("managed_by");

	for (uint8_t h = 0; hypervisors[h]; h++)
		for (uint8_t m = 0; managers[m]; m++) {
			struct host_spec host = {.hypervisor.is = h + 1, .managed_by.is = m + 1};
			const struct platform *row = platform_of(&host);

			CHECK_STR(str_of(row->word), hypervisors[h]);
			CHECK(!row->managed_by || row->managed_by == host.managed_by.is);
		}
	CHECK_STR(str_of(platform_of(&(struct host_spec){0})->word), "");
}

static bool same(const struct platform *a, const struct platform *b, size_t member, size_t size)
{
	return !member || memcmp(platform_member(a, member), platform_member(b, member), size) == 0;
}

/* What a key's text says of a hypervisor holds for each of its platforms, and for no other. */
static void check_key(const struct key *key)
{
	const struct platform *first = platform_rows;

	for (const struct platform *row = platform_rows; row->hypervisor; row++) {
		if (row->hypervisor != first->hypervisor)
			first = row;
		if (key->needs)
			CHECK(platform_has(row, key->needs) ==
			      (strcmp(row->word, platform_with(key->needs)->word) == 0));
		CHECK(same(row, first, key->most, sizeof(uint32_t)));
		CHECK(same(row, first, key->unit, sizeof(uint64_t)));
	}
}

static void check_keys(const struct section *section)
{
	for (size_t i = 0; i < section->n; i++) {
		check_key(&section->keys[i]);
		if (section->keys[i].section)
			check_keys(section->keys[i].section);
	}
}

static void test_targets(void)
{
	for (const struct platform *p = platform_rows; p->hypervisor; p++)
		for (size_t i = 0; p->targets[i]; i++)
			CHECK(backend_find(p->targets[i]));
	for (size_t i = 0; backends[i]; i++) {
		const struct platform *p = platform_rows;

		while (p->hypervisor && !platform_takes(p, backends[i]->target))
			p++;
		CHECK(p->hypervisor);
	}
	CHECK(!platform_takes(platform_of(&(struct host_spec){0}), backends[0]->target));
}

int main(void)
{
	test_hosts();
	check_keys(&document_section);
	test_targets();
	return check_done();
}
