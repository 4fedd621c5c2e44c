"""A supplier's licence as a PDF: checked by content, handed out to be saved, never shown here."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compounds.pictures import MOST_PDF
from supplies.models import SupplierFile
from tests.cast import Cast
from tests.supplies import things

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def sent(data: bytes, name: str = "licence.pdf") -> dict[str, object]:
    upload = SimpleUploadedFile(name, data)
    return {"deed": "paper", "title": "食品经营许可证", "picture": upload}


def test_a_pdf_is_kept_and_handed_out_sealed(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        supplier = buy.supplier
    client = cast.client(site.warehouse)
    url = f"/c/yujingwan/suppliers/{supplier.pk}/"
    assert client.post(url, sent(PDF)).status_code == 302
    with site.open():
        paper = SupplierFile.objects.select_related("picture").get()
        assert bytes(paper.picture.data) == PDF
    page = client.get(url).content.decode()
    assert f'src="/c/yujingwan/papers/{paper.pk}/"' not in page
    assert '<b class="pdf">PDF</b>' in page
    review = cast.client(cast.reviewer)
    assert "PDF" in review.get(f"/review/yujingwan/buys/{buy.pk}/").content.decode()
    for who, path in (
        (client, f"/c/yujingwan/papers/{paper.pk}/"),
        (review, f"/review/yujingwan/buys/{buy.pk}/papers/{paper.pk}/"),
    ):
        answer = who.get(path)
        assert answer.content == PDF
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n" + b"x" * MOST_PDF + b"%%EOF", "超过 3 MB"),
        (PDF.replace(b"%%EOF", b""), "不完整"),
        (b"<html><script>alert(1)</script></html>", "不是照片"),
        (b"MZ" + PDF, "不是照片"),
    ],
)
def test_what_is_no_whole_pdf_is_refused(cast: Cast, data: bytes, words: str) -> None:
    site = cast.yujingwan
    with site.open():
        supplier = things.supplier(site)
    answer = cast.client(site.warehouse).post(f"/c/yujingwan/suppliers/{supplier.pk}/", sent(data))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with site.open():
        assert not SupplierFile.objects.exists()
