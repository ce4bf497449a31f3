import hashlib
from pathlib import Path

import pytest

from isthmus_local import kafka_jars
from isthmus_local.kafka_jars import CorruptJarError, Jar, kafka_libraries, read_lock_file


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock file of one jar whose content is `jar`."""
    lock = tmp_path / "jars.lock"
    lock.write_text(f"# pins\ng:a:1 sha256:{hashlib.sha256(b'jar').hexdigest()}\n", encoding="utf-8")
    monkeypatch.setattr(kafka_jars, "LOCK_FILE", lock)
    monkeypatch.setattr(kafka_jars, "read_lock_file", lambda: read_lock_file(lock))
    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path / "cache"))
    return lock


def _serve(monkeypatch: pytest.MonkeyPatch, content: bytes) -> list[Jar]:
    asked: list[Jar] = []

    def download(jar: Jar, repository: Path) -> Path:
        asked.append(jar)
        path = repository / jar.file_name
        path.write_bytes(content)
        return path

    monkeypatch.setattr(kafka_jars, "_download", download)
    return asked


def test_the_committed_pins_are_whole() -> None:
    jars = read_lock_file()
    assert len({jar.file_name for jar in jars}) == len(jars) == 46
    assert ("org.apache.kafka", "kafka_2.13", "4.3.1") in {jar[:3] for jar in jars}


@pytest.mark.parametrize("line", ["g:a:1", "g:a sha256:" + "0" * 64, "g:a:1 sha256:abc"])
def test_a_line_that_pins_nothing_is_refused(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "jars.lock"
    lock.write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match="not a pinned jar"):
        read_lock_file(lock)


@pytest.mark.usefixtures("pinned")
def test_jars_are_fetched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _serve(monkeypatch, b"jar")
    folder = kafka_libraries()
    assert [path.name for path in folder.iterdir()] == ["a-1.jar"]
    assert kafka_libraries() == folder
    assert len(asked) == 1


@pytest.mark.usefixtures("pinned")
def test_a_jar_that_is_not_the_pinned_one_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    _serve(monkeypatch, b"something else")
    with pytest.raises(CorruptJarError, match=r"a-1\.jar"):
        kafka_libraries()
    _serve(monkeypatch, b"jar")
    assert (kafka_libraries() / "a-1.jar").read_bytes() == b"jar"
