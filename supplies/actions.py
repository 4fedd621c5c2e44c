"""Opening, ordering, locking, counting, allocating, delivering, settling."""
