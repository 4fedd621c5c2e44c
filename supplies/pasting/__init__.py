"""A chat group's order list as people really write it, read into proposals for a person.

Pure: text, doors and items go in, values come out; nothing is asked of the database or kept.
"""

from supplies.pasting.kinds import Door, Doubt, Fate, Goods, Proposal, Reading, Step
from supplies.pasting.reading import read, write

__all__ = ["Door", "Doubt", "Fate", "Goods", "Proposal", "Reading", "Step", "read", "write"]
