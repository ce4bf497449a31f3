"""Writes while processes die: every answer is remembered, an unclear one is repeated under the same key."""

from __future__ import annotations

import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
from platform_client import Platform

WRITERS = 4
PAUSE_SECONDS = 0.02
GIVE_UP_SECONDS = 120
RECORD_SOURCE = "dealer:D0002:dms"
CONSONANTS_AND_VOWELS = tuple(consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou")


def record_id_of(person: str) -> str:
    """The record id under which a person is put directly."""
    return f"C-{person}"


def person_of(number: int) -> tuple[str, str]:
    """A name and a mobile number that no matcher takes for those of another number."""
    generator = random.Random(number)
    given, family = ("".join(generator.choices(CONSONANTS_AND_VOWELS, k=4)) for _ in range(2))
    return f"{given} {family}".title(), "1" + "".join(
        generator.choices("3589", k=1) + generator.choices("0123456789", k=9)
    )


@dataclass
class Ledger:
    """What was accepted: documents by service, records by key with their last accepted version."""

    leads: dict[str, str] = field(default_factory=dict)
    """Lead id of each person, a text of digits."""
    records: dict[tuple[str, str], int] = field(default_factory=dict)
    """Last accepted version of each record."""
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Load:
    """Writers in threads: leads through sales, records through customer-master, each for a person of its own."""

    def __init__(self, platform: Platform, seed: int) -> None:
        self._platform = platform
        self._seed = seed
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        self.ledger = Ledger()

    def __enter__(self) -> Self:
        self._platform.token()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, writer: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            person = f"{self._seed:03d}{writer:02d}{number:06d}"
            name, phone = person_of(int(person))
            party = {"name": {"full": name}, "phones": [{"value": phone}]}
            self._lead(person, party)
            self._record(person, party)
            self._stop.wait(PAUSE_SECONDS)

    def _lead(self, person: str, party: dict[str, Any]) -> None:
        body = {"org_unit": "dealer:D0001", "customer": party}
        answer = self._until_clear("POST", "/v1/sales/leads", body, {"Idempotency-Key": str(uuid.uuid4())})
        with self.ledger.lock:
            if answer.status_code == 201:
                self.ledger.leads[person] = answer.json()["id"]
            else:
                self.ledger.refused.append(f"{answer.status_code} {answer.text[:200]}")

    def _record(self, person: str, party: dict[str, Any]) -> None:
        key = (RECORD_SOURCE, record_id_of(person))
        for version in (1, 2):
            answer = self._until_clear(
                "PUT", f"/v1/customer-records/{key[0]}/{key[1]}", party | {"version": version}, {}
            )
            with self.ledger.lock:
                if answer.status_code in {200, 202}:
                    self.ledger.records[key] = version
                else:
                    self.ledger.refused.append(f"{answer.status_code} {answer.text[:200]}")

    def _until_clear(self, method: str, path: str, body: Any, headers: dict[str, str]) -> httpx2.Response:
        """Repeat while the answer says nothing about the effect (no answer, 5xx): what integrators are told to do."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            try:
                answer = self._platform.request(method, path, json=body, headers=headers)
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
                reason = f"{answer.status_code} {answer.text[:200]}"
            except (httpx2.HTTPError, OSError) as error:
                reason = repr(error)
            if time.monotonic() > deadline:
                raise AssertionError(f"{method} {path} stayed unclear for {GIVE_UP_SECONDS} s: {reason}")
            time.sleep(0.1)
