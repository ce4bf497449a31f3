"""Whose number it is: a firm's, when more of the records that hold it name the firm than any one person.

Drivers and contacts give the firm's number with their own names. Such untyped records are the firm's contact, not
customers of their own, and their names do not contradict each other. On a person's number a firm's record proves
nothing. What a number is depends on its holders, so it is judged inside a component, from all its records.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from entity_resolution.compiled import Mask
from entity_resolution.contraction import Edges
from entity_resolution.model import FirmNumbers
from entity_resolution.records import StandardRecord, Vehicle

SURE = 3000
"""A weight that a number alone does not reach: the two share a vehicle as well."""


def heed_firm_numbers(records: Sequence[StandardRecord], edges: Edges, weights: FirmNumbers) -> None:
    """Change the edges of a component by whose numbers its records share."""
    is_firm = np.array([record.organization is not None for record in records], dtype=np.bool_)
    if is_firm.all() or not is_firm.any():
        return
    on_firms, on_others = _shared(records, _in_own_cars(records))
    rows, columns = ~is_firm[:, None], is_firm[None, :]
    in_firms_car = (on_firms | on_others) & (edges.weight >= SURE)
    contacts = (on_firms | in_firms_car) & rows & columns & ~edges.vetoed
    strangers = on_others & ~contacts & rows & columns
    drivers = rows & columns & (edges.weight >= 0) & ~edges.vetoed & ~strangers
    same_firm = (is_firm[:, None] & columns & ~edges.contradicts & ~edges.vetoed) | np.diag(is_firm)
    # Whoever is a contact of a firm is so for all its records, and for its other contacts.
    of_firm = (contacts @ same_firm) & ~edges.vetoed
    colleagues = of_firm @ of_firm.T & ~edges.vetoed
    np.fill_diagonal(colleagues, val=False)
    for weight in (edges.weight, edges.named):
        weight[either(strangers)] = np.minimum(weight[either(strangers)], weights.stranger)
        neutral = either(of_firm) | colleagues
        weight[neutral] = np.maximum(weight[neutral], 0)
        weight[either(contacts)] = np.maximum(weight[either(contacts)], weights.contact)
    edges.contradicts[either(strangers)] = True
    edges.contradicts[either(of_firm | drivers) | colleagues] = False


def either(mask: Mask) -> Mask:
    """Give the symmetric form of a relation."""
    return mask | mask.T


def _in_own_cars(records: Sequence[StandardRecord]) -> set[int]:
    """Give the records of no firm that speak of vehicles of which no record of a firm speaks."""
    marks = [{mark for vehicle in record.vehicles for mark in _marks(vehicle)} for record in records]
    firms = (one for one, record in zip(marks, records, strict=True) if record.organization is not None)
    of_firms = set().union(*firms)
    return {node for node, one in enumerate(marks) if one and not one & of_firms}


def _marks(vehicle: Vehicle) -> Iterator[str]:
    if vehicle.vin_status in {"", "check_digit", "partial"} and vehicle.vin:
        yield vehicle.vin[-8:]
    if vehicle.plate and vehicle.plate_status in {"", "no_province"}:
        yield vehicle.plate[-6:]


def _shared(records: Sequence[StandardRecord], in_own_cars: set[int]) -> tuple[Mask, Mask]:
    """Give which two records share a number of a firm, and which share another's.

    Whoever gives a firm's mobile number with a vehicle of the own uses it as a private person.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    landlines = {phone.number for record in records for phone in record.phones if phone.kind == "landline"}
    for node, record in enumerate(records):
        for number in {*(phone.number for phone in record.phones if not phone.status), *record.hidden_phones}:
            holders[number].append(node)
    on_firms, on_others = (np.zeros((len(records), len(records)), dtype=np.bool_) for _ in range(2))
    for number, nodes in holders.items():
        if len(nodes) > 1:
            if _is_firms([records[node] for node in nodes]):
                users = [node for node in nodes if number in landlines or node not in in_own_cars]
                on_firms[np.ix_(users, users)] = True
                private = [node for node in nodes if node not in users]
                on_others[np.ix_(private, nodes)] = on_others[np.ix_(nodes, private)] = True
            else:
                on_others[np.ix_(nodes, nodes)] = True
    return on_firms, on_others


def _is_firms(holders: Sequence[StandardRecord]) -> bool:
    firms = Counter(record.organization.core for record in holders if record.organization is not None)
    persons = Counter(surname for record in holders if record.organization is None for surname in _surnames(record))
    return max(firms.values(), default=0) > max(persons.values(), default=0)


def _surnames(record: StandardRecord) -> set[str]:
    """Give whom a record names by surname, so that 王建国, 王先生 and 王** count as one person."""
    return {form.family_keys[0] if form.family_keys else form.text for form in record.names}
