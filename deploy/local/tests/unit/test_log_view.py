import io
from pathlib import Path

from rich.console import Console

from isthmus_local.log_view import _read_from, last_words, show_logs


def test_last_words_are_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "sales.log"
    assert last_words(log) == "(no log)"
    log.write_text("".join(f"line {number}\n" for number in range(50)), encoding="utf-8")
    assert last_words(log, 2).splitlines() == ["line 48", "line 49", f"(more in {log})"]


def test_only_whole_lines_are_shown_and_a_shortened_file_from_its_start(tmp_path: Path) -> None:
    log = tmp_path / "sales.log"
    log.write_text("one\ntw", encoding="utf-8")
    positions = {log: 0}
    assert _read_from(log, positions) == ["one"]
    log.write_text("one\ntwo\n", encoding="utf-8")
    assert _read_from(log, positions) == ["two"]
    log.write_text("new\n", encoding="utf-8")
    assert _read_from(log, positions) == ["new"]


def test_each_line_has_the_name_of_its_process(tmp_path: Path) -> None:
    (tmp_path / "sales.log").write_text("[bold]a[/bold]\n", encoding="utf-8")
    (tmp_path / "kafka.log").write_text("b\n", encoding="utf-8")
    console = Console(record=True, width=80, file=io.StringIO())
    show_logs(tmp_path, console, names=["sales"], lines=5, follow=False)
    assert console.export_text().split() == ["sales", "[bold]a[/bold]"]
