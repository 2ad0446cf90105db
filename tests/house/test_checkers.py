"""The ready-made checkers are set up so that they refuse what we do not want."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.dead_code import unused

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "pyproject.toml"
BIN = Path(sys.executable).parent
DOC = '"""Sample."""\n'


def run(*arguments: str | Path, stdin: str = "", cwd: Path = ROOT) -> tuple[int, str]:
    done = subprocess.run(
        arguments, input=stdin, capture_output=True, text=True, check=False, cwd=cwd, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def ruff(verb: str, path: str, text: str, *options: str) -> tuple[int, str]:
    """What ruff says to ``text`` if it stood at ``path``."""
    return run(BIN / "ruff", verb, *options, "--no-cache", "--stdin-filename", path, "-", stdin=text)


RUFF_SAMPLES = {
    "BLE001": DOC + "try:\n    print\nexcept Exception:\n    x = 1\n",
    "E722": DOC + "try:\n    print\nexcept:\n    x = 1\n",
    "ERA001": DOC + "# x = f(1)\n",
    "FIX002": DOC + "# TO" + "DO: later\n",
    "D100": "x = 1\n",
    "D103": DOC + "def f() -> None:\n    return None\n",
    "ANN001": DOC + 'def f(x) -> None:\n    """Do."""\n',
    "ANN201": DOC + 'def f():\n    """Do."""\n',
    "ANN401": DOC + 'from typing import Any\ndef f(x: Any) -> None:\n    """Do."""\n',
    "PLC0415": DOC + 'def f() -> None:\n    """Do."""\n    import os\n',
    "T201": DOC + 'print("x")\n',
    "DTZ005": DOC + "from datetime import datetime\nx = datetime.now()\n",
    "S102": DOC + 'exec("x")\n',
    "PGH003": DOC + "x = 1  # ty" + "pe: ignore\n",
    "PGH004": DOC + "x = 1  # no" + "qa\n",
    "C901": DOC
    + 'def f(x: int) -> int:\n    """Do."""\n'
    + "    if x:\n        x += 1\n" * 11
    + "    return x\n",
    "PLR0915": DOC + 'def f(x: int) -> int:\n    """Do."""\n' + "    x += 1\n" * 41 + "    return x\n",
    "PLR0913": DOC + "def f(" + ", ".join(f"a{i}: int" for i in range(8)) + ') -> None:\n    """Do."""\n',
}


@pytest.mark.parametrize("code", RUFF_SAMPLES)
def test_ruff_refuses(code: str) -> None:
    status, told = ruff("check", "src/wattwarden/app/sample.py", RUFF_SAMPLES[code])
    assert status == 1
    assert code in told


def test_ruff_lets_commands_import_when_they_run() -> None:
    _, told = ruff("check", "src/wattwarden/cli/sample.py", RUFF_SAMPLES["PLC0415"])
    assert "PLC0415" not in told


def test_format_is_checked() -> None:
    assert ruff("format", "src/sample.py", "x=1\n", "--check")[0] == 1
    assert ruff("format", "src/sample.py", "x = 1\n", "--check")[0] == 0


def test_mypy_is_strict(tmp_path: Path) -> None:
    sample = (
        "def untyped(x):\n    return x\n"
        "def wrong() -> int:\n    return 'a'\n"
        "x: list = []\n"
        "def unreachable(n: int) -> int:\n    if isinstance(n, int):\n        return 1\n    return 2\n"
    )
    (tmp_path / "sample.py").write_text(sample)
    status, told = run(
        BIN / "mypy", "--config-file", SETTINGS, "--cache-dir", tmp_path / "cache", tmp_path / "sample.py"
    )
    assert status == 1
    for code in ("no-untyped-def", "return-value", "type-arg", "unreachable"):
        assert code in told


PACKAGES = (
    "web",
    "cli",
    "app",
    "cases",
    "records",
    "lake",
    "engines",
    "simulate",
    "scoring",
    "rulekit",
    "calc",
    "domain",
)
BROKEN_IMPORTS = {
    "upward": ("domain/a.py", "from wattwarden.calc import b\n", "layers"),
    "siblings": ("lake/a.py", "from wattwarden.engines import b\n", "layers"),
    "not listed": ("stray/__init__.py", "", "layers"),
    "simulator peeks": ("simulate/a.py", "from wattwarden.rulekit import b\n", "simulate"),
    "hidden cycle": ("app/b.py", "def f():\n    from wattwarden.app import a\n", "acyclic"),
}


def little_product(folder: Path) -> Path:
    package = folder / "wattwarden"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in PACKAGES:
        (package / name).mkdir(parents=True, exist_ok=True)
        (package / name / "__init__.py").touch()
        (package / name / "b.py").touch()
    (package / "app" / "a.py").write_text("from wattwarden.app import b\n")
    (package / "cli" / "a.py").write_text("from wattwarden.app import a\n")
    return package


def lint_imports(folder: Path) -> tuple[int, str]:
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from importlinter.cli import lint_imports_command as c; c()"
    return run(sys.executable, "-c", code, folder, "--config", SETTINGS, "--no-cache", cwd=folder)


def test_contracts_accept_a_good_product(tmp_path: Path) -> None:
    little_product(tmp_path)
    status, told = lint_imports(tmp_path)
    assert status == 0, told


@pytest.mark.parametrize("fault", BROKEN_IMPORTS)
def test_contracts_refuse(tmp_path: Path, fault: str) -> None:
    path, text, _ = BROKEN_IMPORTS[fault]
    place = little_product(tmp_path) / path
    place.parent.mkdir(exist_ok=True)
    place.write_text(text)
    status, told = lint_imports(tmp_path)
    assert status == 1
    assert "BROKEN" in told


def test_dead_code_is_found_unless_a_template_uses_it(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("def never_called() -> None: ...\n")
    assert any("never_called" in line for line in unused([str(sample)], []))
    template = tmp_path / "page.j2"
    template.write_text("{{ x.never_called() }}")
    assert unused([str(sample)], [template]) == []
