"""Trains a match model: cores, natural labels, the pattern table and the weights of identifying fields, or EM.

Weights learned on one set hold on another; the result is a model file like the shipped one. Equal records and equal
base give it byte for byte, whatever the order of the records.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from entity_resolution.blocking import without_generic
from entity_resolution.compiled import Integers, Mask
from entity_resolution.model import MatchModel
from entity_resolution.records import StandardRecord
from entity_resolution.resolution import resolve
from entity_resolution.training.cells import Cell, cells_document, learned_cells
from entity_resolution.training.cores import cores
from entity_resolution.training.fields import expected_weights, identifying_weights
from entity_resolution.training.names import learned_frequencies
from entity_resolution.training.natural_labels import (
    DIFFERENT,
    SAME,
    UNKNOWN,
    dirty_identifiers,
    natural_labels,
    own_values,
)
from entity_resolution.training.pairs import Pairs, met_otherwise, random_pairs, weighed_pairs
from entity_resolution.training.report import Quality, Report, changes, quality

Progress = Callable[[str], None]
"""Is told each step when it begins."""

STEPS = ("find candidates", "find cores", "label", "learn weights", "count names", "measure")
TELLING_PERCENT = 1
"""How many records must bear an exclusive identifier; with fewer, a set has no natural labels worth the name."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model file's content and what it was learned from."""

    document: dict[str, Any]
    report: Report


def train(
    records: Iterable[StandardRecord], base: Mapping[str, Any], progress: Progress = lambda _step: None
) -> Trained:
    """Learn from records with distinct keys, starting from the content of a model file.

    Raises:
        ValueError: there are fewer than two records, so there is nothing to compare.
    """
    model = MatchModel.from_json(base)
    found = sorted(records, key=lambda record: record.key)
    if len(found) < 2:
        raise ValueError(f"{len(found)} records are too few to learn from")
    progress(STEPS[0])
    lesson = _lesson(found, model)
    progress(STEPS[1])
    core_of = cores(len(found), lesson.pairs, model)
    progress(STEPS[2])
    dirty = dirty_identifiers(lesson.records, lesson.pairs, model)
    labels = natural_labels(lesson.records, lesson.pairs, core_of, model, dirty)
    labels[~lesson.is_news] = UNKNOWN
    progress(STEPS[3])
    document = deepcopy(dict(base))
    is_labelled = _bears_identifiers(lesson.records, model, dirty)
    learn = _learn_from_labels if is_labelled else _learn_by_expectation
    cells = learn(document, lesson, labels, core_of, model)
    document["exclusive_identifiers"] = sorted(model.exclusive_identifiers - dirty)
    document["document_identifiers"] = sorted(model.document_identifiers | dirty)
    progress(STEPS[4])
    document["frequencies"] = learned_frequencies(lesson.records, core_of, model.frequencies)
    _sign(document, model.version)
    progress(STEPS[5])
    report = Report(
        base_version=model.version,
        version=document["version"],
        method="natural labels" if is_labelled else "expectation maximisation",
        records=len(found),
        pairs=len(labels),
        cores=len(np.unique(core_of)),
        labels_same=int((labels == SAME).sum()),
        labels_different=int((labels == DIFFERENT).sum()),
        dirty_identifiers=sorted(dirty),
        changes=changes(base, document),
        cells=cells,
        before=_quality(lesson, labels, model),
        after=_quality(lesson, labels, MatchModel.from_json(document)),
    )
    return Trained(document, report)


class _Lesson(NamedTuple):
    """Candidate pairs, as they are and without what gives labels; ``is_news`` where a label would teach something."""

    records: list[StandardRecord]
    pairs: Pairs
    bare_records: list[StandardRecord]
    bare_pairs: Pairs
    is_news: Mask


def _lesson(found: Sequence[StandardRecord], model: MatchModel) -> _Lesson:
    resolution = resolve(found, model)
    generic = {(key.kind, key.value) for key in resolution.set_aside}
    records = [without_generic(record, generic) for record in found]
    position = {record.key: number for number, record in enumerate(records)}
    left = [position[decision.left] for decision in resolution.decisions]
    right = [position[decision.right] for decision in resolution.decisions]
    pairs = weighed_pairs(records, left, right, model)
    bare = [replace(record, identifiers=(), birth_date=None, birth_date_lunar=None) for record in records]
    is_news = met_otherwise(records, pairs, resolution.set_aside, model)
    return _Lesson(records, pairs, bare, weighed_pairs(bare, left, right, model), is_news)


def _bears_identifiers(records: Sequence[StandardRecord], model: MatchModel, dirty: frozenset[str]) -> bool:
    telling = model.exclusive_identifiers - dirty
    bearers = sum(bool(own_values(record, telling).identifiers) for record in records)
    return bearers * 100 >= TELLING_PERCENT * len(records)


def _learn_from_labels(
    document: dict[str, Any], lesson: _Lesson, labels: Integers, core_of: Integers, model: MatchModel
) -> list[Cell]:
    others = weighed_pairs(lesson.records, *random_pairs(core_of), model)
    cells = learned_cells(lesson.bare_pairs, labels, model)
    document["patterns"]["cells"] = cells_document(cells)
    document["fields"] = document["fields"] | identifying_weights(lesson.pairs, others, model)
    return cells


def _learn_by_expectation(
    document: dict[str, Any], lesson: _Lesson, _labels: Integers, core_of: Integers, model: MatchModel
) -> list[Cell]:
    others = weighed_pairs(lesson.records, *random_pairs(core_of), model)
    document["prior"], learned = expected_weights(lesson.pairs, others, len(core_of), model)
    document["fields"] = document["fields"] | learned
    return []


def _quality(lesson: _Lesson, labels: Integers, model: MatchModel) -> Quality:
    whole = weighed_pairs(lesson.records, lesson.pairs.left, lesson.pairs.right, model)
    bare = weighed_pairs(lesson.bare_records, lesson.pairs.left, lesson.pairs.right, model)
    return quality(whole, bare, labels, model.thresholds.link)


def _sign(document: dict[str, Any], base_version: str) -> None:
    """Give the document a version that stands for its content."""
    document["base_version"] = base_version
    document["about"] = f"Trained from {base_version} by `isthmus train`."
    content = {name: value for name, value in document.items() if name != "version"}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.blake2b(canonical.encode(), digest_size=6).hexdigest()
    document["version"] = f"{base_version.split('+', maxsplit=1)[0]}+trained.{digest}"
