"""The guide to the programming interface agrees with it: addresses, fields of queries, statuses."""

import re
from pathlib import Path

import pytest

from tests.web.api import ROOT, program
from wattwarden.web.api import problems
from wattwarden.web.api.application import api

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "use-the-api.md"
REQUESTS = re.findall(rf"^(GET|POST) {ROOT}(\S+)", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_guide_names_requests() -> None:
    assert len(REQUESTS) > 10


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_each_request_is_in_the_schema(method: str, path: str) -> None:
    address, _, query = path.partition("?")
    operation = api.get_openapi_schema(path_prefix=f"{ROOT}/")["paths"][ROOT + address][method.lower()]
    known = {parameter["name"] for parameter in operation["parameters"]}
    assert {field.partition("=")[0] for field in query.split("&") if field} <= known


@pytest.mark.parametrize("path", [path for method, path in REQUESTS if method == "GET" and "{" not in path])
def test_each_list_is_answered(path: str, utility: None) -> None:
    answer = program("controller").get(path)
    assert answer.status_code == 200, answer.content


def test_each_refusal_is_explained() -> None:
    told = {
        int(status) for status in re.findall(r"^\| (\d{3}) \|", GUIDE.read_text("utf-8"), flags=re.MULTILINE)
    }
    assert told == set(problems.REFUSALS)
