"""Workshops (维修车间): what a station can do, when, and in how many bays."""
