"""Commands of customer-master: `isthmus load`, `isthmus crosswalk`, `isthmus rebuild`."""
