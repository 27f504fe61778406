"""The language server: from a keystroke to the diagnostics of the file."""
import json
import pathlib
import statistics
import subprocess
import time


class Client:
    def __init__(self, gpuplan, folder):
        self.server = subprocess.Popen([gpuplan, "lsp"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, cwd=folder)
        self.request("initialize", {"processId": None, "rootUri": folder.as_uri(),
                                    "capabilities": {}})
        self.notify("initialized", {})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def receive(self):
        length = 0
        while (line := self.server.stdout.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.server.stdout.read(length))

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def request(self, method, params):
        self.send({"id": 1, "method": method, "params": params})
        while "id" not in (answer := self.receive()) or "method" in answer:
            pass
        return answer

    def diagnostics(self, uri):
        while True:
            message = self.receive()
            if (message.get("method") == "textDocument/publishDiagnostics"
                    and message["params"]["uri"] == uri):
                return message["params"]["diagnostics"]


def keystroke(gpuplan, folder, rounds):
    """Seconds, the median: a letter of a key is taken away and put back."""
    file = next(iter(sorted(pathlib.Path(folder, "vms").glob("*.yaml"))))
    right = file.read_text()
    wrong = right.replace("vcpus:", "vcpu:", 1)
    uri = file.as_uri()
    client = Client(gpuplan, pathlib.Path(folder))
    client.notify("textDocument/didOpen", {"textDocument": {
        "uri": uri, "languageId": "yaml", "version": 1, "text": right}})
    client.diagnostics(uri)
    seen = []
    for i in range(2 * rounds):
        start = time.monotonic()
        client.notify("textDocument/didChange", {
            "textDocument": {"uri": uri, "version": i + 2},
            "contentChanges": [{"text": right if i % 2 else wrong}]})
        found = client.diagnostics(uri)
        seen.append(time.monotonic() - start)
        assert bool(found) == (i % 2 == 0), found
    client.request("shutdown", None)
    client.notify("exit", None)
    client.server.wait()
    return statistics.median(seen)
