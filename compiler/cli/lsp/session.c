/* The start and the end of a session: what both sides can do, and which folders are open. */
#include "compiler/cli/lsp/message.h"
#include "compiler/cli/lsp/methods.h"
#include "compiler/cli/lsp/scope.h"
#include "compiler/cli/lsp/send.h"

static void read_client(struct client *client, json_object *params)
{
	json_object *c = member(params, "capabilities");
	json_object *encodings = member(c, "general.positionEncodings");

	/* The client's order is its preference; who says nothing means UTF-16. */
	if (json_object_is_type(encodings, json_type_array))
		for (size_t i = 0; i < json_object_array_length(encodings); i++)
			if (encoding_parse(member_text(json_object_array_get_idx(encodings, i), ""),
					   &client->encoding))
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

static void read_folders(struct server *server, json_object *params)
{
	json_object *folders = member(params, "workspaceFolders");

	if (!json_object_is_type(folders, json_type_array))
		scope_add_uri(server, member_text(params, "rootUri"));
	else
		for (size_t i = 0; i < json_object_array_length(folders); i++)
			scope_add_uri(server,
				      member_text(json_object_array_get_idx(folders, i), "uri"));
}

static const char capabilities[] =
	"{\"textDocumentSync\": {\"openClose\": true, \"change\": 2, \"save\": true},"
	" \"hoverProvider\": true, \"definitionProvider\": true, \"documentSymbolProvider\": true,"
	" \"completionProvider\": {\"triggerCharacters\": [\" \", \"[\", \"{\", \",\", \":\"]},"
	" \"codeActionProvider\": {\"codeActionKinds\": [\"quickfix\"]},"
	" \"workspace\": {\"workspaceFolders\":"
	" {\"supported\": true, \"changeNotifications\": true}}}";

json_object *answer_initialize(struct server *server, json_object *params)
{
	json_object *result = json_map(), *can = json_tokener_parse(capabilities);
	json_object *info = json_map();

	if (!can)
		arena_oom();
	server->state = SERVER_RUNNING;
	read_client(&server->client, params);
	read_folders(server, params);
	json_put_text(can, "positionEncoding", str_of(encoding_name(server->client.encoding)));
	json_put(result, "capabilities", can);
	json_put_text(info, "name", STR("gpuplan"));
	json_put_text(info, "version", STR(GPUPLAN_VERSION));
	json_put(result, "serverInfo", info);
	return result;
}

/* Files that change without the editor: another program's, a `git checkout`. */
static const char registration[] =
	"{\"registrations\": [{\"id\": \"files\", \"method\": \"workspace/didChangeWatchedFiles\","
	" \"registerOptions\": {\"watchers\": [{\"globPattern\": \"**/*.{yaml,yml,txt}\"}]}}]}";

void on_initialized(struct server *server, json_object *params)
{
	(void)params;
	if (server->client.watches)
		send_request(&server->transport, "client/registerCapability",
			     json_tokener_parse(registration));
}

json_object *answer_shutdown(struct server *server, json_object *params)
{
	(void)params;
	server->state = SERVER_SHUT_DOWN;
	return NULL;
}
