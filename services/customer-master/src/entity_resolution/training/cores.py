"""Sure cores: records that are one customer beyond reasonable doubt, so that what one of them says holds for all."""

import numpy as np

from entity_resolution.compiled import Integers, Mask
from entity_resolution.model import MatchModel
from entity_resolution.training.pairs import Pairs

SAME_NAME = frozenset({"same", "pinyin", "same_latin", "middle_missing", "swapped_latin"})
SAME_PHONE = frozenset({"same", "hidden"})
SAME_VEHICLE = frozenset({"vin_and_plate", "vin", "plate"})
SAME_PLACE = frozenset({"same_unit", "near_unit", "same_street"})
OTHER_IDENTIFIER = frozenset({"other", "masked_other", "other_unverified"})
OTHER_BIRTH = frozenset({"other", "other_generation"})


def agreeing(pairs: Pairs) -> Mask:
    """Whether a pair is sure by name, contact, vehicle and address alone, whatever papers and birth dates say."""
    same_name = pairs.at("name", SAME_NAME)
    same_firm = pairs.at("organization", {"same"})
    contact = pairs.at("phone", SAME_PHONE) | pairs.at("vehicle", SAME_VEHICLE)
    return np.asarray(
        (same_name & (contact | pairs.at("address", SAME_PLACE)))
        | (same_firm & (contact | pairs.at("phone", {"same_landline"})))
    )


def sure(pairs: Pairs, model: MatchModel) -> Mask:
    """Whether a pair is one customer beyond doubt: agreeing, or by papers, and contradicted by nothing."""
    names_differ = pairs.at("name", model.naming["name"]) | pairs.at("organization", model.naming["organization"])
    same_papers = pairs.at("identifier", {"same", "same_document"}) | pairs.at("wechat", {"same_union"})
    same_birth = pairs.at("name", SAME_NAME) & pairs.at("birth_date", {"same"}) & pairs.any_level("address")
    contradicted = pairs.vetoed | pairs.at("identifier", OTHER_IDENTIFIER) | pairs.at("birth_date", OTHER_BIRTH)
    return np.asarray((agreeing(pairs) | same_birth | (same_papers & ~names_differ)) & ~contradicted)


def cores(count: int, pairs: Pairs, model: MatchModel) -> Integers:
    """Give for each record the number of its core: the smallest position among records that sure pairs connect."""
    parent = list(range(count))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    held = np.flatnonzero(sure(pairs, model))
    for left, right in zip(pairs.left[held].tolist(), pairs.right[held].tolist(), strict=True):
        one, other = sorted((root(left), root(right)))
        parent[other] = one
    return np.array([root(node) for node in range(count)], dtype=np.int64)
