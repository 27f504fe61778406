#define PCRE2_CODE_UNIT_WIDTH 8
#include "schema/grammar.h"

#include <assert.h>
#include <pcre2.h>

/* Each is anchored at both ends; `$` alone would pass a line end behind it (PCRE2_DOLLAR_ENDONLY).
 *
 * "[^control]" as both PCRE2 (in UTF mode) and ECMA-262 write it: what XML, a QEMU argument and a
 * .vmx line can all hold. */
#define PRINTABLE "[^\\x00-\\x1f\\x7f-\\x9f]"

static const struct {
	const char *pattern, *what, *example;
} grammars[GRAMMARS] = {
	[GRAMMAR_ANY] = {"^" PRINTABLE "+$", "one line of text", "some text"},
	[GRAMMAR_PATH] = {"^/" PRINTABLE "*$", "an absolute path", "/var/lib/images/vm.qcow2"},
	[GRAMMAR_NAME] = {"^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$",
			  "a name: 1 to 63 of a-z 0-9 . _ -, first and last a letter or digit",
			  "train-1"},
	[GRAMMAR_HOST] = {"^(?!manifest\\.json$)[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$",
			  "a name: 1 to 63 of a-z 0-9 . _ -, first and last a letter or digit",
			  "gpu-1"},
	[GRAMMAR_GPU_ID] = {"^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$",
			    "a GPU id: 1 to 63 of a-z 0-9 _ -, first and last a letter or digit, no dot "
			    "(libvirt drops an alias that holds one)",
			    "g0"},
	[GRAMMAR_BOARD] = {"^[A-Za-z0-9][A-Za-z0-9:/. _-]*$",
			   "a board id of the catalog or a PCI id such as 10de:20b2", "a100-sxm4-80gb"},
	[GRAMMAR_VGPU] = {"^[A-Za-z0-9][A-Za-z0-9 _-]*$", "a vGPU type such as A100DX-80C", "A100DX-80C"},
	[GRAMMAR_CPULIST] = {"^[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*$",
			     "a cpulist such as 0-31,64-95", "0-31,64-95"},
	[GRAMMAR_PARAM] = {"^[a-z0-9_-]+$", "a plugin parameter: a-z 0-9 _ -", "frame_rate_limiter"},
	[GRAMMAR_SIZE] = {"^0*[1-9][0-9]* ?(KiB|MiB|GiB|TiB)$", "a size such as 64GiB", "64GiB"},
	[GRAMMAR_PCI] = {"^([0-9A-Fa-f]{1,8}:)?[0-9A-Fa-f]{2}:[01][0-9A-Fa-f]\\.[0-7]$",
			 "a PCI address such as 0000:05:00.0", "0000:05:00.0"},
	[GRAMMAR_UUID] = {"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
			  "a UUID such as 6d1a7d5e-0001-5000-8000-00000000000a",
			  "6d1a7d5e-0001-5000-8000-00000000000a"},
	[GRAMMAR_MAC] = {"^[0-9A-Fa-f][02468ACEace](:[0-9A-Fa-f]{2}){5}$",
			 "a MAC address such as 52:54:00:6b:3c:58", "52:54:00:6b:3c:58"},
	[GRAMMAR_VERSION] = {"^[0-9]{1,5}(\\.[0-9]{1,5}){0,3}([^0-9.]" PRINTABLE "*)?$",
			     "a version such as 9.2.0", "9.2.0"},
	[GRAMMAR_ESXI] = {"^[0-9]{1,2}\\.[0-9]{1,2}(\\.[0-9]{1,2})?( ?[uU][0-9]{1,2}[a-z]?)?$",
			  "an ESXi version such as 8.0u2", "8.0u2"},
	[GRAMMAR_INTEGER] = {"^[0-9]+$", "a whole number", "8"},
	[GRAMMAR_NUMBER] = {"^-?[0-9]+(\\.[0-9]+)*$", "a number", "1"},
	[GRAMMAR_INTERFACE] = {"^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,62}$",
			       "the name of a bridge or network: 1 to 63 of A-Z a-z 0-9 _ . : -", "br0"},
};

/* Compiled once, on first use: a spec that holds no MAC address does not pay for its grammar. */
static pcre2_code *compiled(enum grammar grammar)
{
	static pcre2_code *codes[GRAMMARS];

	if (!codes[grammar]) {
		int error;
		PCRE2_SIZE at;

		codes[grammar] = pcre2_compile((PCRE2_SPTR)grammars[grammar].pattern,
					       PCRE2_ZERO_TERMINATED,
					       PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY,
					       &error, &at, NULL);
		assert(codes[grammar]);
	}
	return codes[grammar];
}

bool grammar_match(enum grammar grammar, struct str s)
{
	static pcre2_match_data *match;

	if (!match)
		match = pcre2_match_data_create(1, NULL);
	assert(match);
	return pcre2_match(compiled(grammar), (PCRE2_SPTR)s.p, s.n, 0, PCRE2_NO_UTF_CHECK, match,
			   NULL) >= 0;
}

const char *grammar_pattern(enum grammar grammar)
{
	return grammars[grammar].pattern;
}

const char *grammar_what(enum grammar grammar)
{
	return grammars[grammar].what;
}

const char *grammar_example(enum grammar grammar)
{
	return grammars[grammar].example;
}
