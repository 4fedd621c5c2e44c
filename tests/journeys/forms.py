"""What a browser would send of a form as it stands on the page."""

from __future__ import annotations

from html.parser import HTMLParser


class Fields(HTMLParser):
    """Names and values of the form with this id."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form
        self.found: dict[str, str] = {}
        self._inside = False
        self._select = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = said.get("id") == self.form
        if not self._inside:
            return
        name = said.get("name", "")
        if tag == "input" and name:
            if said.get("type") not in {"radio", "checkbox"} or "checked" in said:
                self.found[name] = said.get("value", "on")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in said or self._select not in self.found:
                self.found[self._select] = said.get("value", "")
        elif tag == "textarea":
            self._text = name
            self.found[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._text:
            self.found[self._text] += data


def fields(page: str, form: str) -> dict[str, str]:
    """The fields of the form, without the token that Django's client does not need."""
    parser = Fields(form)
    parser.feed(page)
    return {name: value for name, value in parser.found.items() if name != "csrfmiddlewaretoken"}
