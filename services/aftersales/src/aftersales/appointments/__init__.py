"""Appointments (维修预约): a time agreed for a vehicle at a station, at the door, or at the roadside."""
