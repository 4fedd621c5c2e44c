"""Roles as a table of permissions that an auditor can read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    BOARD_SEE = "board.see", _("see the board")
    HOUSEHOLD_SEE = "household.see", _("see household files, phones masked")
    HOUSEHOLD_EDIT = "household.edit", _("change household files")
    PHONE_REVEAL = "phone.reveal", _("show a full phone number, logged")
    ROSTER_IMPORT = "roster.import", _("import rosters")
    ACCESS_DECIDE = "access.decide", _("approve residents' sign-in, print door codes")
    ORDER_SEE = "order.see", _("see seal orders and plans")
    ORDER_SEAL = "order.seal", _("seal, extend, reduce")
    ORDER_LIFT = "order.lift", _("lift")
    TEMPLATE_EDIT = "template.edit", _("copy and edit plan templates")
    WORK_DO = "work.do", _("do and record work")
    WORK_ASSIGN = "work.assign", _("hand work to others")
    NOTICE_SEE = "notice.see", _("see notices and who was reached")
    NOTICE_SEND = "notice.send", _("send notices")
    CARE_SEE = "care.see", _("see care calls and their outcome")
    REPORT_SEE = "report.see", _("read the day's figures")
    REPORT_COMMENT = "report.comment", _("comment on the day's figures")
    COMPOUND_EDIT = "compound.edit", _("build homes, change the compound")
    MEMBER_EDIT = "member.edit", _("invite members and issue API tokens")


class Role(models.TextChoices):
    MANAGER = "manager", _("property manager")
    GUARD = "guard", _("guard")
    CLEANER = "cleaner", _("cleaner")
    TECHNICIAN = "technician", _("technician")
    WAREHOUSE = "warehouse", _("warehouse keeper")
    CAPTAIN = "captain", _("building captain")
    VOLUNTEER = "volunteer", _("volunteer")
    ADVISER = "adviser", _("medical adviser")
    REVIEWER = "reviewer", _("committee reviewer")


P = Permission
_STAFF = frozenset({P.BOARD_SEE, P.HOUSEHOLD_SEE, P.ORDER_SEE, P.WORK_DO, P.NOTICE_SEE})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.MANAGER: frozenset(Permission) - {P.REPORT_COMMENT},
    Role.GUARD: _STAFF,
    Role.CLEANER: _STAFF,
    Role.TECHNICIAN: _STAFF,
    Role.WAREHOUSE: _STAFF,
    Role.CAPTAIN: _STAFF
    | {P.HOUSEHOLD_EDIT, P.PHONE_REVEAL, P.ACCESS_DECIDE, P.CARE_SEE, P.REPORT_SEE},
    Role.VOLUNTEER: _STAFF | {P.PHONE_REVEAL, P.CARE_SEE},
    # The adviser sees care work and nothing of the rest; requests for advice come with volunteers.
    Role.ADVISER: frozenset({P.CARE_SEE}),
    # The committee reads figures and comments; it operates nothing and opens no household file.
    Role.REVIEWER: frozenset({P.REPORT_SEE, P.REPORT_COMMENT}),
}


def allows(role: str, permission: Permission) -> bool:
    return permission in PERMISSIONS.get(Role(role), frozenset())
