"""What may be shown of a person where others can read it."""

from __future__ import annotations

DOUBLE_SURNAMES = (
    *("欧阳", "上官", "司马", "诸葛", "尉迟", "皇甫", "单于"),
    *("慕容", "令狐", "东方", "夏侯", "司徒", "端木"),
)


def mask_name(value: object) -> str:
    """张**: the surname and two stars, however long the name is."""
    name = str(value or "").strip()
    if not name:
        return ""
    kept = name[:2] if name.startswith(DOUBLE_SURNAMES) and len(name) > 2 else name[0]
    return f"{kept}**"


def mask_phone(value: object) -> str:
    """138****8000; a short number keeps its last two digits only."""
    digits = "".join(char for char in str(value or "") if char.isdigit())
    if len(digits) >= 11:
        return f"{digits[-11:-8]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if len(digits) > 4 else "****" if digits else ""
