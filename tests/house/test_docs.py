"""What the documentation says exists, and what exists is documented."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.docs_commands import commands_page
from scripts.docs_content import clauses_page, glossary_page, rules_page
from scripts.docs_prices import prices_page
from wattwarden.cli.main import COMMANDS, load_command
from wattwarden.domain.content import contract
from wattwarden.domain.labels import Language
from wattwarden.domain.prices import price_books
from wattwarden.domain.timetable import timetables
from wattwarden.rulekit.load import load_rules
from wattwarden.rulekit.register import load_clauses, load_register

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def ids(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_commands_on_the_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    used = re.findall(r"\.venv/bin/wattwarden((?: --lang zh)?) ([a-z-]+)(?: ([a-z][a-z-]*))?", text)
    for _, command, sub in used:
        assert command in COMMANDS
        known = getattr(load_command(command), "commands", {})
        assert not known or not sub or sub in known, f"wattwarden {command} {sub}"


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_make_targets_on_the_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    used = re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)
    assert set(used) <= TARGETS


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_files_named_on_the_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for path in re.findall(r"`((?:src|docs|tests|scripts)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


def test_readmes_name_targets_and_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "make demo" in text
        assert ".venv/bin/wattwarden" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads_and_is_documented(name: str) -> None:
    command = load_command(name)
    page = commands_page()
    assert f"## wattwarden {name}\n" in page
    for sub in getattr(command, "commands", {}):
        assert f"### wattwarden {name} {sub}\n" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_derived_pages_are_complete(language: str) -> None:
    pages = {
        "glossary": glossary_page("zh" if language == "zh" else "en"),
        "rules": rules_page("zh" if language == "zh" else "en"),
        "clauses": clauses_page("zh" if language == "zh" else "en"),
    }
    for name, table in contract().tables.items():
        assert f"{{ #{name} }}" in pages["glossary"]
        assert all(f"| `{column}` |" in pages["glossary"] for column in table.columns)
    assert all(f"{{ #{rule} }}" in pages["rules"] for rule in load_rules())
    assert all(f"{{ #{ref} }}" in pages["clauses"] for ref in load_clauses())


def test_every_risk_point_has_three_rules() -> None:
    points = [number for number, point in load_register().points.items() if point.kind == "risk"]
    live = [rule.risk for rule in load_rules().values() if rule.is_live]
    assert len(points) == 12
    assert {number: live.count(number) for number in points if live.count(number) < 3} == {}


def test_site_builds_and_asks_nothing_of_the_network(tmp_path: Path) -> None:
    site = str(tmp_path / "site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", site]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    built = list((tmp_path / "site").rglob("*.html"))
    assert len(built) > 15
    outside = re.compile(r'<(?:script|img|iframe)[^>]+src="(?:https?:)?//|<link[^>]+href="(?:https?:)?//')
    assert [page for page in built if outside.search(page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_price_page_has_every_book_with_its_newest_figures(language: Language) -> None:
    page = prices_page(language)
    for book in price_books().books.values():
        _, found, section = page.partition(f"{{ #{book.region}-{book.name} }}")
        newest = max(book.lines, key=lambda line: line.valid_from)
        assert found
        assert newest.document in section.partition("\n### ")[0]
        assert all(str(value) in section.partition("\n### ")[0] for value in newest.values.values())
    assert all(f"{{ #hours-{name} }}" in page for name in timetables())
