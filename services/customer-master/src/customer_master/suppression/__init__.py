"""Suppression (免打扰): may this customer be contacted on this channel for this purpose now, and why not."""
