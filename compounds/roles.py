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


# For the page that an auditor reads. A guard test asks that every permission stands here once.
SAYS: dict[Role, object] = {
    Role.MANAGER: _(
        "Runs the compound: seals, lifts, gives out work, sends notices, keeps files and members."
    ),
    Role.GUARD: _("Keeps the gates and fire lanes, and does the work on their own list."),
    Role.CLEANER: _("Disinfects, collects rubbish, and does the work on their own list."),
    Role.TECHNICIAN: _("Repairs, checks fire lanes, and does the work on their own list."),
    Role.WAREHOUSE: _("Keeps the stock, runs group-buys and orders for households."),
    Role.CAPTAIN: _("Looks after one stair or a building: files, sign-ins, care, the door."),
    Role.VOLUNTEER: _("Calls, visits and delivers; sees a number only with a reason."),
    Role.ADVISER: _("Sees care calls and requests for medicine or advice, and nothing else."),
    Role.REVIEWER: _(
        "Reads and comments across companies, operates nothing, opens no household file."
    ),
}
MEANS: dict[Permission, object] = {
    P.BOARD_SEE: _("Opens the desk: what is late, who is inside, rounds and rubbish of the day."),
    P.HOUSEHOLD_SEE: _("Opens files with names and care marks; numbers stay masked."),
    P.HOUSEHOLD_EDIT: _("Adds and changes people, marks, numbers, relatives and notes."),
    P.PHONE_REVEAL: _("Reads a whole number after giving a reason; each time is in the journal."),
    P.IDENTITY_REVEAL: _("Reads a whole identity number after giving a reason; in the journal."),
    P.MEDICINE_SEE: _("Reads who needs which medicine and which appointment."),
    P.HOUSEHOLD_MERGE: _("Makes one file of two of the same people; both histories stay."),
    P.SUBJECT_EXPORT: _("Hands a household everything that is kept about it."),
    P.ROSTER_IMPORT: _("Uploads a roster, confirms it, takes it back."),
    P.ACCESS_DECIDE: _("Lets residents' phones in or ends them, prints door codes."),
    P.ORDER_SEE: _("Reads orders, plans and what they started."),
    P.ORDER_SEAL: _("Puts places under an order, makes it longer or shorter."),
    P.LODGING_MATCH: _("Finds a bed for people who were sealed in away from home."),
    P.BARRIER_EDIT: _("Notes barriers with who opens them, and checks fire lanes."),
    P.DRILL_RUN: _("Practises with invented people in a practice compound."),
    P.ORDER_LIFT: _("Signs the checklist and ends an order."),
    P.TEMPLATE_EDIT: _("Copies plans and changes the compound's own."),
    P.WORK_DO: _("Has a list of work and records what came of it."),
    P.WORK_ASSIGN: _("Gives work to somebody else."),
    P.NOTICE_SEE: _("Reads notices and who was reached how."),
    P.NOTICE_SEND: _("Writes to households."),
    P.CARE_SEE: _("Reads care calls with marks and outcome."),
    P.ASK_SEE: _("Reads what households ask for."),
    P.MEDICAL_SEE: _("Reads requests for medicine and advice."),
    P.BUY_SEE: _("Reads group-buys, run sheets and stock."),
    P.BUY_ORGANISE: _("Drafts, opens, closes and allocates group-buys."),
    P.BUY_ORDER_FOR: _("Orders for somebody by phone or at the door."),
    P.BUY_REVIEW: _("Approves or rejects group-buys from outside."),
    P.MONEY_RECORD: _("Records payments and decides claims."),
    P.STOCK_KEEP: _("Receives, issues and counts goods."),
    P.REPORT_SEE: _("Reads the figures of a day and prints them."),
    P.REPORT_COMMENT: _("Writes a remark on a day's figures; changes nothing."),
    P.COMPOUND_EDIT: _("Adds homes and changes the compound."),
    P.MEMBER_EDIT: _("Invites, limits and ends members, resets lost devices, issues API tokens."),
}
ROOMS: tuple[tuple[object, tuple[str, ...]], ...] = (
    (_("Desk and work"), ("board", "work")),
    (
        _("Households"),
        ("household", "phone", "identity", "medicine", "subject", "roster", "access"),
    ),
    (_("Orders"), ("order", "lodging", "barrier", "drill", "template")),
    (_("Notices"), ("notice",)),
    (_("Care and requests"), ("care", "ask", "medical")),
    (_("Supplies"), ("buy", "money", "stock")),
    (_("Figures"), ("report",)),
    (_("The compound itself"), ("compound", "member")),
)


def rooms() -> list[tuple[object, list[Permission]]]:
    """(room, its permissions), in the order of the pages; what fits no room comes last."""
    found = [
        (title, [one for one in Permission if one.value.split(".")[0] in begins])
        for title, begins in ROOMS
    ]
    placed = {one for _title, several in found for one in several}
    rest = [one for one in Permission if one not in placed]
    return [*found, (_("Other"), rest)] if rest else found
