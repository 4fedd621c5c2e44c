"""The words of the notices that orders send, and a notice as a group text or spoken words.

A notice's text is data in the compound's language, whoever started it; `in_words_of_the_place`
renders it so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from compounds.models import Compound
from notices.models import Notice
from seals.models import Level
from seals.planning import Plan, Step, steps_of

GROUP_BYTES = 2048  # the chat apps' limit for one message


@dataclass(frozen=True)
class Text:
    title: str
    body: str


@contextmanager
def in_words_of_the_place(compound: Compound) -> Iterator[None]:
    """The installation's language and the compound's time zone."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(compound.tz):
        yield


def moment(value: datetime) -> str:
    """8月7日 12:00, in the zone in force."""
    local = timezone.localtime(value)
    return _("%(month)s/%(day)s %(time)s") % {
        "month": local.month,
        "day": local.day,
        "time": f"{local:%H:%M}",
    }


def seal_text(plan: Plan) -> Text:
    """What is closed and until when, what happens today, whom to ring."""
    with in_words_of_the_place(plan.compound):
        place = plan.place.label
        steps = steps_of(plan.order) if plan.order else []
        lines = [_opening(plan, place), _rule(plan.level), _("What happens now:")]
        lines += [f"{number}. {line}" for number, line in enumerate(_today(steps), start=1)]
        lines += [_ring(plan.compound), _("Please confirm that you have read this.")]
        return Text(_("%(place)s is sealed") % {"place": place}, "\n".join(lines))


def _opening(plan: Plan, place: str) -> str:
    order = plan.order
    data = {
        "place": place,
        "start": moment(plan.starts_at),
        "end": moment(plan.ends_at),
        "source": "",
    }
    source = " ".join(part for part in (order.issuer, order.legal_source) if part) if order else ""
    if source:
        data["source"] = source
        return (
            _("By order of %(source)s, %(place)s is sealed from %(start)s, planned until %(end)s.")
            % data
        )
    return _("%(place)s is sealed from %(start)s, planned until %(end)s.") % data


def _rule(level: str) -> str:
    return {
        Level.SEALED: _("Please stay in your home. What you need is brought to your door."),
        Level.CONTROLLED: _("Please stay within the compound and do not gather."),
    }.get(Level(level), _("Please avoid gatherings and follow the staff's directions."))


def _today(steps: list[Step]) -> list[str]:
    by_kind = {step.kind: step for step in reversed(steps)}
    keys = {step.key: step for step in steps}
    lines = [
        _(
            "Verification: staff come floor by floor to check who is at home. "
            "If somebody of your household is out, tell them."
        )
    ]
    lines += _sanitation(by_kind.get("disinfect"), by_kind.get("rubbish"))
    if "food" in keys:
        lines.append(
            _("Food: the first order opens today. Those who cannot order on a phone, ring us.")
        )
    if "care" in by_kind:
        lines.append(_("Elders living alone: we ring you every day."))
    if "screening" in keys:
        lines.append(_("Screening: wait at home until your floor is called."))
    return lines


def _sanitation(disinfect: Step | None, rubbish: Step | None) -> list[str]:
    lines = []
    if disinfect is not None and disinfect.at:
        lines.append(
            _("Disinfection: the stairs are disinfected every day at %(times)s.")
            % {"times": "、".join(disinfect.at)}
        )
    if rubbish is None:
        return lines
    data: dict[str, Any] = {
        "out": rubbish.params.get("put_out", ""),
        "collect": "、".join(rubbish.at),
    }
    scheme = rubbish.params.get("scheme")
    if scheme == "disinfect_first":
        lines.append(
            _(
                "Rubbish: keep it in your home, tied up. After the disinfection we tell you to put "
                "it outside the door (about %(out)s); it is collected at %(collect)s."
            )
            % data
        )
    else:
        lines.append(
            _(
                "Rubbish: put it outside the door, tied up, from %(out)s; "
                "it is collected at %(collect)s."
            )
            % data
        )
    return lines


def _ring(compound: Compound) -> str:
    if not compound.duty_phone:
        return _("For medicine, a doctor, gas or power, tell the staff on duty.")
    return _("For medicine, a doctor, gas or power, ring the duty desk: %(phone)s.") % {
        "phone": compound.duty_phone
    }


def extended_text(compound: Compound, place: str, until: datetime, reason: str) -> Text:
    with in_words_of_the_place(compound):
        lines = [
            _("The seal of %(place)s is extended, planned until %(end)s.")
            % {"place": place, "end": moment(until)},
            *_why(reason),
            _("Disinfection, rubbish, food and calls go on as before."),
            _ring(compound),
        ]
        return Text(_("%(place)s: extended") % {"place": place}, "\n".join(lines))


def reduced_text(compound: Compound, place: str, until: datetime, reason: str) -> Text:
    with in_words_of_the_place(compound):
        lines = [
            _("The seal of %(place)s ends earlier, planned until %(end)s.")
            % {"place": place, "end": moment(until)},
            *_why(reason),
            _("Until then, please stay in your home as before."),
            _ring(compound),
        ]
        return Text(_("%(place)s: ends earlier") % {"place": place}, "\n".join(lines))


def lifted_text(compound: Compound, place: str, at: datetime) -> Text:
    with in_words_of_the_place(compound):
        lines = [
            _("The seal of %(place)s is lifted from %(time)s.")
            % {"place": place, "time": moment(at)},
            _("You may leave your home. Thank you for your patience."),
            _("If you feel unwell, ring us before you go out."),
            _ring(compound),
        ]
        return Text(_("%(place)s is lifted") % {"place": place}, "\n".join(lines))


def put_out_text(compound: Compound, place: str) -> Text:
    with in_words_of_the_place(compound):
        title = _("You can put your rubbish outside the door now")
        body = _(
            "%(place)s: tie the bag, wear a mask, put it outside your own door and close the door "
            "again. It will be collected shortly."
        ) % {"place": place}
        return Text(title, body)


def _why(reason: str) -> list[str]:
    return [_("Reason: %(reason)s") % {"reason": reason}] if reason else []


def group_texts(notice: Notice, compound: Compound) -> list[str]:
    """The notice to paste into a chat group, split where a line ends, each within 2,048 bytes."""
    with in_words_of_the_place(compound):
        head = f"【{compound.name}】{notice.title}"
        foot = (
            _("Answer with your door number when you have read it.")
            if notice.needs_acknowledging
            else ""
        )
        return split_bytes("\n".join(part for part in (head, notice.body, foot) if part))


def split_bytes(text: str, most: int = GROUP_BYTES) -> list[str]:
    """Pieces of at most `most` UTF-8 bytes, broken at line ends, or within a line too long."""
    pieces: list[str] = []
    current = ""
    for line in text.splitlines():
        for part in _cut(line, most):
            joined = f"{current}\n{part}" if current else part
            if len(joined.encode()) <= most:
                current = joined
                continue
            pieces.append(current)
            current = part
    return [*pieces, current] if current else pieces


def _cut(line: str, most: int) -> Iterator[str]:
    data = line.encode()
    while len(data) > most:
        head = data[:most].decode(errors="ignore")
        yield head
        data = data[len(head.encode()) :]
    yield data.decode()


def spoken(notice: Notice, compound: Compound) -> str:
    """For the loudspeaker: who speaks, the notice, once more from the top."""
    with in_words_of_the_place(compound):
        lines = [
            _("Residents of %(compound)s, please listen.") % {"compound": compound.name},
            notice.title,
            notice.body,
            _("I repeat."),
            notice.title,
            _("The full text is on your phone page and on the poster at the unit door."),
        ]
        return "\n".join(lines)
