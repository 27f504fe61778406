/* Reads the capture that a key names. The file must lie in the repository that holds the spec. */
#include "compiler/base/inside.h"
#include "compiler/capture/capture.h"
#include "compiler/plan/steps_private.h"

static void refuse(struct resolver *r, const struct text *key, const char *why)
{
	finding_add(r->findings, "spec-capture", SEVERITY_ERROR, key->at,
		    "cannot read the capture '%s': %s", finding_quote(r->findings, key->s), why);
}

/* The folder of the spec with the key, as this process finds it: "", "hosts/". */
static struct str folder_of(struct resolver *r, struct span key)
{
	const struct source *source = source_of(r->plan->sources, key);
	size_t n = source->is_stdin ? 0 : source->name.n;

	while (n > 0 && source->name.p[n - 1] != '/')
		n--;
	return (struct str){source->name.p, n};
}

static void refuse_outside(struct resolver *r, const struct text *key)
{
	struct finding *f = finding_add(r->findings, "spec-capture", SEVERITY_ERROR, key->at,
					"the capture '%s' is outside the spec's repository",
					finding_quote(r->findings, key->s));

	finding_help(r->findings, f,
		     "copy it next to the spec and write its path relative to the spec");
}

static bool read_text(struct resolver *r, const struct text *key, struct str folder,
		      struct str *text)
{
	int error = read_inside(r->plan->sources->files, r->arena, &r->inside, folder, key->s,
				CAPTURE_MAX_BYTES, text);

	if (error == FILES_OUTSIDE)
		refuse_outside(r, key);
	else if (error)
		refuse(r, key, files_error(error));
	return !error;
}

static const struct source *read_file(struct resolver *r, const struct text *key)
{
	struct str folder = folder_of(r, key->at), text, name, error;
	struct source *source;

	if (!read_text(r, key, folder, &text))
		return NULL;
	if (key->s.p[0] == '/')
		folder.n = 0;
	name = arena_printf(r->arena, "%.*s%.*s", STR_ARG(folder), STR_ARG(key->s));
	if (!source_take(r->plan->sources, name, text, CAPTURE_MAX_BYTES, &source, &error)) {
		refuse(r, key, error.p);
		return NULL;
	}
	source->key = key->at;
	if (!source->cut)
		return source;
	refuse(r, key, "larger than 1 MiB");
	return NULL;
}

static const struct capture *read_capture(struct resolver *r, const struct text *key, unsigned kind)
{
	const struct source *source = read_file(r, key);
	struct capture_error error = {.at = {0, 0}};
	struct capture *capture;
	struct finding *f;

	if (!source)
		return NULL;
	capture = capture_read(r->arena, source, kind, &error);
	if (capture)
		return capture;
	f = finding_add(r->findings, "spec-capture", SEVERITY_ERROR, error.at, "%.*s",
			STR_ARG(error.message));
	if (span_given(error.other))
		finding_note(r->findings, f, error.other, "%.*s", STR_ARG(error.other_message));
	finding_note(r->findings, f, key->at, "the capture is named here");
	finding_help(r->findings, f, "save it again on the bare host: `nvidia-smi topo %s > FILE`",
		     kind == CAPTURE_TOPO   ? "-m"
		     : kind == CAPTURE_READ ? "-p2p r"
					    : "-p2p w");
	return NULL;
}

const struct capture *capture_of_key(struct resolver *r, const struct host *host,
				     const struct text *key, unsigned kind)
{
	struct known_capture *known;
	const struct capture *capture;

	if (!span_given(key->at))
		return NULL;
	/* Only keys of profiles are shared by several hosts. */
	for (uint32_t i = 0; i < r->n_captures; i++)
		if (r->captures[i].key.at == key->at.at)
			return r->captures[i].capture;
	capture = read_capture(r, key, kind);
	if (span_within(key->at, host->spec->at))
		return capture;
	known = arena_push(r->arena, (void **)&r->captures, &r->n_captures, &r->captures_capacity,
			   sizeof *known);
	*known = (struct known_capture){key->at, capture};
	return capture;
}
