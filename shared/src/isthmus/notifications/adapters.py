"""Hands messages on: e-mail by SMTP when configured, all else to a file; each blocks, so it runs in a thread."""

import fcntl
import os
import smtplib
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import orjson

from isthmus.db.database import to_json
from isthmus.settings import ServiceSettings

_MAX_FILE_BYTES = 10 * 1024 * 1024
_OLD_FILES = 5
_SMTP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Message:
    """A notification in words."""

    id: UUID
    at: datetime
    channel: str
    recipient: str
    subject: str
    body: str
    reply_to: str | None = None
    """Where an answer goes, if not to the sender."""


def mail_id(notification_id: UUID) -> str:
    """The `Message-ID` a notification has as an e-mail, which an answer to it refers to."""
    return f"<{notification_id}@isthmus>"


class Adapter(Protocol):
    """A way out; the same id may come twice after a crash."""

    def deliver(self, message: Message) -> None:
        """Hand a message on; raises OSError or SMTPException when it cannot now."""


def adapter_for(channel: str, settings: ServiceSettings) -> Adapter | None:
    """The way out of a channel; None when none is configured."""
    if channel == "email" and settings.smtp_url is not None and (url := settings.smtp_url.get_secret_value()):
        return SmtpAdapter(url, settings.smtp_sender)
    return FileAdapter(settings.notifications_folder) if settings.notifications_folder is not None else None


@dataclass(frozen=True)
class FileAdapter:
    """Writes one JSON document a line into `notifications.ndjson`, for its owner only; keeps a few full files."""

    folder: Path

    def deliver(self, message: Message) -> None:
        """Append the message; it is on the disk when this returns."""
        with self._alone():
            path = self._files()[0]
            if path.exists() and path.stat().st_size >= _MAX_FILE_BYTES:
                self._rotate()
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, to_json({**asdict(message), "at": message.at.isoformat()}).encode() + b"\n")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def forget(self, ids: Collection[UUID]) -> int:
        """Take recipient and words out of the lines of these messages; tells how many lines that were.

        A line keeps its length, so that whoever reads a file as it grows is not disturbed.
        """
        names = {str(one) for one in ids}
        with self._alone():
            return sum(_empty_lines(path, names) for path in self._files() if path.exists())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Whoever writes to the files, of all processes that share the folder, does so alone."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _files(self) -> list[Path]:
        """The file that grows, then the full ones, newest first."""
        path = self.folder / "notifications.ndjson"
        return [path, *(path.with_suffix(f".ndjson.{number}") for number in range(1, _OLD_FILES + 1))]

    def _rotate(self) -> None:
        names = self._files()
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            if newer.exists():
                newer.replace(older)


def _empty_lines(path: Path, ids: Collection[str]) -> int:
    count = 0
    with path.open("r+b") as file:
        start = 0
        for line in iter(file.readline, b""):
            said = orjson.loads(line)
            if said["id"] in ids and "erased" not in said:
                kept = orjson.dumps({"id": said["id"], "at": said["at"], "channel": said["channel"], "erased": True})
                file.seek(start)
                file.write(kept.ljust(len(line) - 1) + b"\n")
                count += 1
            start += len(line)
        file.flush()
        os.fsync(file.fileno())
    return count


@dataclass(frozen=True)
class SmtpAdapter:
    """Sends plain-text e-mail; its Message-ID is made of the notification's id, so a repeat can be told."""

    url: str
    sender: str

    def deliver(self, message: Message) -> None:
        """Hand the message to the mail server."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, message.recipient, message.subject
        mail["Message-ID"], mail["Date"] = mail_id(message.id), message.at
        if message.reply_to is not None:
            mail["Reply-To"] = message.reply_to
        mail.set_content(message.body)
        server = urlsplit(self.url)
        host = server.hostname or "localhost"
        tls = ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(host, server.port or 465, timeout=_SMTP_SECONDS, context=tls)
            if server.scheme == "smtps"
            else smtplib.SMTP(host, server.port or 587, timeout=_SMTP_SECONDS)
        ) as connection:
            if server.scheme == "smtp" and connection.ehlo()[0] == 250 and connection.has_extn("starttls"):
                connection.starttls(context=tls)
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(mail)
