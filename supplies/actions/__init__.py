"""Opening, ordering, locking, counting, allocating, delivering, settling, a file for each noun."""
