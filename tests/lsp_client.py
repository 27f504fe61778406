"""A language client for the tests: it speaks the protocol, and nothing else."""

import json
import os
import select
import subprocess
import time

CAPABILITIES = {
    "workspace": {
        "workspaceEdit": {"documentChanges": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True},
        "completion": {"completionItem": {"snippetSupport": False}},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
    },
}


def uri_of(path):
    return path.resolve().as_uri()


class Client:
    def __init__(self, gpuplan, *arguments, cwd=None):
        self.process = subprocess.Popen(
            [gpuplan, "lsp", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd
        )
        self.bytes, self.last_id, self.ended = b"", 0, False
        self.diagnostics, self.published, self.notes, self.requests = {}, [], [], []

    # --- the wire ---

    def send_bytes(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    @staticmethod
    def frame(message):
        body = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogateescape")
        return b"Content-Length: %d\r\n\r\n" % len(body) + body

    def read(self, timeout=60):
        """The next message; None at the end of the output."""
        limit = time.monotonic() + timeout
        while True:
            head, found, rest = self.bytes.partition(b"\r\n\r\n")
            if found:
                length = int(head.split(b":")[1])
                if len(rest) >= length:
                    self.bytes = rest[length:]
                    return self.take(json.loads(rest[:length].decode("utf-8")))
            if not select.select([self.process.stdout], [], [], max(0, limit - time.monotonic()))[0]:
                raise AssertionError("the server says nothing")
            more = os.read(self.process.stdout.fileno(), 1 << 20)
            if not more:
                self.ended = True
                return None
            self.bytes += more

    def take(self, message):
        assert message.get("jsonrpc") == "2.0", message
        if message.get("method") == "textDocument/publishDiagnostics":
            self.published.append(message["params"])
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            self.requests.append(message)
        elif "method" in message:
            self.notes.append(message)
        return message

    # --- the protocol ---

    def notify(self, method, params):
        self.send_bytes(self.frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def start(self, method, params):
        self.last_id += 1
        self.send_bytes(self.frame({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}))
        return self.last_id

    def wait(self, number):
        while True:
            message = self.read()
            assert message, f"the server ended: {self.process.stderr.read().decode()}"
            if "method" not in message and message.get("id") == number:
                return message

    def ask(self, method, params):
        answer = self.wait(self.start(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def initialize(self, folder=None, capabilities=CAPABILITIES, encodings=None, **more):
        capabilities = dict(capabilities)
        if encodings:
            capabilities["general"] = {"positionEncodings": encodings}
        params = {"processId": None, "rootUri": uri_of(folder) if folder else None, "capabilities": capabilities}
        result = self.ask("initialize", {**params, **more})
        self.notify("initialized", {})
        return result

    def open(self, uri, text, version=1):
        document = {"uri": uri, "languageId": "yaml", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, uri, *changes, version=2):
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    def close(self, uri):
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def at(self, method, uri, line, character, **more):
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        return self.ask(f"textDocument/{method}", {**place, **more})

    def settle(self, uri="file:///none.yaml"):
        """All that was sent is judged: this request asks for the judged plan."""
        return self.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})

    def quit(self):
        """Shuts down and exits; the exit status."""
        self.ask("shutdown", None)
        self.notify("exit", None)
        return self.end()

    def end(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        while self.read():
            pass
        status = self.process.wait(60)
        self.error = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return status
