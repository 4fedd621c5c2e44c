"""Rounds of buying together, and what becomes of each order."""
