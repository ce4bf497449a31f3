"""Breaks one rule after the other in a copy of the code, and tells whether the test that guards it turns red.

    python tests/mutations.py [WORD …]      only mutations that have a WORD in their name

Not part of `make test`: each mutation is a test run of its own. docs/guarantees.md tells what each of them stands for.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutated_matching import MATCHING
from mutated_services import SERVICES
from mutation import Mutation

ROOT = Path(__file__).parents[1]
SECONDS = 900
MUTATIONS = (*MATCHING, *SERVICES)


def _sources_of(file: str) -> Path:
    """The `src` folder in which a file lies."""
    (found,) = [
        folder
        for folder in (ROOT / "shared/src", ROOT / "gateway/src", *ROOT.glob("services/*/src"))
        if (folder / file).is_file()
    ]
    return found


def is_caught(mutation: Mutation) -> bool:
    """Run the guarding tests on a mutated copy; a failure says that they see the difference."""
    with tempfile.TemporaryDirectory(prefix="isthmus-mutation-") as folder:
        copy = Path(folder) / "src"
        shutil.copytree(_sources_of(mutation.file), copy, ignore=shutil.ignore_patterns("__pycache__"))
        broken = copy / mutation.file
        text = broken.read_text(encoding="utf-8")
        if text.count(mutation.old) != 1:
            raise SystemExit(f"{mutation.name}: {mutation.file} no longer has, just once: {mutation.old}")
        broken.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        tests, word = mutation.tests
        done = subprocess.run(  # noqa: S603 - our own tests
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-x",
                "--hypothesis-profile=unshrunk",
                "-k",
                word,
                str(ROOT / tests),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(copy), "EXAMPLES": os.environ.get("EXAMPLES", "3")},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout + done.stderr)
    return done.returncode == 1


def main(words: list[str]) -> int:
    missed = 0
    for mutation in MUTATIONS:
        if not words or any(word in mutation.name for word in words):
            caught = is_caught(mutation)
            missed += not caught
            sys.stdout.write(f"{'red   ' if caught else 'MISSED'}  {mutation.name}  ({mutation.tests[1]})\n")
            sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
