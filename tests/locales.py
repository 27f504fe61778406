"""Locales in which careless programs go wrong: of Turkey, where an I in lower case has no dot, and of Germany, with
its decimal comma. They are made here, since a machine has only those that its people use."""

import os
import subprocess

NAMES = ("tr_TR.UTF-8", "de_DE.UTF-8")


def make(folder):
    """Makes them below `folder`, where every program that this process starts from here on finds them."""
    for name in NAMES:
        language, charset = name.split(".")
        subprocess.run(["localedef", "-i", language, "-f", charset, folder / name], check=True, capture_output=True)
    os.environ["LOCPATH"] = str(folder)
    for name in NAMES:
        said = subprocess.run(["locale", "decimal_point"], env={**os.environ, "LC_ALL": name}, check=True, capture_output=True, text=True).stdout
        assert said == ",\n", f"the locale {name} is not in force: {said!r}"
