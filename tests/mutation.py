"""A rule broken on purpose, and the test that must see it."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """`old` text of a file (from its package on) becomes `new`; `tests` is the file and the word that chooses them."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, str]
