"""Learns the weights of a match model from the records at hand, without labels: sure cores, natural labels, tables.

`train` is the entry; each step is a module of its own and a pure function of the set of records and the base model.
"""

from entity_resolution.training.chart import weights_svg
from entity_resolution.training.page import report_page
from entity_resolution.training.train import STEPS, Trained, train

__all__ = ["STEPS", "Trained", "report_page", "train", "weights_svg"]
