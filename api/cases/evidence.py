"""Evidence: brought as a file before it is filed, and read again by the parties and the competent officer."""

import asyncio
from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from python_multipart.exceptions import MultipartParseError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import caller, country_here, house_of
from api.edge.contract import Id, documented
from api.edge.may_read import past_of, readable, recorded
from api.edge.problems import Declined
from api.edge.shapes import Count, EventHash, OpaqueId, Shape
from domain.refusals import Fault, Invalid, NotAllowed, Unknown
from domain.visibility import visible_evidence
from infra.stores.evidence import Damaged

router = APIRouter()


class Uploaded(Shape):
    id: OpaqueId
    sha256: EventHash
    media_type: Literal["application/pdf", "image/jpeg", "image/png"]
    size: Count


_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["country", "file"],
                    "additionalProperties": False,
                    "properties": {
                        "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}
_UPLOAD = documented(
    "Bring a piece of evidence", answer=Uploaded, created=True, problems=(400, 413, 415, 422)
)
_UPLOAD["openapi_extra"] = {**_UPLOAD["openapi_extra"], **_FORM}
_DOWNLOAD = documented("Read a piece of evidence", problems=(409, 410))
_DOWNLOAD["responses"][200] = {
    "description": "The file, as an attachment",
    "content": {
        m: {"schema": {"type": "string", "format": "binary"}}
        for m in ("application/pdf", "image/jpeg", "image/png")
    },
}


@router.post("/v1/evidence", **_UPLOAD)
async def upload(request: Request) -> Response:
    """PDF, JPEG or PNG, at most 10,000,000 bytes, which are looked at; gone after a day if not filed."""
    actor = caller(request)
    if not actor.persons:
        raise NotAllowed("evidence_by_people")
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Declined(415, "form_expected")
    try:
        async with request.form(max_files=1, max_fields=2) as form:
            code, file = form.get("country"), form.get("file")
            whole = form.keys() == {"country", "file"}
            if not whole or not isinstance(file, UploadFile) or not isinstance(code, str):
                raise Invalid(Fault("/file", "country_and_file"))
            raw, declared = await file.read(), file.content_type
    except (HTTPException, MultiPartException, MultipartParseError, LookupError, UnicodeError):
        raise Declined(400, "not_a_form") from None
    country = country_here(request, code)
    owner = country.ids.uploader(actor.issuer, actor.subject)
    at = house_of(request).clock()
    kept = await asyncio.to_thread(country.evidence.upload, raw, declared, owner, at)
    body = {"id": kept.id, "sha256": kept.sha256, "media_type": kept.media_type, "size": kept.size}
    return answered(body, 201, location=f"/v1/evidence/{kept.id}")


@router.get("/v1/cases/{case}/evidence/{evidence}", **_DOWNLOAD)
async def download(request: Request, case: Id, evidence: Id) -> Response:
    """As an attachment, never shown inline; the reading is recorded first."""
    actor = caller(request)
    country, found, rule = await readable(request, actor, case, "evidence.read")
    seen = visible_evidence(found, rule.party, rule.capacities, rule.person)
    piece = next((a for a in seen if a["id"] == evidence), None)
    if piece is None:
        raise Unknown
    await recorded(request, country, rule, past_of(found), "reading evidence")
    try:
        raw = await asyncio.to_thread(country.evidence.read, piece["id"], piece["key"])
    except Damaged:
        raise Declined(409, "evidence_damaged") from None
    if raw is None:
        raise Unknown("evidence_gone")
    headers = {"Content-Disposition": f'attachment; filename="{piece["kind"]}"', "Cache-Control": "no-store"}
    return Response(raw, 200, headers, piece["media_type"])
