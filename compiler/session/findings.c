/* Converts findings to the structs of gpuplan.h. */
#include "compiler/finding/path.h"
#include "compiler/session/private.h"

struct converter {
	struct gpuplan_session *session;
	const char **names; /* of the sources, NULL until used */
};

static const char *name_of(struct converter *c, const struct source *source)
{
	const char **name = &c->names[source - c->session->sources.items];

	if (!*name)
		*name = arena_copy(c->session->arena, source->name).p;
	return *name;
}

static struct gpuplan_place place_of(struct converter *c, struct span at)
{
	const struct sources *sources = &c->session->sources;
	struct position start = span_start(sources, at), end = span_stop(sources, at);

	return (struct gpuplan_place){name_of(c, start.source), start.line, start.column, end.line,
				      end.column};
}

static const struct gpuplan_note *notes_of(struct converter *c, const struct finding *f)
{
	struct arena *arena = c->session->arena;
	struct gpuplan_note *notes = arena_array(arena, f->n_notes, sizeof *notes);

	for (uint8_t i = 0; i < f->n_notes; i++)
		notes[i] = (struct gpuplan_note){place_of(c, f->notes[i].at),
						 arena_copy(arena, f->notes[i].message).p};
	return notes;
}

static struct gpuplan_finding finding_of(struct converter *c, const struct finding *f)
{
	struct arena *arena = c->session->arena;

	return (struct gpuplan_finding){
		.rule = f->rule,
		.severity = (enum gpuplan_severity)f->severity,
		.place = place_of(c, f->at),
		.message = arena_copy(arena, f->message).p,
		.help = arena_copy(arena, f->help).p,
		.path = arena_copy(arena, f->path).p,
		.notes = notes_of(c, f),
		.n_notes = f->n_notes,
	};
}

const struct gpuplan_finding *session_findings(struct gpuplan_session *s)
{
	struct converter c = {.session = s};
	struct gpuplan_finding *findings = arena_array(s->arena, s->findings.n, sizeof *findings);

	c.names = arena_array(s->arena, s->sources.n, sizeof *c.names);
	paths_of_findings(&s->findings, &s->sources);
	for (uint32_t i = 0; i < s->findings.n; i++)
		findings[i] = finding_of(&c, &s->findings.items[i]);
	return findings;
}
