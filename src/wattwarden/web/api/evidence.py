"""Photos and papers of a case: taking photos in by parts, giving them out, and the letter to the customer."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Path, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from wattwarden.app.casework.letter import evidence_letter
from wattwarden.app.casework.photo_parts import Part, take_photo
from wattwarden.app.casework.photos import read_photo
from wattwarden.web.api.access import viewer
from wattwarden.web.api.cases import CaseId, Version
from wattwarden.web.api.exports import PDF, file_of, given_out
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import Key
from wattwarden.web.api.work import TakenOut

router = Router(tags=["work"])
_MOST_BYTES = 2**31 - 1
Bytes = Annotated[int, Field(ge=0, le=_MOST_BYTES)]
_EVIDENCE = file_of("image/jpeg", "image/png", "image/webp", PDF, says="The file as it came in")


class PartIn(Schema):
    """Where the part begins, the bytes and the SHA-256 of the whole, and when and where it was taken."""

    offset: Bytes
    total: Bytes
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    noted_at: datetime
    version: Version
    note: Annotated[str, Field(max_length=2000)] = ""
    latitude: Annotated[float | None, Field(ge=-90, le=90)] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180)] = None
    accuracy: Annotated[float | None, Field(ge=0, le=1e6)] = None


class ReceivedOut(Schema):
    """How many bytes are here, so where the next part begins; ``entry`` once the photo is complete."""

    size: int
    entry: TakenOut | None


@router.post(
    "/visits/{int:case_id}/photos/{uuid:entry_id}",
    response={200: ReceivedOut, **REFUSALS},
    summary="上传照片分片 · A part of a photo",
)
def photo_part(
    request: HttpRequest,
    case_id: CaseId,
    entry_id: Annotated[UUID, Path()],
    part: File[UploadedFile],
    told: Form[PartIn],
) -> ReceivedOut:
    """Append a part where the one before ended; one that came before changes nothing."""
    place = told.model_dump(include={"note", "latitude", "longitude", "accuracy"})
    sent = {"noted_at": told.noted_at.isoformat(), "version": told.version, "data": place}
    given = Part(told.offset, told.total, told.sha256, part.read())
    size, taken = take_photo(viewer(request), case_id, entry_id, given, sent)
    return ReceivedOut(size=size, entry=TakenOut.of(taken) if taken else None)


@router.get(
    "/cases/{int:case_id}/photos/{digest}",
    response=REFUSALS,
    openapi_extra=_EVIDENCE,
    summary="照片或文件 · A photo or paper",
)
def photo(request: HttpRequest, case_id: CaseId, digest: Annotated[Key, Path()]) -> HttpResponse:
    """One file of a case by its SHA-256, which is checked again."""
    content, kind = read_photo(viewer(request), case_id, digest)
    return given_out(content, kind, digest)


@router.get(
    "/cases/{int:case_id}/letter",
    response=REFUSALS,
    openapi_extra=file_of(PDF, says="A letter"),
    summary="证据告知函 · Letter to the customer",
)
def letter(
    request: HttpRequest,
    case_id: CaseId,
    language: Annotated[Literal["zh", "en"], Query()] = "zh",
    masked: Annotated[bool, Query(description="A copy for the file.")] = False,
) -> HttpResponse:
    """The letter with the numbers of the case; an unmasked one needs the right to reveal. Recorded."""
    content = evidence_letter(viewer(request), case_id, language, masked=masked)
    return given_out(content, PDF, f"letter-{case_id}-{language}.pdf")
