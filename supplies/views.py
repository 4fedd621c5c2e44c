"""Pages of rounds, orders and stock."""
