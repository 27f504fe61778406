/* Finds the matrix that a key wants in the text of its capture, or the reason why there is none. */
#include "compiler/capture/private.h"
#include "compiler/source/lines.h"

enum { MATRICES = 16 }; /* per file */

/* Reads a line outside a matrix: the command line or the legend. */
static void read_text(struct capture_reader *r, struct str line)
{
	size_t at = 0;
	struct str word, before = STR("");
	bool topo = false;

	for (uint32_t i = 0; (word = capture_word(line, &at)).n; i++) {
		if (i == 0 && str_is(word, "NV#") && r->n)
			r->items[r->n - 1].legend = true;
		if (topo && (str_is(word, "-m") || str_is(word, "-mp") || str_is(before, "-p2p") ||
			     str_is(before, "--p2pstatus")))
			r->option = word;
		else if (topo && str_is(word, "--matrix"))
			r->option = STR("-m");
		topo |= str_is(word, "topo");
		before = word;
	}
}

bool capture_told(const struct capture_matrix *m)
{
	return m->option.n && m->option.p[0] != '-';
}

bool capture_is_wanted(const struct capture_matrix *m, enum capture_kind kind)
{
	char letter = kind == CAPTURE_READ ? 'r' : 'w';

	if (m->p2p != (kind != CAPTURE_TOPO))
		return false;
	return !m->p2p || !capture_told(m) || memchr(m->option.p, letter, m->option.n);
}

bool capture_shows_links(const struct capture_matrix *m)
{
	return !str_is(m->option, "-mp") && (m->nv || m->legend);
}

/* True if the cells may come from one machine: -mp shows the PCIe path of a pair that is NV# in -m.
 */
static bool same_cell(const struct capture_matrix *a, const struct capture_matrix *b, uint32_t i)
{
	const struct topo_cell *x = &a->capture.cells[i], *y = &b->capture.cells[i];

	if (x->is == y->is)
		return x->links == y->links;
	return (x->is == CELL_NVLINK && !capture_shows_links(b)) ||
	       (y->is == CELL_NVLINK && !capture_shows_links(a));
}

static bool same_node(const struct capture *a, const struct capture *b, uint32_t gpu)
{
	return a->nodes[gpu] < 0 || b->nodes[gpu] < 0 || a->nodes[gpu] == b->nodes[gpu];
}

bool capture_same(const struct capture_matrix *a, const struct capture_matrix *b)
{
	uint32_t n = a->capture.n;

	for (uint32_t i = 0; n == b->capture.n && i < n * n; i++)
		if (!same_cell(a, b, i) || !same_node(&a->capture, &b->capture, i % n))
			return false;
	return n == b->capture.n;
}

static const char *const outputs[] = {
	[CAPTURE_TOPO] = "`nvidia-smi topo -m`",
	[CAPTURE_READ] = "`nvidia-smi topo -p2p r`",
	[CAPTURE_WRITE] = "`nvidia-smi topo -p2p w`",
};

static void set_error(struct capture_reader *r, struct capture_error *error, enum capture_kind kind)
{
	const struct capture_matrix *m = r->items;

	*error = (struct capture_error){.at = {r->source->base, 0}};
	if (r->source->text.n == 0) {
		error->message = STR("the file is empty");
	} else if (r->n == 0) {
		error->message = arena_printf(r->arena, "no matrix of %s found", outputs[kind]);
	} else {
		error->at = m->capture.header;
		error->message =
			arena_printf(r->arena, "this is `nvidia-smi topo %s%s%.*s`, not %s",
				     m->p2p ? "-p2p" : "-m", m->p2p && m->option.n ? " " : "",
				     m->p2p ? (int)m->option.n : 0, m->option.p, outputs[kind]);
	}
}

static struct capture *choose(struct capture_reader *r, enum capture_kind kind,
			      struct capture_error *error)
{
	struct capture_matrix *chosen = NULL;

	for (uint32_t i = 0; i < r->n; i++) {
		struct capture_matrix *m = &r->items[i];

		if (m->bad && (capture_is_wanted(m, kind) || !m->kind_known)) {
			*error = m->error;
			return NULL;
		}
		if (m->bad || !capture_is_wanted(m, kind))
			continue;
		if (chosen && !capture_same(chosen, m)) {
			*error = (struct capture_error){
				.at = m->capture.header,
				.other = chosen->capture.header,
				.message = STR("a second matrix differs from the first"),
				.other_message = STR("the first matrix"),
			};
			return NULL;
		}
		if (!chosen || (capture_shows_links(m) && !capture_shows_links(chosen)))
			chosen = m;
	}
	if (!chosen) {
		set_error(r, error, kind);
		return NULL;
	}
	chosen->capture.links_known = capture_shows_links(chosen);
	return &chosen->capture;
}

bool capture_matrices(struct capture_reader *r, struct capture_error *error)
{
	struct str text = r->source->text, line;

	if (text.n >= 2 &&
	    (memcmp(text.p, "\xff\xfe", 2) == 0 || memcmp(text.p, "\xfe\xff", 2) == 0)) {
		*error = (struct capture_error){.at = {r->source->base, 0},
						.message = STR("the file is UTF-16, not UTF-8")};
		return false;
	}
	r->lines.text = capture_clean(r->arena, text);
	while (capture_line(&r->lines, &line)) {
		if (!capture_is_header(line)) {
			read_text(r, line);
			if (r->n)
				capture_stray_row(r, &r->items[r->n - 1], line);
		} else if (r->n < MATRICES) {
			capture_matrix(r, line);
		} else {
			*error = (struct capture_error){
				.at = capture_span(r, trim_blanks(line)),
				.message = arena_printf(r->arena, "more than %d matrices",
							MATRICES)};
			return false;
		}
	}
	return true;
}

struct capture *capture_read(struct arena *arena, const struct source *source,
			     enum capture_kind kind, struct capture_error *error)
{
	struct capture_reader r = {.arena = arena, .source = source};

	return capture_matrices(&r, error) ? choose(&r, kind, error) : NULL;
}
