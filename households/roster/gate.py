"""What a file is, and whether it may be unpacked at all: decided from its bytes, never from
its name, and before any of it is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from households.roster.messages import Unreadable

MEGABYTE = 1024 * 1024
MAX_UPLOAD = 10 * MEGABYTE
MAX_UNPACKED = 50 * MEGABYTE
MAX_RATIO = 100
RATIO_FLOOR = MEGABYTE  # a part smaller than this may be as repetitive as it likes
MAX_PARTS = 2_000
STEP = 256 * 1024

XLSX, TEXT = "xlsx", "text"
OTHER_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "WebP"),
    (b"BM", "BMP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite"),
)
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WEB_PAGE = (b"<!doctype", b"<html", b"<?xml", b"<table")


def kind_of(data: bytes) -> str:
    """`xlsx` or `text`. Refused: too big, empty, and every other kind of file, by name."""
    if len(data) > MAX_UPLOAD:
        size = f"{len(data) / MEGABYTE:.1f}"
        raise Unreadable("too_big", size=size, limit=MAX_UPLOAD // MEGABYTE)
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise Unreadable("empty")
    if data.startswith(OLE_MAGIC):
        raise Unreadable("old_excel")
    if data.startswith(b"PK"):
        return _kind_of_zip(data)
    for magic, kind in OTHER_MAGIC:
        if data.startswith(magic) and (magic != b"BM" or b"\x00" in data[:64]):
            raise Unreadable("other_kind", kind=kind)
    if data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(WEB_PAGE):
        raise Unreadable("other_office", kind="HTML")
    return TEXT


def check_zip(data: bytes) -> None:
    """Refuse an archive by the sizes it declares, and then by whether it keeps to them."""
    parts = _parts(data)
    if len(parts) > MAX_PARTS:
        raise Unreadable("too_many_parts", limit=MAX_PARTS)
    if any(part.flag_bits & 0x1 for part in parts):
        raise Unreadable("locked")
    total = sum(part.file_size for part in parts)
    if total > MAX_UNPACKED:
        limit = MAX_UNPACKED // MEGABYTE
        raise Unreadable("unpacks_too_big", size=f"{total / MEGABYTE:.0f}", limit=limit)
    if any(_is_too_tight(part.file_size, part.compress_size) for part in parts):
        raise Unreadable("unpacks_too_tight", limit=MAX_RATIO)
    if _is_too_tight(total, len(data)):
        raise Unreadable("unpacks_too_tight", limit=MAX_RATIO)
    for part in parts:
        _check_inflation(data, part)


def _kind_of_zip(data: bytes) -> str:
    names = {part.filename for part in _parts(data)}
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return XLSX
    if any(name.startswith("word/") for name in names):
        raise Unreadable("other_office", kind="Word")
    if any(name.startswith("ppt/") for name in names):
        raise Unreadable("other_office", kind="PowerPoint")
    if "xl/workbook.bin" in names:
        raise Unreadable("other_office", kind=".xlsb")
    if "content.xml" in names and "mimetype" in names:
        raise Unreadable("other_office", kind="OpenDocument")
    if "[Content_Types].xml" in names:
        raise Unreadable("damaged")
    raise Unreadable("other_kind", kind="ZIP")


def _parts(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        ValueError,
        OSError,
        struct.error,
        NotImplementedError,
        EOFError,
        OverflowError,
    ):
        raise Unreadable("damaged") from None


def _is_too_tight(unpacked: int, packed: int) -> bool:
    return unpacked > RATIO_FLOOR and unpacked > MAX_RATIO * max(packed, 1)


def _check_inflation(data: bytes, part: zipfile.ZipInfo) -> None:
    """Inflate a part piece by piece, keeping nothing, and stop at the first byte too many."""
    start = part.header_offset
    header = data[start : start + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise Unreadable("damaged")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    body = start + 30 + name_length + extra_length
    packed = data[body : body + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        if len(packed) != part.file_size:
            raise Unreadable("lies")
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise Unreadable("damaged")
    if _inflated_size(packed, part.file_size) != part.file_size:
        raise Unreadable("lies")


def _inflated_size(packed: bytes, declared: int) -> int:
    """Bytes that `packed` inflates to, or the first count above `declared`."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size, rest = 0, packed
    try:
        while not inflater.eof and size <= declared:
            piece = inflater.decompress(rest, STEP)
            rest = inflater.unconsumed_tail
            size += len(piece)
            if not piece and not rest:
                break
    except zlib.error:
        raise Unreadable("damaged") from None
    return size
