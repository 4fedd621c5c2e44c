"""The organiser's suppliers: added, their papers, changed, retired."""

from __future__ import annotations

from typing import Any

from supplies.models import Supplier
from tests.cast import Cast
from tests.supplies import things
from tests.supplies.desk import BASE, keeper, made

# Suppliers.


def test_a_supplier_is_added_from_a_draft_and_leads_back_to_it(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = made(site)
    answer = client.post(
        "/c/yujingwan/suppliers/new/",
        {"name": "新供应商", "licence_number": "JY1", "for": str(buy.pk)},
    )
    assert answer["Location"].endswith(f"?for={buy.pk}")
    page = client.get(answer["Location"]).content.decode()
    assert f"{BASE}{buy.pk}/edit/?step=what" in page
    twice = client.post("/c/yujingwan/suppliers/new/", {"name": "新供应商"})
    assert twice.status_code == 422


def test_a_paper_is_kept_and_no_picture_is_refused(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        shop = things.supplier(site)
    path = f"/c/yujingwan/suppliers/{shop.pk}/"
    good = {"deed": "paper", "title": "许可证", "picture": things.photo()}
    assert client.post(path, good).status_code == 302
    bad = {"deed": "paper", "title": "许可证", "picture": _no_photo()}
    assert client.post(path, bad).status_code == 422
    with site.open():
        paper = Supplier.objects.get(pk=shop.pk).files.get()
    assert client.get(f"/c/yujingwan/papers/{paper.pk}/")["Content-Type"] == "image/jpeg"
    other = cast.client(cast.huaidong.warehouse)
    assert other.get(f"/c/huaidong/papers/{paper.pk}/").status_code == 404


def _no_photo() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    return SimpleUploadedFile("photo.jpg", b"no picture at all")


def test_a_supplier_is_changed_and_retired(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        shop = things.supplier(site)
    path = f"/c/yujingwan/suppliers/{shop.pk}/"
    client.post(path, {"deed": "change", "licence_number": "JY9", "licence_until": "2030-01-01"})
    with site.open():
        assert Supplier.objects.get(pk=shop.pk).licence_number == "JY9"
    client.post(path, {"deed": "retire"})
    assert client.get(path).status_code == 404
