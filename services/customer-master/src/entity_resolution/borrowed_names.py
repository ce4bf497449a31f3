"""Another name in a customer's file: a spouse or driver gave the own one, a family name changed, a twin was mistaken.

A record that is linked with one record of a person in spite of its name is so with the person: that the person's other
records lack the vehicle, number or mailbox does not speak against it, and their one name is not many objections. Where
both names are borne by several records each, they are two persons. This is comparing a record with an entity where it
matters most.
"""

import numpy as np

from entity_resolution.compiled import Mask
from entity_resolution.contraction import Edges

SURE = 3000


def heed_borrowed_names(edges: Edges, link: int) -> None:
    """Take back what a name alone says against a person, with another record of whom there is a link.

    Two names of several records each are kept apart instead.
    """
    borrowed = edges.name_only & (edges.weight >= link) & ~edges.vetoed
    if not borrowed.any():
        return
    sure = (edges.weight >= SURE) & ~edges.contradicts & ~edges.vetoed & ~edges.name_only
    excused = borrowed @ _hanging_together(sure)
    excused = (excused | excused.T) & edges.name_only & ~borrowed
    rival = borrowed & edges.other_name
    two_persons = rival & (sure @ rival) & (rival @ sure)
    for weight in (edges.weight, edges.named):
        weight[excused] = np.maximum(weight[excused], 0)
        weight[two_persons] = -SURE
    edges.contradicts[excused] = False
    edges.contradicts[two_persons] = True


def _hanging_together(sure: Mask) -> Mask:
    """Give which nodes are one by sure edges, directly or through others."""
    reached = sure | (sure @ sure)
    while not np.array_equal(reached, further := reached | (reached @ reached)):
        reached = further
    return reached
