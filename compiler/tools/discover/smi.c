/* Reads from nvidia-smi what sysfs lacks: NVLink, P2P, ECC and MIG. */
#include "compiler/base/program.h"
#include "compiler/tools/discover/private.h"

enum { PATIENCE = 30000 /* milliseconds: without persistence mode it starts the GPUs first */ };

/* The output of `nvidia-smi topo …` as a source, with the command above it as a terminal has it. */
static bool capture(struct machine *machine, struct sources *sources, char *const argv[])
{
	const char *command = arena_printf(machine->arena, "nvidia-smi topo %s%s%s", argv[2],
					   argv[3] ? " " : "", argv[3] ? argv[3] : "")
				      .p;
	const char *why = "";
	struct str text;

	if (!program_output(machine->arena, argv, PATIENCE, CAPTURE_MAX_BYTES, &text, &why)) {
		machine_note(machine, "`%s`: %s", command, why);
		return false;
	}
	source_add(sources, str_of(command),
		   arena_printf(machine->arena, "%s\n%.*s", command, STR_ARG(text)));
	return true;
}

static void ask_links(struct machine *machine, struct sources *sources)
{
	static char *const commands[][5] = {
		{(char *)"nvidia-smi", (char *)"topo", (char *)"-m", NULL},
		{(char *)"nvidia-smi", (char *)"topo", (char *)"-p2p", (char *)"r", NULL},
		{(char *)"nvidia-smi", (char *)"topo", (char *)"-p2p", (char *)"w", NULL},
	};
	struct capture_error error;
	struct capture_set set;
	uint32_t first = sources->n;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!capture(machine, sources, commands[i]))
			return;
	if (!capture_set_read(machine->arena, sources, first, &set, &error))
		machine_note(machine, "`%.*s`: %.*s", STR_ARG(source_of(sources, error.at)->name),
			     STR_ARG(error.message));
	else if (capture_set_gpus(&set) != machine->n_gpus)
		machine_note(machine,
			     "nvidia-smi shows %u of the %u GPUs (it sees none that vfio-pci has): "
			     "which are linked is not taken from it",
			     capture_set_gpus(&set), machine->n_gpus);
	else
		machine->links = set;
}

/* --- modes --- */

/* The next field of `00000000:07:00.0, Enabled, [N/A]`. */
static struct str next_field(struct str *rest, char end)
{
	const char *p = rest->n ? memchr(rest->p, end, rest->n) : NULL;
	struct str field = {rest->p, p ? (size_t)(p - rest->p) : rest->n};

	rest->p += field.n + (p != NULL);
	rest->n -= field.n + (p != NULL);
	while (field.n && field.p[0] == ' ')
		field.p++, field.n--;
	while (field.n && memchr(" \r", field.p[field.n - 1], 2))
		field.n--;
	return field;
}

static struct flag mode_of(struct str word)
{
	if (str_is(word, "Enabled") || str_is(word, "Disabled"))
		return made_flag(str_is(word, "Enabled"));
	return (struct flag){0};
}

static void ask_modes(struct machine *machine)
{
	char *const query[] = {(char *)"nvidia-smi",
			       (char *)"--query-gpu=pci.bus_id,ecc.mode.current,mig.mode.current",
			       (char *)"--format=csv,noheader", NULL};
	struct str text, line;
	const char *why;

	if (!program_output(machine->arena, query, PATIENCE, CAPTURE_MAX_BYTES, &text, &why))
		return;
	while (text.n) {
		struct pci_address pci;
		const char *bad;

		line = next_field(&text, '\n');
		if (!parse_pci(next_field(&line, ','), &pci, &bad))
			continue;
		for (uint32_t i = 0; i < machine->n_gpus; i++)
			if (pci_eq(machine->gpus[i].spec.address.pci, pci)) {
				machine->gpus[i].spec.ecc = mode_of(next_field(&line, ','));
				machine->gpus[i].spec.mig = mode_of(next_field(&line, ','));
			}
	}
}

void machine_ask_smi(struct machine *machine, struct sources *sources)
{
	const struct capture *topo;

	ask_links(machine, sources);
	ask_modes(machine);
	topo = machine->links.topo;
	for (uint32_t i = 0; topo && i < machine->n_gpus; i++)
		if (!span_given(machine->gpus[i].spec.numa.at) && topo->nodes[i] >= 0)
			machine->gpus[i].spec.numa = made_number((uint64_t)topo->nodes[i]);
}
