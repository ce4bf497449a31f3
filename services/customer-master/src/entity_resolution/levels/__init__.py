"""Comparison levels: for each field, how well two records agree in it, as a word the model has a weight for."""
