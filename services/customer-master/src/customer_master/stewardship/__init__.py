"""What stewards decide (数据管家裁决): decisions about source records, the cases they decide, and their effect."""
