"""Load process files and refuse what does not hold together, every fault at once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from wattwarden.cases.gate_content import load_gates
from wattwarden.cases.parties import parties
from wattwarden.cases.process import Process
from wattwarden.cases.process_faults import Known, faults
from wattwarden.domain.content import BUILT_IN, content_files, contract, read_yaml, validate
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.rulekit.register import load_clauses, load_register


def load_process(path: Path, known: Known) -> Process:
    """Load one process file.

    Raises:
        WattwardenError: with every fault of the file.
    """
    process = validate(Process, {"id": path.stem, **read_yaml(path)}, str(path))
    if problems := list(faults(process, known)):
        raise WattwardenError(*problems)
    return process


def load_processes(root: Path = BUILT_IN, site: Path | None = None) -> dict[str, Process]:
    """Load every process by id; a site's file replaces ours of the same name.

    Raises:
        WattwardenError: with the problems of all faulty files.
    """
    known = what_is_known(root)
    paths = {
        path.stem: path
        for folder in filter(None, (root, site))
        for path in content_files("processes", folder)
    }
    loaded: dict[str, Process] = {}
    problems: list[Problem] = []
    for name, path in sorted(paths.items()):
        try:
            loaded[name] = load_process(path, known)
        except WattwardenError as error:
            problems += error.problems
    if problems:
        raise WattwardenError(*problems)
    return loaded


@cache
def processes() -> Mapping[str, Process]:
    """The built-in processes, loaded once."""
    return load_processes()


def what_is_known(root: Path = BUILT_IN) -> Known:
    """Collect what process files may refer to."""
    return Known(
        roles=frozenset(parties()),
        clauses=frozenset(load_clauses(root)),
        risks=frozenset(load_register(root).points),
        gates=frozenset(load_gates(root).gates),
        tables=frozenset(contract().tables),
    )
