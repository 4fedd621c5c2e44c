"""What phones and browsers send: fifty times the same, opposite carts, too late, hostile files."""

from __future__ import annotations

import io
import os
import secrets
import struct
import time
import uuid
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import psycopg
from django.db import connections
from django.utils import timezone

from bench.faults_checks import Check, Measure
from bench.faults_crowd import TOKEN, Answer, send
from bench.faults_examining import Done
from bench.faults_outages import Sale, done, enough, sale
from bench.faults_processes import until
from bench.faults_scene import desk
from bench.scenes import workbook
from lockdown.kernel.tenancy import scope
from supplies import sweeps
from supplies.models import GroupBuy

TIMES = 50
CARTS = 60  # of each of the two kinds
MEMORY = 400  # MB of one process of the web server
NO_DEADLOCK = "PostgreSQL saw no deadlock"
SKEW = timedelta(hours=2)
FLOOD = 60_000  # pixels a side

FIFTY_ARE_ONE = Check(
    "fifty at once are one order with one answer",
    f"""
    SELECT a.key FROM faults_answer a GROUP BY a.key
    HAVING count(*) >= {TIMES} AND (
        bool_or(a.status <> 302 AND a.cart = (SELECT r.cart FROM supplies_orderrequest r
            WHERE r.key = a.key LIMIT 1))
        OR (SELECT count(*) FROM supplies_orderrequest r WHERE r.key = a.key) <> 1
    )
    """,
    (
        f"""
        UPDATE faults_answer SET status = 422 WHERE ctid = (
            SELECT min(ctid) FROM faults_answer WHERE status = 302 AND key IN (
                SELECT key FROM faults_answer GROUP BY key HAVING count(*) >= {TIMES}
            )
        )
        """,
    ),
)
ANOTHER_BODY = Check(
    "another cart under the same key is 409",
    f"""
    SELECT a.key FROM faults_answer a
    WHERE a.key IN (SELECT key FROM faults_answer GROUP BY key HAVING count(*) >= {TIMES})
        AND a.status <> 409
        AND a.cart <> (SELECT r.cart FROM supplies_orderrequest r WHERE r.key = a.key LIMIT 1)
    """,
    ("UPDATE faults_answer SET status = 422 WHERE status = 409",),
)


def same_post_50() -> Done:
    """The same order fifty times at once, another cart under its key, the same order again."""
    with sale("same-post", phones=8) as shop:
        eggs, tea, _rice = shop.scene.lines.values()
        for phone in shop.scene.phones[8:12]:
            key, cart = uuid.uuid4().hex, {eggs: 1, tea: 2}
            deed = partial(shop.crowd.order, 0, phone, cart, key)
            shop.crowd.all_at_once([deed] * TIMES)
            other = shop.crowd.order(0, phone, {eggs: 1, tea: 3}, key)
            again = shop.crowd.order(0, phone, cart, key)
            if (other.status, again.status) != (409, 302):
                print(f"same_post_50: {other.status}, {again.status}")
    made = done(shop, 0.0, 0, note=f"{TIMES} at once, four times")
    made.recovery_s, made.measures = None, [_deadlocks()]
    made.checks = (FIFTY_ARE_ONE, ANOTHER_BODY)
    return made


def opposite_carts() -> Done:
    """Pairs of carts of the same items in opposite order, over and over."""
    with sale("opposite-carts", phones=4) as shop:
        lines = list(shop.scene.lines.values())

        def many(place: int) -> None:
            wanted = lines if place % 2 else list(reversed(lines))
            for number in range(CARTS):
                cart = dict.fromkeys(wanted, 1 + (place + number) % 3)
                shop.crowd.order_until_answered(place, shop.scene.phones[4 + place], cart)

        shop.crowd.all_at_once([partial(many, place) for place in range(16)])
    made = done(shop, 0.0, 0, note=f"16 phones, {CARTS} carts each")
    made.recovery_s, made.measures = None, [_deadlocks()]
    return made


def _deadlocks() -> Measure:
    """Since the server was last started; every fault looks at it."""
    connections.close_all()
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as link:
        row = link.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    return Measure(NO_DEADLOCK, float(row[0] if row else 0), 0)


NOTHING_LATE = Check(
    "nothing is taken after the cut-off",
    """
    SELECT r.id FROM supplies_orderrequest r
    JOIN supplies_groupbuy b ON b.compound_id = r.compound_id AND b.id = r.buy_id
    WHERE r.at >= b.closes_at
    """,
    (
        "UPDATE supplies_orderrequest SET at = at + interval '1 day' "
        "WHERE id = (SELECT min(r.id) FROM supplies_orderrequest r "
        "JOIN faults_answer a ON a.key = r.key)",
    ),
)
LATE_IS_REFUSED = Check(
    "who sends after the cut-off is refused",
    """
    SELECT a.key FROM faults_answer a
    WHERE a.status = 302 AND a.began > (SELECT max(closes_at) FROM supplies_groupbuy)
    """,
    (
        "UPDATE faults_answer SET began = 'infinity', ended = 'infinity' "
        "WHERE ctid = (SELECT min(ctid) FROM faults_answer WHERE status = 302)",
    ),
)
MAY_WAIT = Check(
    "who was too late is on the waiting list",
    """
    SELECT a.household_id FROM faults_answer a
    WHERE a.status = 422 AND a.began > (SELECT max(closes_at) FROM supplies_groupbuy)
        AND NOT EXISTS (
            SELECT 1 FROM supplies_waitingrequest w WHERE w.household_id = a.household_id
        )
    """,
    (
        "DELETE FROM supplies_waitingrequest WHERE reason = 'late' AND household_id = "
        "(SELECT min(household_id) FROM supplies_waitingrequest WHERE reason = 'late')",
    ),
)


def clocks() -> Done:
    """The cut-off comes while phones whose clocks are two hours off order on; the sweep is late."""
    with sale("clocks") as shop:
        shop.crowd.headers = _clock
        closes_at = timezone.now() + timedelta(seconds=4)
        with scope([shop.scene.compound]):
            GroupBuy.objects.filter(state="open").update(closes_at=closes_at)
        until(lambda: timezone.now() > closes_at, seconds=10)
        shop.crowd.asks_to_wait = True
        sweeps.run(now=timezone.now() - SKEW)
        time.sleep(4)
        if not _late(shop, closes_at):
            raise RuntimeError("nobody was too late")
    sweeps.run(now=timezone.now())
    late = _late(shop, closes_at)
    made = done(shop, 0.0, 0, note=f"{len(late)} orders were too late, and each phone waits")
    made.recovery_s = None
    made.measures = [_deadlocks()]
    made.checks = (NOTHING_LATE, LATE_IS_REFUSED, MAY_WAIT)
    return made


def _clock(place: int) -> dict[str, str]:
    """What a phone says the time is: two hours ahead, or behind."""
    skewed = datetime.now(UTC) + (SKEW if place % 2 else -SKEW)
    return {"Date": format_datetime(skewed, usegmt=True)}


def _late(shop: Sale, closes_at: datetime) -> list[Answer]:
    return [one for one in shop.crowd.answers if one.status == 422 and one.began > closes_at]


NO_SHEET = Check(
    "nothing of a hostile sheet is kept",
    "SELECT id FROM households_rosterimport WHERE file_name LIKE 'bomb%'",
    (
        "UPDATE households_rosterimport SET file_name = 'bomb.xlsx' "
        "WHERE id = (SELECT min(id) FROM households_rosterimport)",
    ),
)
NO_PICTURE = Check(
    "nothing of a flood of pixels is kept",
    "SELECT id FROM compounds_picture",
    (
        "INSERT INTO compounds_picture "
        "(compound_id, kind, data, width, height, digest, by, taken_at) "
        "SELECT id, 'mutant', '', 1, 1, '', '', now() FROM compounds_compound "
        "WHERE id = (SELECT min(compound_id) FROM supplies_groupbuy)",
    ),
)
REFUSED = Check(
    "every hostile file is refused",
    "SELECT key FROM faults_answer WHERE key LIKE 'file-%' AND status <> 422",
    (
        "UPDATE faults_answer SET status = 409 WHERE ctid = "
        "(SELECT min(ctid) FROM faults_answer WHERE key LIKE 'file-%')",
    ),
)


def bomb_files() -> Done:
    """Archives and pictures that unpack to gigabytes, eight at once, while the sale goes on."""
    with sale("bomb-files", phones=6) as shop:
        site = shop.scene.site
        session = desk(site.manager)
        roster = f"/c/{site.compound.slug}/households/imports/new/"
        papers = f"/c/{site.compound.slug}/suppliers/{shop.scene.supplier.pk}/"
        sheets = [_bomb(), _liar()]
        pictures = [_flood(FLOOD), _flood(8000)]
        shop.web.forget_memory()
        deeds = [
            partial(_upload, shop, session, roster, "file", "bomb.xlsx", one) for one in sheets
        ]
        deeds += [
            partial(_upload, shop, session, papers, "picture", "flood.png", one) for one in pictures
        ]
        shop.crowd.all_at_once(deeds * 2)
        peak = shop.web.most_memory()
        enough(shop.crowd, 20)
    made = done(shop, 0.0, 0, note=f"{len(deeds) * 2} files; the web's process held {peak} MB")
    made.recovery_s = None
    made.measures = [Measure(f"a web process holds at most {MEMORY} MB", peak, MEMORY)]
    made.checks = (REFUSED, NO_SHEET, NO_PICTURE)
    return made


def _upload(shop: Sale, session: str, path: str, field: str, name: str, data: bytes) -> None:
    boundary = secrets.token_hex(12)
    fields = {"csrfmiddlewaretoken": TOKEN, "deed": "paper", "title": "执照"}
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    )
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    body += f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + data
    body += f"\r\n--{boundary}--\r\n".encode()
    began, sent_at = datetime.now(UTC), time.monotonic()
    kind = f"multipart/form-data; boundary={boundary}"
    status, says = send(shop.web.port, path, body, kind, session)
    shop.crowd.answers.append(
        Answer(
            0,
            f"file-{secrets.token_hex(8)}",
            {},
            status,
            says,
            began,
            datetime.now(UTC),
            time.monotonic(),
            sent_at,
        )
    )


def _bomb() -> bytes:
    """A real roster with a part of 200 MB of zeros."""
    buffer = io.BytesIO(workbook([]))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * (200 * 1024 * 1024))
    return buffer.getvalue()


def _liar() -> bytes:
    """The same, with a declared size of a thousand bytes in both headers."""
    data = bytearray(_bomb())
    name = b"xl/media/image1.png"
    struct.pack_into("<I", data, data.index(name) - 30 + 22, 1000)
    struct.pack_into("<I", data, data.rindex(name) - 46 + 24, 1000)
    return bytes(data)


def _flood(side: int) -> bytes:
    """A PNG of a few bytes that declares more pixels than memory holds."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
