"""Household rosters as property staff keep them: uploaded bytes in, a typed roster out.

The package needs neither a database nor a configured project. This file stays empty of
imports: the sandbox process starts from it and must start fast.
"""
