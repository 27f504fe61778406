/* Start and end of a session: what client and server can do, and which folders are open. */
#include <assert.h>

#include "compiler/cli/lsp/message.h"
#include "compiler/cli/lsp/methods.h"
#include "compiler/cli/lsp/scope.h"
#include "compiler/cli/lsp/send.h"

static void read_client(struct client *client, const struct json *params)
{
	const struct json *c = member(params, "capabilities");
	const struct json *encodings = member(c, "general.positionEncodings");

	/* In the client's order of preference; without a list, it uses UTF-16. */
	for (const struct json *e = json_first(encodings); e; e = e->next)
		if (encoding_parse(member_text(e, ""), &client->encoding))
			break;
	client->document_changes = member_is_on(c, "workspace.workspaceEdit.documentChanges");
	client->related = member_is_on(c, "textDocument.publishDiagnostics.relatedInformation");
	client->snippets = member_is_on(c, "textDocument.completion.completionItem.snippetSupport");
	client->watches = member_is_on(c, "workspace.didChangeWatchedFiles.dynamicRegistration");
	client->symbol_tree =
		member_is_on(c, "textDocument.documentSymbol.hierarchicalDocumentSymbolSupport");
	client->code_action_literals =
		member(c, "textDocument.codeAction.codeActionLiteralSupport") != NULL;
}

static void read_folders(struct server *server, const struct json *params)
{
	const struct json *folders = member(params, "workspaceFolders");

	if (!json_is(folders, JSON_LIST))
		scope_add_uri(server, member_text(params, "rootUri"));
	else
		for (const struct json *f = json_first(folders); f; f = f->next)
			scope_add_uri(server, member_text(f, "uri"));
}

/* Of a constant of ours. */
static struct json *constant(const struct server *server, const char *text)
{
	const char *why;
	size_t at;
	struct json *value = json_read(server->scratch, str_of(text), MESSAGE_MAX_NESTING, &why,
				       &at);

	assert(value);
	return value;
}

static const char capabilities[] =
	"{\"textDocumentSync\": {\"openClose\": true, \"change\": 2, \"save\": true},"
	" \"hoverProvider\": true, \"definitionProvider\": true, \"documentSymbolProvider\": true,"
	" \"completionProvider\": {\"triggerCharacters\": [\" \", \"[\", \"{\", \",\", \":\"]},"
	" \"codeActionProvider\": {\"codeActionKinds\": [\"quickfix\"]},"
	" \"workspace\": {\"workspaceFolders\":"
	" {\"supported\": true, \"changeNotifications\": true}}}";

struct json *answer_initialize(struct server *server, const struct json *params)
{
	struct json *result = json_map(server->scratch), *can, *info;

	server->state = SERVER_RUNNING;
	read_client(&server->client, params);
	read_folders(server, params);
	can = constant(server, capabilities);
	json_put_text(can, "positionEncoding", str_of(encoding_name(server->client.encoding)));
	json_put(result, "capabilities", can);
	info = json_put_map(result, "serverInfo");
	json_put_text(info, "name", STR("gpuplan"));
	json_put_text(info, "version", STR(GPUPLAN_VERSION));
	return result;
}

/* Files that others change: another program, a `git checkout`. */
static const char registration[] =
	"{\"registrations\": [{\"id\": \"files\", \"method\": \"workspace/didChangeWatchedFiles\","
	" \"registerOptions\": {\"watchers\": [{\"globPattern\": \"**/*.{yaml,yml,txt}\"}]}}]}";

void on_initialized(struct server *server, const struct json *params)
{
	(void)params;
	if (server->client.watches)
		send_request(&server->transport, "client/registerCapability",
			     constant(server, registration));
}

struct json *answer_shutdown(struct server *server, const struct json *params)
{
	(void)params;
	server->state = SERVER_SHUT_DOWN;
	return NULL;
}
