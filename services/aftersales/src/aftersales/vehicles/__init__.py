"""Vehicles (车辆): their file over all stations, deliveries, recalls, warranty, and vehicles given back."""
