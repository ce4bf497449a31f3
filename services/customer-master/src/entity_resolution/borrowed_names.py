"""Another name on a customer's phone and car, or another family name with the first name and number of a customer.

A record that is linked with one record of a person in spite of its name is so with the person: that the person's other
records lack the vehicle, number or mailbox does not speak against it, and their one name is not many objections. This
is comparing a record with an entity where it matters most.
"""

import numpy as np

from entity_resolution.compiled import Mask
from entity_resolution.contraction import Edges

SURE = 3000


def heed_borrowed_names(edges: Edges, link: int) -> None:
    """Take back what a name alone says against a person, with another record of whom there is a link."""
    borrowed = edges.name_only & (edges.weight >= link) & ~edges.vetoed
    if not borrowed.any():
        return
    sure = (edges.weight >= SURE) & ~edges.contradicts & ~edges.vetoed & ~edges.name_only
    excused = borrowed @ _hanging_together(sure)
    excused = (excused | excused.T) & edges.name_only & ~borrowed
    for weight in (edges.weight, edges.named):
        weight[excused] = np.maximum(weight[excused], 0)
    edges.contradicts[excused] = False


def _hanging_together(sure: Mask) -> Mask:
    """Give which nodes are one by sure edges, directly or through others."""
    reached = sure | (sure @ sure)
    while not np.array_equal(reached, further := reached | (reached @ reached)):
        reached = further
    return reached
