"""What can go wrong, as a sentence for the person at the terminal."""


class ServiceError(Exception):
    """A service cannot start, stop or be used; the message says what to do."""
