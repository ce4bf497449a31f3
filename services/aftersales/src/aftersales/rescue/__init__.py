"""Rescue (救援) and door-step service (上门服务): who goes, how far it is, and by when they must be there."""
