"""Commands of customer-master: `isthmus load`, `crosswalk`, `rebuild`, `evaluate`, `train`."""
