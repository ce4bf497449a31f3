"""Fetches the jars of Apache Kafka by their Maven coordinates, each checked against the pinned sha256."""

import hashlib
import os
import shutil
import ssl
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from isthmus_local.folders import CHECKOUT, cache_folder

LOCK_FILE = CHECKOUT / "deploy" / "kafka" / "jars.lock"
_PARALLEL_DOWNLOADS = 8

OnProgress = Callable[[int, int], None]
"""Told how many of how many jars are there."""


class Jar(NamedTuple):
    """One line of the lock file."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """As Maven names it."""
        return f"{self.artifact}-{self.version}.jar"


class CorruptJarError(Exception):
    """What was downloaded is not what is pinned."""


def read_lock_file(path: Path = LOCK_FILE) -> list[Jar]:
    """The pinned jars; raises ValueError on a line that is not `group:artifact:version sha256:…`."""
    jars = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        coordinate, _, checksum = line.partition(" sha256:")
        match coordinate.split(":"):
            case [group, artifact, version] if len(checksum) == 64:
                jars.append(Jar(group, artifact, version, checksum))
            case _:
                raise ValueError(f"{path}: not a pinned jar: {line!r}")
    return jars


def kafka_libraries(on_progress: OnProgress | None = None) -> Path:
    """A folder with exactly the pinned jars; downloads them the first time.

    Raises CorruptJarError when a download differs from its pin, OSError or RuntimeError when one cannot be had.
    """
    jars = read_lock_file()
    name = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()[:16]
    folder = cache_folder() / "kafka" / name
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            _fill(folder, jars, on_progress)
    return folder


def _fill(folder: Path, jars: list[Jar], on_progress: OnProgress | None) -> None:
    """Download beside `folder` and rename at the end, so that the folder is complete whenever it exists."""
    part = folder.with_suffix(".part")
    part.mkdir(exist_ok=True)
    done = 0
    with tempfile.TemporaryDirectory(dir=folder.parent) as downloads, ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as pool:
        for path, jar in zip(pool.map(lambda jar: _fetch(jar, Path(downloads), part), jars), jars, strict=True):
            if _sha256(path) != jar.sha256:
                path.unlink()
                raise CorruptJarError(f"{jar.file_name} is not the pinned file; try again, then look at {LOCK_FILE}")
            done += 1
            if on_progress is not None:
                on_progress(done, len(jars))
    part.rename(folder)


def _fetch(jar: Jar, downloads: Path, part: Path) -> Path:
    target = part / jar.file_name
    if not target.exists():
        shutil.move(_download(jar, downloads), target)
    return target


def _download(jar: Jar, repository: Path) -> Path:
    """From Maven Central, or a repository that the settings of jgo name (a company mirror)."""
    from jgo.config import GlobalSettings  # noqa: PLC0415  # needed for the first start only, and large
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    trusted = ssl.get_default_verify_paths()
    if authorities := trusted.cafile or trusted.capath:  # the machine's, which may include a company's own
        os.environ.setdefault("REQUESTS_CA_BUNDLE", authorities)
    settings = GlobalSettings.load()
    context = MavenContext(
        repo_cache=repository,
        remote_repos={"central": MAVEN_CENTRAL_URL, **settings.repositories},
        timeout=60,
    )
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    return Path(artifact.resolve())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
