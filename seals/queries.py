"""Reading orders and what applies to a door."""
