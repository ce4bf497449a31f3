"""Connected components of a set of links, none larger than a bound."""

from collections.abc import Collection, Iterable

from entity_resolution.records import RecordKey

Pair = tuple[RecordKey, RecordKey]


def bounded_components(
    keys: Collection[RecordKey], steward_links: Iterable[Pair], links_best_first: Iterable[Pair], largest: int
) -> list[list[RecordKey]]:
    """Give the components in key order, each sorted.

    Links are taken in the order given, a steward's before all; one that would make a component larger than ``largest``
    is left out, so which ones are left out depends on the set of links only.
    """
    parent = {key: key for key in keys}
    size = dict.fromkeys(keys, 1)

    def root(key: RecordKey) -> RecordKey:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for left, right in (*steward_links, *links_best_first):
        one, other = sorted((root(left), root(right)))
        if one != other and size[one] + size[other] <= largest:
            parent[other] = one
            size[one] += size[other]
    members: dict[RecordKey, list[RecordKey]] = {}
    for key in sorted(keys):
        members.setdefault(root(key), []).append(key)
    return sorted(members.values())
