"""Photos for any room: checked by content, made small, stripped of everything but the picture.

`keep_picture()` stores an upload, `serve()` answers with one; the room's own view says who may.
`keep_paper()` takes a PDF besides, for papers that come as one: kept as it is, and never shown
inside the product, only handed out to be saved.
"""

from __future__ import annotations

import hashlib
import io
import warnings

import filetype
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from compounds.models import Picture
from journal.actions import Actor
from lockdown.kernel.errors import Refused

MOST_UPLOAD = 10 * 1024 * 1024  # bytes, as a phone sends them
MOST_PDF = 3 * 1024 * 1024  # bytes; a licence with its annexes
PDF = "application/pdf"
MOST_PIXELS = 40_000_000  # declared; refused before anything is decoded
SIDE = 1280  # pixels of the longer side that is kept
MOST_KEPT = 300_000  # bytes
KINDS = ("image/jpeg", "image/png", "image/webp")
QUALITIES = (82, 70, 55, 40)
BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError)


def keep_picture(*, upload: UploadedFile, compound: int, kind: str, by: Actor) -> Picture:
    """A JPEG of at most 1280 pixels and 300 kB, without EXIF. `kind` names room and use.

    Refused, before it is decoded: more than 10 MB, more than 40 million pixels, anything whose
    first bytes are not those of a JPEG, PNG or WebP.
    """
    data, size = shrink(upload)
    return Picture.objects.create(
        compound_id=compound,
        kind=kind,
        data=data,
        width=size[0],
        height=size[1],
        digest=hashlib.sha256(data).hexdigest(),
        by=by.actor_label[:80],
    )


def keep_paper(*, upload: UploadedFile, compound: int, kind: str, by: Actor) -> Picture:
    """A photo as above, or a PDF of at most 3 MB: no width, no height.

    Refused: a larger PDF, one that does not end as a PDF does, anything else that is no photo.
    """
    upload.seek(0)
    found = filetype.guess(upload.read(262))
    if found is None or found.mime != PDF:
        return keep_picture(upload=upload, compound=compound, kind=kind, by=by)
    if (upload.size or 0) > MOST_PDF:
        raise Refused(
            _("The PDF is larger than 3 MB. Send the page with the licence, or a photo of it."),
            field="picture",
        )
    upload.seek(0)
    data = upload.read(MOST_PDF + 1)
    if b"%%EOF" not in data[-1024:]:
        raise Refused(_("This PDF is not complete. Save it again and send it."), field="picture")
    return Picture.objects.create(
        compound_id=compound,
        kind=kind,
        data=data,
        width=0,
        height=0,
        digest=hashlib.sha256(data).hexdigest(),
        by=by.actor_label[:80],
    )


def shrink(upload: UploadedFile) -> tuple[bytes, tuple[int, int]]:
    """The bytes to keep, with width and height."""
    if (upload.size or 0) > MOST_UPLOAD:
        raise Refused(_("The photo is larger than 10 MB. Take a smaller one."), field="picture")
    upload.seek(0)
    data = upload.read(MOST_UPLOAD + 1)
    found = filetype.guess(data[:262])
    if found is None or found.mime not in KINDS:
        raise Refused(_("This file is no photo. Send a JPEG, PNG or WebP."), field="picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _encode(data)
    except BROKEN:
        raise Refused(_("This photo cannot be read. Take it again."), field="picture") from None


def _encode(data: bytes) -> tuple[bytes, tuple[int, int]]:
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
        # Opening reads the header only: a flood of pixels is refused from its declared size.
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused(_("The photo has too many pixels. Take a smaller one."), field="picture")
        picture.draft("RGB", (SIDE, SIDE))
        small = ImageOps.exif_transpose(picture)
        small.thumbnail((SIDE, SIDE))
        plain = Image.new("RGB", small.size, "white")
        plain.paste(small, mask=small.getchannel("A") if "A" in small.getbands() else None)
    for quality in QUALITIES:
        buffer = io.BytesIO()
        plain.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= MOST_KEPT:
            break
    else:
        plain.thumbnail((SIDE // 2, SIDE // 2))
        buffer = io.BytesIO()
        plain.save(buffer, "JPEG", quality=QUALITIES[-1])
    return buffer.getvalue(), plain.size


def serve(request: HttpRequest, picture: Picture) -> HttpResponse:
    """The picture for whoever the calling view has let in; kept by that browser alone."""
    tag = f'"{picture.digest}"'
    if request.headers.get("If-None-Match") == tag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = _sealed_pdf(picture) if picture.is_pdf else _shown(picture)
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, max-age=604800, immutable"
    return answer


def _shown(picture: Picture) -> HttpResponse:
    answer = HttpResponse(bytes(picture.data), content_type="image/jpeg")
    answer["Content-Disposition"] = "inline"
    return answer


def _sealed_pdf(picture: Picture) -> HttpResponse:
    """A stranger's file: saved, not opened here; if a browser opens it all the same, alone."""
    answer = HttpResponse(bytes(picture.data), content_type=PDF)
    answer["Content-Disposition"] = f'attachment; filename="paper-{picture.pk}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
