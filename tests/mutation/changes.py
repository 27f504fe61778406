"""Every small change to a C file that a careless hand could make: the mutants.

Plain tokens and simple, safe patterns, no parser: what does not compile costs a second and is not counted.
A change never adds or takes away a line, so that `assert` says the same line before and after.
"""

import collections
import dataclasses
import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<number>(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<mark>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|[^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
OPERATORS = {
    "==": ["!="], "!=": ["=="], "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="],
}
ASSIGNS = ("=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=")
KEYWORDS = """if else for while do switch case default return break continue goto sizeof struct union enum
    const static extern unsigned signed int char void bool long short float double typedef inline""".split()


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Change:
    """In `file`, the text from `start` to `end` becomes `new`."""

    file: str
    line: int
    column: int
    start: int
    end: int
    old: str
    new: str
    whole: str  # the line it is in, as written
    nth: int = 1  # of those in the file that read the same

    def __str__(self):
        old, new = (" ".join(t.split()) for t in (self.old, self.new))
        return f"{self.file}:{self.line}:{self.column}: {old}  =>  {new}"

    def key(self):
        """What the list of equivalent changes names: it holds when lines move."""
        nth = (f"number {self.nth}",) if self.nth > 1 else ()
        return " | ".join((self.file, *(" ".join(t.split()) for t in (self.whole, self.old, self.new)), *nth))

    def apply(self, text):
        lines = "\n" * (self.old.count("\n") - self.new.count("\n"))
        return text[: self.start] + self.new + lines + text[self.end :]


def tokens_of(text):
    """The tokens outside comments and directives; of `#define NAME 16` the number is kept."""
    blank = lambda found: re.sub(r"[^\n]", " ", found.group())
    text = re.sub(r"^[ \t]*#[ \t]*(?!define\s+\w+\s+\d+\s*$)(?:[^\n\\]|\\\n|\\.)*", blank, text, flags=re.MULTILINE)
    text = re.sub(r"^[ \t]*#[ \t]*define\s+\w+", blank, text, flags=re.MULTILINE)
    return [
        Token(found.lastgroup, found.group(), found.start(), found.end())
        for found in TOKEN.finditer(text)
        if found.lastgroup != "comment"
    ]


class File:
    def __init__(self, name, text):
        self.name, self.text = name, text
        self.tokens = tokens_of(text)
        self.partner = self.pairs()
        self.asserted = self.inside_asserts()
        self.returns = self.return_types()

    def pairs(self):
        partner, open_marks = {}, []
        for i, token in enumerate(self.tokens):
            if token.kind == "mark" and token.text in "([{":
                open_marks.append(i)
            elif token.kind == "mark" and token.text in ")]}" and open_marks:
                partner[i] = open_marks.pop()
                partner[partner[i]] = i
        return partner

    def is_a(self, i, *texts):
        return 0 <= i < len(self.tokens) and self.tokens[i].kind != "text" and self.tokens[i].text in texts

    def inside_asserts(self):
        """An assertion that says less changes nothing that a sound program does."""
        inside = set()
        for i, token in enumerate(self.tokens):
            if token.text in ("assert", "static_assert", "_Static_assert") and i + 1 in self.partner:
                inside.update(range(i, self.partner[i + 1] + 1))
        return inside

    def return_types(self):
        """By the index of each `return`: 'bool', 'pointer' or 'other'."""
        types, begin, i = {}, 0, 0
        while i < len(self.tokens):
            if self.is_a(i, "{") and i in self.partner:
                end = self.partner[i]
                if self.is_a(i - 1, ")"):
                    head = [t.text for t in self.tokens[begin : self.partner[i - 1]]]
                    kind = "pointer" if "*" in head else "bool" if "bool" in head else "other"
                    types.update({j: kind for j in range(i, end) if self.tokens[j].text == "return"})
                    begin = end + 1
                i = end
            elif self.is_a(i, ";"):
                begin = i + 1
            i += 1
        return types

    def change(self, first, last, new):
        start, end = self.tokens[first].start, self.tokens[last].end
        above = self.text.rfind("\n", 0, start) + 1
        below = self.text.find("\n", start)
        return Change(self.name, self.text.count("\n", 0, start) + 1, start - above + 1, start, end,
                      self.text[start:end], new, self.text[above:below].strip())

    def source(self, first, last):
        return self.text[self.tokens[first].start : self.tokens[last].end]

    def operators(self, i):
        token = self.tokens[i]
        before = self.tokens[i - 1] if i else None
        value = before and (before.kind in ("number", "text") or before.text in (")", "]")
                            or before.kind == "name" and before.text not in KEYWORDS)
        if token.text in OPERATORS and value:
            for new in OPERATORS[token.text]:
                yield self.change(i, i, new)
        if token.text == "!":
            yield self.change(i, i, "")

    def numbers(self, i):
        if self.is_a(i - 1, "{") and self.is_a(i + 1, "}"):
            return  # = {0}: nothing but zeroes
        if self.is_a(i - 1, "[") and (self.tokens[i - 3].kind == "name" or self.is_a(i - 3, "*")):
            return  # the size of an array that is declared
        found = re.match(r"(0[xX][0-9a-fA-F]+|\d+)(.*)", self.tokens[i].text)
        n = int(found[1], 16 if found[1][:2] in ("0x", "0X") else 8 if len(found[1]) > 1 and found[1][0] == "0" else 10)
        for new in (n + 1, n - 1):
            if new >= 0:
                yield self.change(i, i, f"{new}{found[2]}")

    def statement_end(self, i):
        """The index of the `;` of a call or an assignment that starts at i, else None."""
        j = i
        while self.is_a(j, "*"):
            j += 1
        if j >= len(self.tokens) or self.tokens[j].kind != "name" or self.tokens[j].text in KEYWORDS:
            return None
        j, does = j + 1, False
        while j < len(self.tokens) and not self.is_a(j, ";"):
            if self.is_a(j, "(", "[") and j in self.partner:
                does |= self.is_a(j, "(")
                j = self.partner[j]
            elif self.is_a(j, "->", ".", "++", "--"):
                does |= self.is_a(j, "++", "--")
                j += self.is_a(j, "->", ".")
            elif self.is_a(j, *ASSIGNS):
                while j < len(self.tokens) and not self.is_a(j, ";"):
                    j = self.partner[j] if self.is_a(j, "(", "[", "{") and j in self.partner else j + 1
                return j if self.is_a(j, ";") else None
            else:
                return None
            j += 1
        return j if does else None

    def statements(self, i):
        if self.is_a(i - 1, ";", "{", "}", ")") or self.is_a(i - 1, "else"):
            end = self.statement_end(i)
            if end is not None:
                yield self.change(i, end, ";")

    def words(self, i):
        word = self.tokens[i].text
        after_open = i + 1 in self.partner and self.is_a(i + 1, "(")
        if word == "if" and after_open:
            close = self.partner[i + 1]
            condition = self.source(i + 1, close)
            for new in (f"(!{condition})", f"({condition} || 1)", f"({condition} && 0)"):
                yield self.change(i + 1, close, new)
        elif word in ("true", "false"):
            yield self.change(i, i, "false" if word == "true" else "true")
        elif word == "continue" and self.is_a(i + 1, ";"):
            yield self.change(i, i, "break")
            yield self.change(i, i, "")
        elif word == "break" and self.is_a(i + 1, ";"):
            yield self.change(i, i, "")
        elif word == "return" and i in self.returns and not self.is_a(i + 1, ";", "true", "false"):
            end = i + 1
            while not self.is_a(end + 1, ";"):
                end += 1
            if self.returns[i] == "bool":
                yield self.change(i + 1, end, f"!({self.source(i + 1, end)})")
            elif self.returns[i] == "pointer" and self.source(i + 1, end) != "NULL":
                yield self.change(i + 1, end, "NULL")

    def changes(self):
        for i, token in enumerate(self.tokens):
            if i in self.asserted:
                continue
            if token.kind == "mark":
                yield from self.operators(i)
            elif token.kind == "number":
                yield from self.numbers(i)
            elif token.kind == "name":
                yield from self.words(i)
            if token.kind == "name" or token.text == "*":
                yield from self.statements(i)


def changes_of(name, text):
    seen, alike = set(), collections.Counter()
    for change in File(name, text).changes():
        if (change.start, change.end, change.new) not in seen:
            seen.add((change.start, change.end, change.new))
            alike[change.key()] += 1
            yield dataclasses.replace(change, nth=alike[change.key()])
