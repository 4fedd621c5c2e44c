"""Photos are checked by content, made small, and say nothing of where they were taken."""

from __future__ import annotations

import io
import zlib
from struct import pack

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from PIL import Image

from compounds.models import Picture
from compounds.pictures import MOST_KEPT, SIDE, keep_picture, serve, shrink
from lockdown.kernel.errors import Refused
from tests.cast import Cast


def upload(data: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def encoded(picture: Image.Image, kind: str = "JPEG", **more) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **more)
    return buffer.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 120).convert("RGB")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_becomes_a_small_jpeg(kind: str) -> None:
    data, size = shrink(upload(encoded(noise(2600, 1900), kind)))
    assert max(size) <= SIDE
    assert len(data) <= MOST_KEPT
    assert Image.open(io.BytesIO(data)).format == "JPEG"


def test_a_small_photo_is_not_blown_up() -> None:
    assert shrink(upload(encoded(noise(60, 40))))[1] == (60, 40)


def test_it_forgets_the_place_and_keeps_the_right_way_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the phone upright
    exif[0x010F] = "SomePhone"
    exif.get_ifd(0x8825)[1] = "N"
    data, size = shrink(upload(encoded(noise(80, 40), exif=exif)))
    assert size == (40, 80)
    assert not Image.open(io.BytesIO(data)).getexif()
    assert b"SomePhone" not in data


def test_what_shines_through_becomes_white() -> None:
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    data, _size = shrink(upload(encoded(clear, "PNG")))
    assert min(Image.open(io.BytesIO(data)).getpixel((5, 5))) > 250


def flood(width: int, height: int) -> bytes:
    """A PNG of a few bytes that declares more pixels than memory holds."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body))

    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7 not a photo",
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        encoded(noise(40, 40))[:200],
        flood(60_000, 60_000),
        flood(8000, 8000),
    ],
    ids=["empty", "pdf", "gif", "svg", "cut off", "flood", "smaller flood"],
)
def test_what_is_no_photo_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        shrink(upload(data))
    assert refusal.value.field == "picture"
    assert str(refusal.value)


def test_the_name_of_the_file_says_nothing() -> None:
    data = encoded(noise(20, 20), "PNG")
    assert shrink(upload(data, "photo.pdf"))[1] == (20, 20)
    with pytest.raises(Refused):
        shrink(upload(b"MZ" + b"\0" * 300, "photo.jpg"))


def test_more_than_ten_megabytes_is_not_read() -> None:
    big = upload(b"\xff\xd8\xff")
    big.size = 11 * 1024 * 1024
    with pytest.raises(Refused, match="10"):
        shrink(big)


def test_it_is_kept_behind_the_wall_and_served_to_that_browser_alone(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        kept = keep_picture(
            upload=upload(encoded(noise(60, 40))),
            compound=site.compound.pk,
            kind="test",
            by=site.guard,
        )
        found = Picture.objects.get(pk=kept.pk)
        assert (found.width, found.height, found.by) == (60, 40, "李建国")
        answer = serve(RequestFactory().get("/"), found)
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Cache-Control"].startswith("private")
        assert answer.content == bytes(found.data)
        again = serve(RequestFactory().get("/", headers={"If-None-Match": answer["ETag"]}), found)
        assert (again.status_code, again.content) == (304, b"")
    with cast.huaidong.open():
        assert not Picture.objects.filter(pk=kept.pk).exists()
