/* Spans as the client names them: a URI and a range. */
#ifndef GPUPLAN_LSP_PLACE_H
#define GPUPLAN_LSP_PLACE_H

#include "compiler/cli/lsp/scope.h"

/* The URI of a source: the client's own where it is open. */
struct str source_uri(const struct server *server, const struct scope *scope,
		      const struct source *source);
/* {"start": …, "end": …} */
struct json *range_in_source(const struct server *server, const struct sources *sources,
			     struct span span);
/* {"uri": …, "range": …} */
struct json *location_of_span(const struct server *server, const struct scope *scope,
			      const struct sources *sources, struct span span);

#endif
