"""Pages of rounds, orders and stock, a file for each noun."""
