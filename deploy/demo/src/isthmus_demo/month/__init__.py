"""The last month of the network: what dealers, stations and headquarters do all day, told relative to now."""
