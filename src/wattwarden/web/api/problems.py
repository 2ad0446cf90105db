"""Refusals as RFC 9457 problem details: subject, found, expected and what to do, as everywhere else."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.errors import HttpError, ValidationError

from wattwarden.domain.errors import NotAllowedError, NotFoundError, Problem, StaleError, WattwardenError
from wattwarden.web.jinja import say

MEDIA_TYPE = "application/problem+json"
BAD_REQUEST, UNKNOWN, FORBIDDEN, NOT_FOUND, NOT_ALLOWED, CONFLICT, REFUSED, TOO_MANY, FAILED = (
    400, 401, 403, 404, 405, 409, 422, 429, 500,
)  # fmt: skip
_LONGEST = 200


class ProblemOut(Schema):
    """One thing that stands in the way."""

    subject: str
    found: str
    expected: str
    action: str = ""

    @classmethod
    def all(cls, problems: Sequence[Problem]) -> "list[ProblemOut]":
        """From problems of ours."""
        return [cls.model_validate(vars(problem)) for problem in problems]


class ProblemDetails(Schema):
    """RFC 9457: every answer that is not a success."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    problems: list[ProblemOut]


REFUSALS = {
    BAD_REQUEST: ProblemDetails, UNKNOWN: ProblemDetails, FORBIDDEN: ProblemDetails, NOT_FOUND: ProblemDetails,
    CONFLICT: ProblemDetails, REFUSED: ProblemDetails, TOO_MANY: ProblemDetails,
}  # fmt: skip
"""What every operation may answer besides its result."""


def title_of(status: int) -> str:
    """What a status means, in the language of the request."""
    titles = {
        BAD_REQUEST: say("请求无法识别", "The request cannot be understood"),
        UNKNOWN: say("未登录或令牌无效", "No valid token or session"),
        FORBIDDEN: say("没有权限", "Not permitted"),
        NOT_FOUND: say("没有找到", "Not found"),
        NOT_ALLOWED: say("该地址不接受这种请求", "The address does not take this method"),
        CONFLICT: say("数据已变化", "It has changed meanwhile"),
        REFUSED: say("无法办理", "Refused"),
        TOO_MANY: say("请求过于频繁", "Too many requests"),
    }
    return titles.get(status, say("系统故障", "Something broke"))


def answer(status: int, problems: Sequence[Problem]) -> HttpResponse:
    """The answer that tells these problems."""
    told = ProblemDetails(
        title=title_of(status), status=status, detail="; ".join(map(str, problems)),
        problems=ProblemOut.all(problems),
    )  # fmt: skip
    return HttpResponse(told.model_dump_json(), status=status, content_type=MEDIA_TYPE)


def refuse(status: int, subject: str, found: str, expected: str, action: str = "") -> HttpResponse:
    """The answer of a single problem."""
    return answer(status, [Problem(subject, found, expected, action)])


def on_problem(request: HttpRequest, error: WattwardenError) -> HttpResponse:  # noqa: ARG001 ninja's signature
    """A problem of ours, with the status that tells its kind."""
    kinds = {NotFoundError: NOT_FOUND, StaleError: CONFLICT, NotAllowedError: FORBIDDEN}
    return answer(kinds.get(type(error), REFUSED), error.problems)


def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001 ninja's signature
    """Fields that cannot be read, each a problem."""
    return answer(REFUSED, [
        Problem(".".join(map(str, one["loc"])), str(one.get("input", "nothing"))[:_LONGEST], str(one["msg"]))
        for one in error.errors
    ])  # fmt: skip


def on_http(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001 ninja's signature
    """What the frame refuses by itself: a body that is no JSON."""
    return refuse(error.status_code, "request", str(error)[:_LONGEST], "a request as in the reference")
