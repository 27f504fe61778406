#include "compiler/cli/lsp/refresh.h"

#include "compiler/cli/lsp/publish.h"
#include "compiler/cli/lsp/send.h"

/* Once per cause, however often the plan is judged. */
static void report_trouble(struct server *server, struct scope *scope, const struct spec *spec)
{
	const char *what = spec->n_errors ? spec->errors[0].p : "";
	struct json *params;

	if (!scope_set_trouble(scope, what) || !spec->n_errors)
		return;
	params = json_map(server->scratch);
	json_put_number(params, "type", 2);
	json_put_text(params, "message",
		      arena_printf(server->scratch, "gpuplan cannot read %s", what));
	send_notification(&server->transport, "window/showMessage", params);
}

void scopes_refresh(struct server *server)
{
	for (struct scope *s = server->scopes; s; s = s->next) {
		if (!s->stale)
			continue;
		scope_set_judged(s, judge(server, s->folder, s->only));
		s->stale = false;
		report_trouble(server, s, &s->latest->spec);
		publish_scope(server, s);
	}
}
