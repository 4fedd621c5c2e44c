"""The one exception by which an action says no."""

from __future__ import annotations


class Refused(Exception):
    """An action refuses, with a translated sentence that the person can act on.

    Pages answer it with 422 and keep what was typed; the API answers 409.
    """

    def __init__(
        self, sentence: object, *, code: str = "refused", field: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.field = field

    def __str__(self) -> str:
        return str(self.sentence)
