"""Repair orders (维修工单): from the vehicle being taken in to the settlement, with the clock of the promise."""
