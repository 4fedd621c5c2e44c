"""Reading rounds, orders and stock."""
