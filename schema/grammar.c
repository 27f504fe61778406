#define PCRE2_CODE_UNIT_WIDTH 8
#include "schema/grammar.h"

#include <assert.h>
#include <pcre2.h>
#include <pthread.h>
#include <stdatomic.h>

#include "compiler/base/memory.h"

/* Patterns are anchored at both ends. PCRE2_DOLLAR_ENDONLY keeps `$` from allowing a final newline.
 *
 * PRINTABLE excludes control characters, so that XML, QEMU arguments and .vmx lines can hold the
 * text. PCRE2 (in UTF mode) and ECMA-262 both understand it. */
#define PRINTABLE "[^\\x00-\\x1f\\x7f-\\x9f]"

#define NAME_RULE "1 to 63 of a-z 0-9 . _ -, first and last a letter or digit"

static const struct {
	const char *noun, *pattern, *what, *example;
	unsigned reads_as;
	const char *rule;
} grammars[GRAMMARS] = {
	[GRAMMAR_ANY] = {"text", "^" PRINTABLE "+$", "one line of text", "some text",
			 READS_AS_NUMBER | READS_AS_BOOLEAN},
	[GRAMMAR_PATH] = {"path", "^/" PRINTABLE "*$", "an absolute path",
			  "/var/lib/images/vm.qcow2", 0},
	[GRAMMAR_NAME] = {"name", "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$", "a name", "train-1",
			  READS_AS_NUMBER | READS_AS_BOOLEAN, NAME_RULE},
	[GRAMMAR_HOST] = {"host name", "^(?!manifest\\.json$)[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$",
			  "a name", "gpu-1", READS_AS_NUMBER | READS_AS_BOOLEAN, NAME_RULE},
	[GRAMMAR_GPU_ID] = {"GPU id", "^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$", "a GPU id", "g0",
			    READS_AS_NUMBER | READS_AS_BOOLEAN,
			    "1 to 63 of a-z 0-9 _ -, first and last a letter or digit, and no dot: "
			    "libvirt drops an alias that holds one"},
	[GRAMMAR_BOARD] = {"board", "^[A-Za-z0-9][A-Za-z0-9:/. _-]*$",
			   "a board id of the catalog or a PCI id such as 10de:20b2",
			   "a100-sxm4-80gb", READS_AS_NUMBER | READS_AS_BOOLEAN},
	[GRAMMAR_VGPU] = {"vGPU type", "^[A-Za-z0-9][A-Za-z0-9 _-]*$",
			  "a vGPU type such as A100DX-80C", "A100DX-80C",
			  READS_AS_NUMBER | READS_AS_BOOLEAN},
	[GRAMMAR_CPULIST] = {"cpulist", "^[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*$",
			     "a cpulist such as 0-31,64-95", "0-31,64-95", READS_AS_NUMBER},
	[GRAMMAR_PARAM] = {"parameter", "^[a-z0-9_-]+$", "the name of a plugin parameter",
			   "frame_rate_limiter", READS_AS_NUMBER | READS_AS_BOOLEAN, "a-z 0-9 _ -"},
	[GRAMMAR_SIZE] = {"size", "^0*[1-9][0-9]* ?(KiB|MiB|GiB|TiB)$", "a size such as 64GiB",
			  "64GiB", 0},
	[GRAMMAR_PCI] = {"PCI address",
			 "^([0-9A-Fa-f]{1,8}:)?[0-9A-Fa-f]{2}:[01][0-9A-Fa-f]\\.[0-7]$",
			 "a PCI address such as 0000:05:00.0", "0000:05:00.0", 0},
	[GRAMMAR_UUID] =
		{"UUID",
		 "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
		 "a UUID such as 6d1a7d5e-0001-5000-8000-00000000000a",
		 "6d1a7d5e-0001-5000-8000-00000000000a", 0},
	[GRAMMAR_MAC] = {"MAC address", "^[0-9A-Fa-f][02468ACEace](:[0-9A-Fa-f]{2}){5}$",
			 "a MAC address such as 52:54:00:6b:3c:58", "52:54:00:6b:3c:58", 0},
	[GRAMMAR_VERSION] = {"version",
			     "^([0-9]{1,5}:)?[0-9]{1,5}(\\.[0-9]{1,5}){0,3}([^0-9.]" PRINTABLE
			     "*)?$",
			     "a version such as 9.2.0", "9.2.0", READS_AS_NUMBER},
	[GRAMMAR_ESXI] = {"ESXi version",
			  "^[0-9]{1,2}\\.[0-9]{1,2}(\\.[0-9]{1,2})?( ?[uU][0-9]{1,2}[a-z]?)?$",
			  "an ESXi version such as 8.0u2", "8.0u2", READS_AS_NUMBER},
	[GRAMMAR_INTEGER] = {"whole number", "^[0-9]+$", "a whole number", "8", READS_AS_NUMBER},
	[GRAMMAR_NUMBER] = {"number", "^-?[0-9]+(\\.[0-9]+)*$", "a number", "1", READS_AS_NUMBER},
	[GRAMMAR_INTERFACE] = {"interface", "^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,62}$",
			       "the name of a bridge or network", "br0",
			       READS_AS_NUMBER | READS_AS_BOOLEAN,
			       "1 to 63 of A-Z a-z 0-9 _ . : -"},
};

/* Compiles a pattern. Only those with PRINTABLE accept more than ASCII and need UTF mode. */
static pcre2_code *compile(enum grammar grammar, bool many)
{
	const char *pattern = grammars[grammar].pattern;
	uint32_t utf = strstr(pattern, PRINTABLE) ? PCRE2_UTF | PCRE2_NO_UTF_CHECK : 0;
	int error;
	PCRE2_SIZE at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
					 utf | PCRE2_DOLLAR_ENDONLY, &error, &at, NULL);

	if (!code && error == PCRE2_ERROR_HEAP_FAILED)
		arena_oom();
	assert(code);
	/* If the system forbids this or memory is short, matching is just slower. */
	if (many)
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

static atomic_bool expects_many;

void grammar_expect_many(void)
{
	atomic_store_explicit(&expects_many, true, memory_order_relaxed);
}

/* Compiles a grammar on first use, so that unused ones cost nothing. If two threads compile at
 * once, the slower one discards its result. A code in use by another thread is never changed: fast
 * matching uses a second code. */
static pcre2_code *compiled(enum grammar grammar)
{
	static pcre2_code *_Atomic codes[2][GRAMMARS];
	bool many = atomic_load_explicit(&expects_many, memory_order_relaxed);
	pcre2_code *_Atomic *slot = &codes[many][grammar];
	pcre2_code *code = atomic_load_explicit(slot, memory_order_acquire), *first;

	if (code)
		return code;
	code = compile(grammar, many);
	first = NULL;
	if (atomic_compare_exchange_strong(slot, &first, code))
		return code;
	pcre2_code_free(code);
	return first;
}

static pthread_key_t match_key;
static pthread_once_t match_key_made = PTHREAD_ONCE_INIT;
static bool has_match_key;

static void free_match(void *match)
{
	pcre2_match_data_free(match);
}

static void make_match_key(void)
{
	has_match_key = pthread_key_create(&match_key, free_match) == 0;
}

/* Returns PCRE2's match data of this thread, which is freed when the thread ends. */
static pcre2_match_data *match_data(void)
{
	pcre2_match_data *match;

	pthread_once(&match_key_made, make_match_key);
	if (!has_match_key)
		arena_oom();
	match = pthread_getspecific(match_key);
	if (match)
		return match;
	match = pcre2_match_data_create(1, NULL);
	if (!match || pthread_setspecific(match_key, match) != 0) {
		pcre2_match_data_free(match);
		arena_oom();
	}
	return match;
}

static int match(enum grammar grammar, struct str s, uint32_t options)
{
	return pcre2_match(compiled(grammar), (PCRE2_SPTR)s.p, s.n, 0, options, match_data(), NULL);
}

bool grammar_match(enum grammar grammar, struct str s)
{
	int status = match(grammar, s, 0);

	/* The JIT matcher has a small stack. The interpreter uses the heap. */
	if (status == PCRE2_ERROR_JIT_STACKLIMIT)
		status = match(grammar, s, PCRE2_NO_JIT);
	if (status >= 0)
		return true;
	/* Text that is not UTF-8, as in a cell of a catalog, matches no grammar. */
	if (status == PCRE2_ERROR_NOMATCH ||
	    (status <= PCRE2_ERROR_UTF8_ERR1 && status >= PCRE2_ERROR_UTF8_ERR21))
		return false;
	/* Out of memory, or a limit of PCRE2: the answer is unknown. */
	arena_oom();
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

const char *grammar_noun(enum grammar grammar)
{
	return grammars[grammar].noun;
}

unsigned grammar_reads_as(enum grammar grammar)
{
	return grammars[grammar].reads_as;
}

const char *grammar_rule(enum grammar grammar)
{
	return grammars[grammar].rule;
}
