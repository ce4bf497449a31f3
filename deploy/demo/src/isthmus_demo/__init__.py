"""A seeded car market: who lives in it (truth, population), how its records get dirty, what sources write."""
