"""The pages and endpoints of the development identity provider: OpenID Connect as far as this house needs it.

The code flow with PKCE for people (RFC 6749, 7636, 9207), ``private_key_jwt`` for machines (RFC 7523).
It shows who lives here and hands out what ``infra.development`` gives; no passwords. Not in production.
"""

from dataclasses import fields
from typing import Any, Final, Literal, TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

from api.edge.caller import raw_body
from api.edge.sentences import english
from api.front.layout import filled, page
from domain.countries import countries
from infra.development.development import (
    CLIENT,
    AuthorizationRequest,
    DevelopmentProvider,
    Granted,
    Refused,
    Resident,
    UnknownResident,
    residents,
)

Body = TypeVar("Body", bound=BaseModel)
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LARGEST_FORM: Final = 16_384
_LOOPBACK: Final = r"^http://(127\.0\.0\.1|localhost)(:[1-9][0-9]{0,4})?/[A-Za-z0-9._~/-]{0,200}$"
_TEXT: Final = r"^[ -~]{0,500}$"


class SignIn(BaseModel):
    """What a client sends a person here with; other parameters are ignored, as RFC 6749 asks."""

    response_type: Literal["code"]
    client_id: Literal["development"]
    redirect_uri: str = Field(pattern=_LOOPBACK)
    code_challenge: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    code_challenge_method: Literal["S256"]
    scope: str = Field(default="", pattern=_TEXT)
    state: str | None = Field(default=None, pattern=_TEXT)
    nonce: str | None = Field(default=None, pattern=_TEXT)


class SignedIn(SignIn):
    """The form of the page: the same, and who was chosen; nobody, and the client hears ``access_denied``."""

    person: str | None = Field(default=None, pattern=r"^[a-z0-9-]{0,100}$")  # without a value: left out


class CodeGrant(BaseModel):
    """A code against tokens."""

    grant_type: Literal["authorization_code"]
    code: str = Field(pattern=_TEXT)
    redirect_uri: str = Field(pattern=_LOOPBACK)
    client_id: str = Field(pattern=r"^[a-z0-9-]{1,100}$")
    code_verifier: str = Field(pattern=r"^[A-Za-z0-9._~-]{43,128}$")


class MachineGrant(BaseModel):
    """The signed statement of a machine against a token."""

    grant_type: Literal["client_credentials"]
    client_assertion_type: Literal["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    client_assertion: str = Field(pattern=r"^[A-Za-z0-9._-]{1,4096}$")
    client_id: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,100}$")


class TokenAnswer(BaseModel):
    """Tokens (RFC 6749, 5.1); an ID token where the scope had ``openid``."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a kind of token
    expires_in: int = Field(description="seconds")
    id_token: str | None = None


class OAuthError(BaseModel):
    """An error (RFC 6749, 5.2)."""

    error: Literal["invalid_request", "invalid_client", "invalid_grant", "unsupported_grant_type"]
    error_description: str


class Metadata(BaseModel):
    """What the provider can do (OpenID Connect Discovery 1.0, 3; RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    response_types_supported: tuple[str, ...] = ("code",)
    response_modes_supported: tuple[str, ...] = ("query",)
    grant_types_supported: tuple[str, ...] = ("authorization_code", "client_credentials")
    subject_types_supported: tuple[str, ...] = ("public",)
    scopes_supported: tuple[str, ...] = ("openid",)
    claims_supported: tuple[str, ...] = ("sub", "name", "personal_number")
    id_token_signing_alg_values_supported: tuple[str, ...] = ("ES256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("none", "private_key_jwt")
    token_endpoint_auth_signing_alg_values_supported: tuple[str, ...] = ("ES256",)
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    authorization_response_iss_parameter_supported: bool = True


class PublicKey(BaseModel):
    """A public key (RFC 7517, RFC 7518 6.2)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    use: Literal["sig"]
    alg: Literal["ES256"]
    kid: str


class PublicKeys(BaseModel):
    """The keys that verify the tokens."""

    keys: list[PublicKey]


def router(provider: DevelopmentProvider) -> APIRouter:
    """The routes under ``/identity``, for this provider."""
    routes = APIRouter(prefix="/identity", tags=["development identity provider"])

    @routes.get("/.well-known/openid-configuration", summary="What the identity provider can do", **_OPEN)
    async def metadata() -> Metadata:
        issuer = provider.issuer
        return Metadata(
            issuer=issuer,
            authorization_endpoint=f"{issuer}/authorize",
            token_endpoint=provider.token_endpoint,
            jwks_uri=f"{issuer}/jwks.json",
        )

    @routes.get("/jwks.json", summary="The public keys of the identity provider", **_OPEN)
    async def jwks() -> PublicKeys:
        return PublicKeys.model_validate(provider.jwks())

    @routes.get("/authorize", summary="Sign in as somebody: the page", **_sign_in_page())
    async def choose(request: Request) -> Response:
        try:
            asked = _read(SignIn, request.query_params.multi_items())
        except _Wrong as wrong:
            return _wrong_page(wrong)
        return _page("Who are you?", form_target=asked.redirect_uri, **_choices(asked))

    @routes.post("/authorize", summary="Sign in as somebody: the choice", **_sign_in_choice())
    async def chosen(request: Request) -> Response:
        try:
            return _back(provider, _read(SignedIn, await _form(request)))
        except _Wrong as wrong:
            return _wrong_page(wrong)

    @routes.post("/token", summary="A token for a code, or for a machine", **_token_endpoint())
    async def token(request: Request) -> Response:
        return await _grant(provider, request)

    return routes


class _Wrong(Exception):
    """The request cannot be read; the message names the parameter, never what stood in it."""

    def __init__(self, message: str, error: str = "invalid_request") -> None:
        super().__init__(message)
        self.error = error


async def _form(request: Request) -> list[tuple[str, str]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise _Wrong(f"Send the parameters as {_FORM}.")
    raw = await raw_body(request)
    if len(raw) > LARGEST_FORM:
        raise _Wrong(f"The form is larger than {LARGEST_FORM} bytes.")
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise _Wrong("The form cannot be read.") from None


def _read(shape: type[Body], pairs: list[tuple[str, str]]) -> Body:
    """The parameters in this shape. Without a value is left out; none may come twice (RFC 6749, 3.1)."""
    known = [(name, value) for name, value in pairs if name in shape.model_fields and value]
    if len(dict(known)) != len(known):
        raise _Wrong("A parameter is there twice.")
    try:
        return shape.model_validate(dict(known))
    except ValidationError as error:
        wrong = sorted({str(e["loc"][0]) for e in error.errors(include_url=False, include_input=False)})
        raise _Wrong(f"Missing, or not as it has to be: {', '.join(wrong)}.") from None


def _back(provider: DevelopmentProvider, signed_in: SignedIn) -> Response:
    """Back to the client, with a code, or with nothing where nobody was chosen."""
    answer = {"error": "access_denied"}
    if signed_in.person is not None:
        asked = AuthorizationRequest(
            **signed_in.model_dump(include={f.name for f in fields(AuthorizationRequest)})
        )
        try:
            answer = {"code": provider.code_for(asked, signed_in.person)}
        except UnknownResident as error:
            return _page("Nobody of that name", 404, wrong=str(error))
    if signed_in.state is not None:
        answer["state"] = signed_in.state
    target = f"{signed_in.redirect_uri}?{urlencode({**answer, 'iss': provider.issuer})}"
    return RedirectResponse(target, 303, _NOT_STORED)


async def _grant(provider: DevelopmentProvider, request: Request) -> Response:
    try:
        granted = _granted(provider, await _form(request))
    except _Wrong as wrong:
        return _oauth_error(400, wrong.error, str(wrong))
    except Refused as refused:
        return _oauth_error(
            401 if refused.error == "invalid_client" else 400, refused.error, refused.description
        )
    answer = TokenAnswer(**granted._asdict())
    return JSONResponse(answer.model_dump(exclude_none=True), headers=_NOT_STORED)


def _granted(provider: DevelopmentProvider, pairs: list[tuple[str, str]]) -> Granted:
    match dict(pairs).get("grant_type"):
        case "authorization_code":
            by = _read(CodeGrant, pairs)
            if by.client_id != CLIENT:
                raise Refused("invalid_client", "There is no such client.")
            return provider.redeem(by.code, by.client_id, by.redirect_uri, by.code_verifier)
        case "client_credentials":
            machine = _read(MachineGrant, pairs)
            return provider.grant_machine(machine.client_assertion, machine.client_id)
        case None | "":
            raise _Wrong("Missing, or not as it has to be: grant_type.")
    raise _Wrong("Only authorization_code and client_credentials are granted.", "unsupported_grant_type")


def _oauth_error(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status, _NOT_STORED)


# --- the page ---------------------------------------------------------------------------------------------


def _page(title: str, status: int = 200, *, form_target: str | None = None, **values: Any) -> Response:
    """The page to choose on, or what is wrong; its form leads on to the client."""
    empty: dict[str, Any] = {"wrong": None, "sent": {}, "countries": []}
    html = filled("identity.html", title=title, development=True, **{**empty, **values})
    answer = page(html, status, form_target=form_target)
    answer.headers.update(_NOT_STORED)
    return answer


def _choices(asked: SignIn) -> dict[str, Any]:
    """What the client sent, to be sent again with the choice; and everybody there is to choose."""
    people = [r for r in residents().values() if not r.is_machine]
    return {
        "sent": asked.model_dump(exclude_none=True),
        "countries": [
            (
                english().say("country", country.code),
                [(r.id, r.name, _does(r)) for r in people if r.country == country.code],
            )
            for country in countries().values()
        ],
    }


def _does(person: Resident) -> str:
    return ", ".join((*person.roles, *(post.authority for post in person.competences))).replace("_", " ")


def _wrong_page(wrong: _Wrong) -> Response:
    # The client is not told by a redirect: whoever sent this is at the keyboard (RFC 9700, 4.11.2).
    return _page("This cannot be used to sign in", 400, wrong=str(wrong))


# --- how it is described ----------------------------------------------------------------------------------

_FORM: Final = "application/x-www-form-urlencoded"
_NOT_STORED: Final = {"Cache-Control": "no-store"}
_OPEN: Final[dict[str, Any]] = {"openapi_extra": {"security": []}}
_HTML: Final = {"text/html": {"schema": {"type": "string"}}}
_UNREADABLE: Final = {
    "description": "A parameter is missing or wrong: a page that names it",
    "content": _HTML,
}


def _sign_in_page() -> dict[str, Any]:
    schema = SignIn.model_json_schema()
    parameters = [
        {"name": name, "in": "query", "required": name in schema["required"], "schema": about}
        for name, about in _without_nulls(schema)["properties"].items()
    ]
    return {
        "response_class": HTMLResponse,
        "responses": {200: {"description": "A page to choose from", "content": _HTML}, 400: _UNREADABLE},
        "openapi_extra": {"security": [], "parameters": parameters},
    }


def _sign_in_choice() -> dict[str, Any]:
    return {
        "status_code": 303,
        "response_class": RedirectResponse,
        "responses": {
            303: {
                "description": "Back to the client, with code or error, state and iss",
                "headers": {"Location": {"required": True, "schema": {"type": "string"}}},
            },
            400: _UNREADABLE,
            404: {"description": "There is no such person", "content": _HTML},
        },
        "openapi_extra": _described(_without_nulls(SignedIn.model_json_schema())),
    }


def _token_endpoint() -> dict[str, Any]:
    either = [_without_nulls(shape.model_json_schema()) for shape in (CodeGrant, MachineGrant)]
    return {
        "response_model": TokenAnswer,
        "responses": {
            400: {"model": OAuthError, "description": "The request or what it brings is wrong"},
            401: {"model": OAuthError, "description": "The client is not who it says"},
        },
        "openapi_extra": _described({"oneOf": either}),
    }


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    return {"security": [], "requestBody": {"required": True, "content": {_FORM: {"schema": schema}}}}


def _without_nulls(schema: dict[str, Any]) -> dict[str, Any]:
    """In a query or a form there are texts only: what may be left out is not null."""
    properties = {}
    for name, about in schema["properties"].items():
        kinds = [kind for kind in about.get("anyOf", (about,)) if kind.get("type") != "null"]
        properties[name] = {key: value for key, value in kinds[0].items() if key not in ("default", "title")}
    return {"type": "object", "properties": properties, "required": schema["required"]}
