"""Requests for help as lines of boards and lists; their words stay with the request itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

from compounds.models import Member
from compounds.roles import Permission
from reports.rows import Row
from volunteers.models import MEDICAL, AskKind


def asked_for(row: Row) -> str:
    """求助：用药"""
    return _("Help: %(kind)s") % {"kind": AskKind(row.code).label}


def page_of_ask(row: Row) -> str:
    return "volunteers:medical" if row.code in MEDICAL else "volunteers:ask"


def may_see_ask(row: Row, member: Member) -> bool:
    """Medical requests are for those who may see them, the others for whoever sees requests."""
    needed = Permission.MEDICAL_SEE if row.code in MEDICAL else Permission.ASK_SEE
    return member.may(needed)
