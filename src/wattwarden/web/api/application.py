"""The programming interface put together: resources, refusals, and the door in front of every address."""

from typing import Any

from django.urls import URLPattern, re_path
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from wattwarden.domain.errors import WattwardenError
from wattwarden.web.api import (
    audit,
    cases,
    claims,
    customers,
    data,
    desk,
    drafts,
    evidence,
    exports,
    findings,
    me,
    overview,
    people,
    rules,
    today,
    work,
)
from wattwarden.web.api.access import Bearer, Session
from wattwarden.web.api.door import door, nowhere
from wattwarden.web.api.once import HEADER
from wattwarden.web.api.problems import MEDIA_TYPE, REFUSALS, on_http, on_invalid, on_problem

NAME = "api"
_KEY = {
    "name": HEADER, "in": "header", "required": False, "schema": {"type": "string", "maxLength": 100},
    "description": "Sent again with the same key, the request is taken once and answered the same.",
}  # fmt: skip


class _Api(NinjaAPI):
    """Its schema also names the key of requests that change something, and how refusals are told."""

    _described: OpenAPISchema | None = None

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description of the interface, worked out once: it is the same for everybody until a restart."""
        if self._described is None:
            self._described = self._describe(path_prefix, path_params)
        return self._described

    def _describe(self, path_prefix: str | None, path_params: dict[str, Any] | None) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for operations in schema["paths"].values():
            if "post" in operations:
                operations["post"].setdefault("parameters", []).append(_KEY)
            for operation in operations.values():
                for status in REFUSALS:
                    content = operation["responses"][status]["content"]
                    operation["responses"][status]["content"] = {MEDIA_TYPE: content["application/json"]}
        return schema


api = _Api(
    title="Wattwarden", version="1", urls_namespace=NAME, docs_url=None, openapi_url="/openapi.json",
    auth=[Bearer(), Session()],
    description="Everything the console does, for programs; answers are those that the account may see.",
)  # fmt: skip
api.add_exception_handler(WattwardenError, on_problem)  # type: ignore[arg-type]  # the error comes, never its class
api.add_exception_handler(ValidationError, on_invalid)  # type: ignore[arg-type]  # the error comes, never its class
api.add_exception_handler(HttpError, on_http)  # type: ignore[arg-type]  # the error comes, never its class
for prefix, module in (
    ("/me", me), ("/findings", findings), ("/cases", cases), ("", claims), ("", work), ("", desk), ("", evidence), ("", today), ("", customers),
    ("/rules/drafts", drafts), ("/rules", rules), ("", overview), ("", data), ("", people), ("/audit", audit),
    ("/exports", exports),
):  # fmt: skip
    api.add_router(prefix, module.router)


def addresses() -> tuple[list[URLPattern], str, str]:
    """Every address of the interface behind the door, for ``web/urls.py``."""
    listed, application, namespace = api.urls
    patterns = [one for one in listed if isinstance(one, URLPattern)]
    for pattern in patterns:
        pattern.callback = door(pattern.callback)
    # By an expression, as a converter would not match an address with a line break in it.
    return [*patterns, re_path("", door(nowhere))], application, namespace
