"""The stream of changes of golden customers (变更流), for consoles that show what happens while it happens."""
