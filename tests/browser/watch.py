"""A page that remembers what its console said."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, Response


class Watch:
    """A page with everything that its console and its scripts complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.expected: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} at {message.location.get('url', '')}")

    def expect(self, *words: str) -> None:
        """Complaints with these words are meant, such as the status of a refused form."""
        self.expected += words

    def taken(self) -> list[str]:
        """Complaints since the last time, without those that are meant."""
        found = [one for one in self.complaints if not any(w in one for w in self.expected)]
        self.complaints.clear()
        return found

    def check_quiet(self) -> None:
        assert self.taken() == []

    def go(self, path: str) -> Response:
        answer = self.page.goto(path)
        assert answer is not None
        return answer
