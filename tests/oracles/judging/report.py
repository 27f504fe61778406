"""The verdicts of one judge, printed as they fall."""

import contextlib
import sys


class Report:
    """Prints a line a verdict and counts them."""

    def __init__(self, judge, stream=None):
        self.judge = judge
        self.stream = stream or sys.stdout
        self.judged = 0
        self.failures = []

    def _print(self, line):
        print(line, file=self.stream, flush=True)

    def ok(self, path, detail=""):
        self.judged += 1
        self._print(f"ok   {self.judge} {path} {detail}".rstrip())

    def fail(self, path, why, words=()):
        """WHY in our words, then WORDS, the tool's own lines."""
        self.judged += 1
        self.failures.append(why)
        self._print(f"FAIL {self.judge} {path} {why}")
        for line in words:
            self._print(f"     | {line}")

    def verdict(self, path, faults, detail=""):
        """One verdict from a list of faults: ok where it is empty, else the first with the rest under it."""
        if faults:
            self.fail(path, faults[0], faults[1:])
        else:
            self.ok(path, detail)

    @contextlib.contextmanager
    def judging(self, path):
        """What cannot even be read is a fault of the artifact, and the next one is judged all the same."""
        try:
            yield
        except (ValueError, KeyError, OSError, SyntaxError) as error:  # XML's ParseError is a SyntaxError
            self.fail(path, f"cannot be read: {type(error).__name__}: {error}")

    def finish(self):
        """Prints the sum; true where something was judged and all of it passed."""
        self._print(f"{self.judge}: {self.judged} judged, {len(self.failures)} failed")
        return self.judged > 0 and not self.failures
