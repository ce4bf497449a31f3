"""Another name on a customer's phone and car: a spouse or driver gave the own name for the customer's file.

A record that agrees with one record of a person in phone and vehicle agrees so with the person: what the person's other
records lack of a vehicle does not speak against it. This is comparing a record with an entity where it matters most.
"""

import numpy as np

from entity_resolution.contraction import Edges

SURE = 3000


def heed_borrowed_names(edges: Edges, link: int) -> None:
    """Take back what a name alone says against a person, of whom another record agrees in phone and vehicle."""
    borrowed = edges.name_only & (edges.weight >= link) & ~edges.vetoed
    if not borrowed.any():
        return
    sure = (edges.weight >= SURE) & ~edges.contradicts & ~edges.vetoed & ~edges.name_only
    excused = borrowed @ sure
    excused = (excused | excused.T) & edges.name_only & ~borrowed
    for weight in (edges.weight, edges.named):
        weight[excused] = np.maximum(weight[excused], 0)
    edges.contradicts[excused] = False
