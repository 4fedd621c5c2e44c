"""Roles as a table of permissions that an auditor can read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    BOARD_SEE = "board.see", _("see the board")
    HOUSEHOLD_SEE = "household.see", _("see household files, phones masked")
    HOUSEHOLD_EDIT = "household.edit", _("change household files")
    PHONE_REVEAL = "phone.reveal", _("show a full phone number, logged")
    IDENTITY_REVEAL = "identity.reveal", _("show a full identity number, logged")
    MEDICINE_SEE = "medicine.see", _("see medicines and appointments")
    HOUSEHOLD_MERGE = "household.merge", _("merge files of the same people")
    SUBJECT_EXPORT = "subject.export", _("hand out all that is kept about a household")
    ROSTER_IMPORT = "roster.import", _("import rosters")
    ACCESS_DECIDE = "access.decide", _("approve residents' sign-in, print door codes")
    ORDER_SEE = "order.see", _("see seal orders and plans")
    ORDER_SEAL = "order.seal", _("seal, extend, reduce")
    LODGING_MATCH = "lodging.match", _("match people sealed in with lodging offers")
    BARRIER_EDIT = "barrier.edit", _("register barriers and check fire lanes")
    DRILL_RUN = "drill.run", _("run drills in a practice compound")
    ORDER_LIFT = "order.lift", _("lift")
    TEMPLATE_EDIT = "template.edit", _("copy and edit plan templates")
    WORK_DO = "work.do", _("do and record work")
    WORK_ASSIGN = "work.assign", _("hand work to others")
    NOTICE_SEE = "notice.see", _("see notices and who was reached")
    NOTICE_SEND = "notice.send", _("send notices")
    CARE_SEE = "care.see", _("see care calls and their outcome")
    ASK_SEE = "ask.see", _("see what households ask for")
    MEDICAL_SEE = "medical.see", _("see requests for medicine and advice")
    BUY_SEE = "buy.see", _("see group-buys, run sheets and stock")
    BUY_ORGANISE = "buy.organise", _("draft, open and close group-buys, count and allocate")
    BUY_ORDER_FOR = "buy.order_for", _("order for a household by phone or at the door")
    BUY_REVIEW = "buy.review", _("approve or reject group-buys")
    MONEY_RECORD = "money.record", _("record payments and decide claims")
    STOCK_KEEP = "stock.keep", _("receive, issue and count stock")
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
_STAFF = frozenset(
    {P.BOARD_SEE, P.HOUSEHOLD_SEE, P.ORDER_SEE, P.WORK_DO, P.NOTICE_SEE, P.ASK_SEE, P.BUY_SEE}
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.MANAGER: frozenset(Permission) - {P.REPORT_COMMENT, P.BUY_REVIEW},
    Role.GUARD: _STAFF | {P.BARRIER_EDIT},
    Role.CLEANER: _STAFF,
    Role.TECHNICIAN: _STAFF | {P.BARRIER_EDIT},
    Role.WAREHOUSE: _STAFF | {P.BUY_ORGANISE, P.BUY_ORDER_FOR, P.STOCK_KEEP},
    Role.CAPTAIN: _STAFF
    | {P.HOUSEHOLD_EDIT, P.PHONE_REVEAL, P.ACCESS_DECIDE, P.CARE_SEE, P.REPORT_SEE}
    | {P.LODGING_MATCH, P.BUY_ORDER_FOR},
    Role.VOLUNTEER: _STAFF | {P.PHONE_REVEAL, P.CARE_SEE, P.BUY_ORDER_FOR},
    # The adviser sees care work, medicines and requests for advice, and nothing of the rest.
    Role.ADVISER: frozenset({P.CARE_SEE, P.MEDICAL_SEE, P.MEDICINE_SEE}),
    # The committee reads figures, comments and reviews purchases; it operates nothing and opens
    # no household file.
    Role.REVIEWER: frozenset({P.REPORT_SEE, P.REPORT_COMMENT, P.BUY_REVIEW}),
}


def allows(role: str, permission: Permission) -> bool:
    return permission in PERMISSIONS.get(Role(role), frozenset())
