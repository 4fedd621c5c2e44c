"""Benchmarks: the product beside the machine's limit, in one run. See `make bench`."""
