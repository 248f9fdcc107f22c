"""Spoiled answers of the service, for as long as one likes: `python -m tests.fuzz --minutes 10`."""
