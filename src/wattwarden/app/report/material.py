"""What every part of the report looks at, gathered once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from wattwarden.app.list_findings import ranked
from wattwarden.app.open_scan import scan_number, scanned_lake
from wattwarden.app.rule_catalogue import SITE_CONTENT, all_rules
from wattwarden.app.scan_files import ScanFiles
from wattwarden.domain.content import BUILT_IN, contract
from wattwarden.domain.labels import Label
from wattwarden.domain.masking import Masker
from wattwarden.domain.tables import Contract
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.rulekit.model import Rule
from wattwarden.rulekit.register import Clause, Register, load_clauses, load_register
from wattwarden.scoring.evidence import causes, prepared
from wattwarden.scoring.fusion import Learned
from wattwarden.scoring.parameters import ScoringParameters, load_scoring_parameters


@dataclass(frozen=True)
class Material:
    """One scan with the content it was made by and the lake it read.

    Args:
        engine: Open on the lake version of the scan.
        masker: Hides personal data.
    """

    home: Path
    scan: ScanFiles
    engine: DuckDBEngine
    contract: Contract
    rules: Mapping[str, Rule]
    register: Register
    clauses: Mapping[str, Clause]
    parameters: ScoringParameters
    masker: Masker

    @property
    def number(self) -> int:
        """Number of the scan."""
        return scan_number(self.scan)

    @property
    def titles(self) -> Mapping[str, Label]:
        """Titles by rule id."""
        return {rule_id: rule.title for rule_id, rule in self.rules.items()}

    @cached_property
    def findings(self) -> pa.Table:
        """Findings with case, rank and life, best first."""
        return ranked(self.scan.findings, self.scan)

    @cached_property
    def prepared(self) -> pa.Table:
        """Findings as scoring sees them."""
        return prepared(self.scan.findings, self.register, self.parameters)

    @cached_property
    def causes(self) -> pa.Table:
        """Losses by case and cause, each once."""
        return causes(self.prepared, self.parameters, self.learned)

    @cached_property
    def learned(self) -> Learned | None:
        """The learned theft score that took part in the scan."""
        return self.scan.learned

    def title(self, rule_id: str) -> Label:
        """Title of a rule; its id where the catalogue no longer has it."""
        rule = self.rules.get(rule_id)
        return rule.title if rule else Label(zh=rule_id, en=rule_id)


@contextmanager
def gathered(home: Path, scan: ScanFiles, masker: Masker) -> Iterator[Material]:
    """The material of one scan; the lake stays open while the block runs."""
    with scanned_lake(home, scan) as engine:
        yield material_of(home, scan, engine, masker)


def material_of(home: Path, scan: ScanFiles, engine: DuckDBEngine, masker: Masker) -> Material:
    """The material of a scan whose lake is open already."""
    return Material(
        home=home,
        scan=scan,
        engine=engine,
        contract=contract(),
        rules=all_rules(home),
        register=load_register(),
        clauses=load_clauses(),
        parameters=load_scoring_parameters(BUILT_IN, home / SITE_CONTENT),
        masker=masker,
    )
