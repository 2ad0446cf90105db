"""From the vector diagram of an inspector to the wiring, its factor and what is to be settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wattwarden.calc.claims.back_billing import priced, wrong_wiring
from wattwarden.calc.metering.diagram import Candidate, derivation, propose
from wattwarden.calc.metering.vector import Diagram, parse_diagram
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Language
from wattwarden.domain.worked import Worked

Row = dict[str, object]


@dataclass(frozen=True)
class WiringProposal:
    """Wirings that may explain a diagram, and the derivation of the likeliest or chosen one."""

    diagram: Diagram
    candidates: Sequence[Candidate]
    worked: Worked
    settled: Worked | None

    def rows(self, language: Language) -> list[Row]:
        """The candidates as rows of the list ``wirings``."""
        return [
            {"probability": c.probability, "wiring": c.wiring.label().text(language), "angle_deg": f"{c.angle_deg:.0f}",
             "factor": "–" if c.factor is None else str(c.factor), "theory": "–" if c.theory is None else str(c.theory)}
            for c in self.candidates
        ]  # fmt: skip


def propose_wiring(
    vector: str, choice: int = 1, read_kwh: Decimal | None = None, price: Decimal | None = None
) -> WiringProposal:
    """Find the wiring behind a measured vector diagram, and settle the energy read with its factor.

    Args:
        vector: ``u1=220@0 u2=… i1=3@-25 …``, see ``parse_diagram``.
        choice: Which candidate is settled, 1 is the likeliest; the inspector decides.
        read_kwh: Energy read since the wiring was wrong; without it nothing is settled.
        price: Yuan per kWh.

    Raises:
        WattwardenError: the diagram is incomplete, there is no such candidate, or it counts nothing.
    """
    diagram = parse_diagram(vector)
    found = propose(diagram)
    if not 1 <= choice <= len(found):
        raise fail("candidate", found=str(choice), expected=f"1 to {len(found)}")
    chosen = found[choice - 1]
    worked = derivation(diagram, chosen)
    if read_kwh is None:
        return WiringProposal(diagram, found, worked, None)
    if chosen.factor is None:
        raise fail("correction factor K", found="a wiring that counts nothing", expected="a meter that counts",
                   action="Settle by the use of a normal month: wattwarden claim normal-month.")  # fmt: skip
    settled = wrong_wiring(read_kwh, chosen.factor)
    return WiringProposal(diagram, found, worked, settled if price is None else priced(settled, price))
