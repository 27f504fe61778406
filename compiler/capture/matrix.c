/* Reads one matrix of a capture: columns, rows, cells, and the first reason not to trust it. */
#include "compiler/capture/private.h"
#include "compiler/source/lines.h"

struct span capture_span(const struct capture_reader *r, struct str s)
{
	size_t offset = (size_t)(s.p - r->lines.text.p);

	return (struct span){r->source->base + (uint32_t)offset, (uint32_t)s.n};
}

/* Keeps the first error of a matrix. */
static void fail(const struct capture_reader *r, struct capture_matrix *m, struct str where,
		 struct str message)
{
	if (m->bad)
		return;
	m->bad = true;
	m->error = (struct capture_error){.at = capture_span(r, where), .message = message};
}

/* The user's word for a message, cut: it may be 64 KiB long. */
static struct str shown(const struct capture_reader *r, struct str word)
{
	enum { LONGEST = 40 };

	if (word.n <= LONGEST && !memchr(word.p, '\0', word.n))
		return word;
	word.n = word.n > LONGEST ? LONGEST : word.n;
	if (memchr(word.p, '\0', word.n))
		word.n = (size_t)((const char *)memchr(word.p, '\0', word.n) - word.p);
	return arena_printf(r->arena, "%.*s…", STR_ARG(word));
}

bool capture_is_header(struct str line)
{
	size_t at = 0;
	int first = capture_gpu(capture_word(line, &at));
	struct str second = capture_word(line, &at);
	uint32_t links;

	if (first < 0)
		return false;
	return capture_gpu(second) >= 0 ||
	       (first == 0 && capture_cell_kind(second, &links) == CELL_BAD);
}

/* Reads the columns behind the GPUs: NICs, then affinities. */
static void read_columns(struct capture_reader *r, struct capture_matrix *m, struct str line,
			 size_t at)
{
	struct str word, before = STR("");

	while ((word = capture_word(line, &at)).n) {
		if (capture_gpu(word) >= 0)
			fail(r, m, word,
			     arena_printf(r->arena, "the column '%.*s' is out of order",
					  STR_ARG(word)));
		if (str_is(word, "Affinity") && str_is(before, "CPU"))
			m->cpu = true;
		if (str_is(word, "Affinity") && str_is(before, "NUMA"))
			m->numa = m->cpu;
		if (str_is(word, "ID") && str_is(before, "NUMA"))
			m->id = m->numa;
		m->nics += !m->cpu && !str_is(word, "CPU");
		before = word;
	}
}

static void read_header(struct capture_reader *r, struct capture_matrix *m, struct str line)
{
	struct capture *c = &m->capture;
	size_t at = 0, before = 0;
	struct str word;

	c->header = capture_span(r, trim_blanks(line));
	while (capture_gpu(word = capture_word(line, &at)) == (int)c->n) {
		c->n++;
		before = at;
	}
	if (c->n == 0)
		fail(r, m, word,
		     arena_printf(r->arena, "the columns start with '%.*s', not with GPU0",
				  STR_ARG(word)));
	if (c->n > MAX_GPUS) {
		fail(r, m, word,
		     arena_printf(r->arena, "the matrix has more than %d GPUs", MAX_GPUS));
		c->n = MAX_GPUS;
	}
	read_columns(r, m, line, before);
	c->cells = arena_array(r->arena, (size_t)c->n * c->n + 1, sizeof *c->cells);
	c->nodes = arena_array(r->arena, c->n + 1, sizeof *c->nodes);
	c->nodes_at = arena_array(r->arena, c->n + 1, sizeof *c->nodes_at);
	for (uint32_t i = 0; i < c->n; i++)
		c->nodes[i] = -1;
}

static void fail_cell(struct capture_reader *r, struct capture_matrix *m, struct str word,
		      uint32_t row)
{
	fail(r, m, word,
	     arena_printf(r->arena, "row GPU%u: '%.*s' is not a value of %s", row,
			  STR_ARG(shown(r, word)),
			  !m->kind_known ? "`nvidia-smi topo`"
			  : m->p2p	 ? "`nvidia-smi topo -p2p`"
					 : "`nvidia-smi topo -m`"));
}

/* A single number is a node; `0-3`, `N/A` and an empty field are not. */
static void read_node(struct capture_reader *r, struct capture_matrix *m, struct str word,
		      uint32_t row)
{
	int node = 0;

	if (word.n == 0 || word.n > 4)
		return;
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return;
		node = 10 * node + (word.p[i] - '0');
	}
	if (node > CAPTURE_MAX_NODE)
		return;
	m->capture.nodes[row] = node;
	m->capture.nodes_at[row] = capture_span(r, word);
}

/* The field up to the next tab. */
static struct str next_field(struct str *rest)
{
	const char *tab = rest->n ? memchr(rest->p, '\t', rest->n) : NULL;
	size_t n = tab ? (size_t)(tab - rest->p) : rest->n;
	struct str field = {rest->p, n};

	rest->p += n + (tab != NULL);
	rest->n -= n + (tab != NULL);
	return trim_blanks(field);
}

/* True for a word cut off by a narrow terminal: `NOD` at the end of a line. */
static bool is_cut(struct str word)
{
	static const char *const words[] = {"PIX", "PXB", "PHB", "NODE", "SYS", "N/A"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (word.n < strlen(words[i]) && memcmp(words[i], word.p, word.n) == 0)
			return true;
	return false;
}

/* Reads the fields behind the cells. Tabs show an empty field, blanks do not: a number may then
 * belong to either column, and no node is better than a wrong one. */
static void read_affinities(struct capture_reader *r, struct capture_matrix *m, struct str line,
			    size_t at, uint32_t row, bool whole)
{
	struct str rest = {line.p + at, line.n - at}, second = STR(""), word;
	uint32_t n = 0;

	while ((word = capture_word(line, &at)).n) {
		if (m->p2p || !(capture_is_affinity(word) || (at == line.n && is_cut(word))))
			fail_cell(r, m, word, row);
		if (++n == 2)
			second = word;
	}
	if (!m->numa || !whole || m->bad)
		return;
	if (rest.n && memchr(rest.p, '\t', rest.n)) {
		next_field(&rest); /* blanks behind the last cell */
		next_field(&rest); /* the CPUs */
		word = next_field(&rest);
		/* A number at a cut line's end may lack digits: `1` of 12. */
		if (rest.n || !m->id)
			read_node(r, m, word, row);
	} else if (n == 2U + m->id) {
		read_node(r, m, second, row);
	}
}

static void read_cell(struct capture_reader *r, struct capture_matrix *m, struct str word,
		      uint32_t row, uint32_t column)
{
	struct topo_cell cell = {.at = capture_span(r, word)};
	bool p2p;

	cell.is = capture_cell_kind(word, &cell.links);
	if (cell.is == CELL_BAD) {
		fail_cell(r, m, word, row);
	} else if ((cell.is == CELL_SELF) != (row == column)) {
		fail(r, m, word,
		     arena_printf(r->arena, "row GPU%u, column GPU%u: unexpected '%.*s'", row,
				  column, STR_ARG(word)));
	} else if (cell.is != CELL_SELF) {
		p2p = cell.is > CELL_SYS;
		if (m->kind_known && m->p2p != p2p)
			fail_cell(r, m, word, row);
		if (!m->kind_known)
			m->p2p = p2p;
		m->kind_known = true;
		m->nv |= cell.is == CELL_NVLINK;
	}
	m->capture.cells[row * m->capture.n + column] = cell;
}

/* Skips the cells of NICs from `*at` on, as many as fitted on the terminal, and returns their
 * number. */
static uint32_t read_nics(struct capture_reader *r, struct capture_matrix *m, struct str line,
			  size_t *at, uint32_t row)
{
	uint32_t links, n = 0;
	size_t behind = *at;

	for (; !m->p2p; n++, *at = behind) {
		struct str word = capture_word(line, &behind);
		enum cell_kind is = capture_cell_kind(word, &links);

		if (is == CELL_BAD || is == CELL_SELF || is > CELL_SYS) {
			if (n < m->nics && capture_is_affinity(word))
				fail(r, m, word,
				     arena_printf(r->arena, "row GPU%u has %u of %u cells", row,
						  m->capture.n + n, m->capture.n + m->nics));
			break;
		}
		/* A header may be cut, but not if it has the CPU column. */
		if (n >= m->nics && (m->cpu || is == CELL_NVLINK))
			fail(r, m, word,
			     arena_printf(r->arena,
					  "row GPU%u has more cells than there are columns", row));
		else if (is == CELL_NVLINK)
			fail(r, m, word,
			     arena_printf(r->arena, "row GPU%u: unexpected '%.*s' in a NIC column",
					  row, STR_ARG(word)));
	}
	return n;
}

/* Reads the cells behind the label: one per GPU, then those of the NICs. */
static void read_row(struct capture_reader *r, struct capture_matrix *m, struct str line,
		     uint32_t row)
{
	size_t at = 0;
	struct str label = capture_word(line, &at), word;
	uint32_t nics;

	for (uint32_t i = 0; i < m->capture.n && !m->bad; i++) {
		word = capture_word(line, &at);
		if (word.n == 0)
			fail(r, m, label,
			     arena_printf(r->arena, "row GPU%u has %u of %u cells", row, i,
					  m->capture.n));
		else
			read_cell(r, m, word, row, i);
	}
	if (m->bad)
		return;
	nics = read_nics(r, m, line, &at, row);
	if (!m->bad)
		read_affinities(r, m, line, at, row, nics == m->nics);
}

/* The next line that is not empty, without taking it. */
static bool peek(const struct capture_reader *r, struct str *line, struct capture_lines *behind)
{
	*behind = r->lines;
	while (capture_line(behind, line)) {
		*line = trim_blanks(*line);
		if (line->n)
			return true;
	}
	return false;
}

static struct str text_of(const struct capture_reader *r, const struct topo_cell *cell)
{
	return (struct str){r->source->text.p + (cell->at.at - r->source->base), cell->at.len};
}

/* Both directions must agree in distance, links and being OK, though not in the reason why not. */
static void check_symmetry(const struct capture_reader *r, struct capture_matrix *m)
{
	struct capture *c = &m->capture;

	for (uint32_t i = 0; i < c->n && !m->bad; i++)
		for (uint32_t j = 0; j < i && !m->bad; j++) {
			const struct topo_cell *a = &c->cells[i * c->n + j];
			const struct topo_cell *b = &c->cells[j * c->n + i];

			if (a->is == b->is && a->links == b->links)
				continue;
			m->bad = true;
			m->error = (struct capture_error){
				.at = a->at,
				.other = b->at,
				.message = arena_printf(
					r->arena,
					"GPU%u to GPU%u is '%.*s', but GPU%u to GPU%u is '%.*s'", i,
					j, STR_ARG(text_of(r, a)), j, i, STR_ARG(text_of(r, b))),
				.other_message = STR("the other direction"),
			};
		}
}

void capture_stray_row(const struct capture_reader *r, struct capture_matrix *m, struct str line)
{
	size_t at = 0;
	struct str label = capture_word(line, &at);
	int gpu = capture_gpu(label);
	uint32_t links;

	if (gpu < 0 || capture_cell_kind(capture_word(line, &at), &links) == CELL_BAD)
		return;
	if (gpu >= (int)m->capture.n)
		fail(r, m, label,
		     arena_printf(r->arena, "row '%.*s' has no column", STR_ARG(label)));
	else
		fail(r, m, label, arena_printf(r->arena, "duplicate row '%.*s'", STR_ARG(label)));
}

void capture_matrix(struct capture_reader *r, struct str header)
{
	struct capture_lines behind;
	struct str line, label;
	struct capture_matrix m = {.option = r->option};
	uint32_t row = 0;

	read_header(r, &m, header);
	for (; row < m.capture.n && !m.bad; row++) {
		size_t at = 0;

		if (!peek(r, &line, &behind))
			break;
		label = capture_word(line, &at);
		/* A second GPU name starts the next matrix. */
		if (capture_gpu(label) < 0 || capture_gpu(capture_word(line, &at)) >= 0)
			break;
		if (capture_gpu(label) != (int)row)
			fail(r, &m, label,
			     arena_printf(r->arena, "expected row GPU%u, found '%.*s'", row,
					  STR_ARG(label)));
		r->lines = behind;
		read_row(r, &m, line, row);
	}
	/* This was text that started like a header. */
	if (row == 0 && m.capture.n <= 1 && !m.bad)
		return;
	if (row < m.capture.n)
		fail(r, &m, trim_blanks(header),
		     arena_printf(r->arena, "the matrix has %u of %u rows", row, m.capture.n));
	check_symmetry(r, &m);
	if (!m.kind_known)
		m.p2p = !m.cpu;
	*(struct capture_matrix *)arena_push(r->arena, (void **)&r->items, &r->n, &r->capacity,
					     sizeof m) = m;
	r->option = STR("");
}
