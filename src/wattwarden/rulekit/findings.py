"""From a rule's query to rows of findings, as one SQL statement."""

from wattwarden.domain.finding import FINDING_SCHEMA
from wattwarden.domain.tables import Contract
from wattwarden.rulekit.model import MONEY_COLUMNS, Rule

KEY_LENGTH = 32
_SEPARATOR = "chr(31)"


def findings_sql(rule: Rule, contract: Contract, query: str, columns: dict[str, str], limit: int) -> str:
    """The SELECT that turns the rule's rows into findings, without premise and organisation.

    Args:
        query: The rule's query with all values bound.
        columns: Output columns of the rule's query with their types.
        limit: At most this many rows; one above the allowed number shows that a band is broken.
    """
    subject = f'CAST("{contract.subject_column(rule.subject)}" AS VARCHAR)'
    fields = {
        "finding_key": f"left(sha256({_identity(rule, subject)}), {KEY_LENGTH})",
        "rule_id": _text(rule.id),
        "rule_hash": _text(rule.hash),
        "risk": _text(rule.risk),
        "severity": _text(rule.severity),
        "subject_kind": _text(rule.subject),
        "subject_id": subject,
        "customer_id": _optional("customer_id", "VARCHAR", columns),
        "premise_id": _optional("premise_id", "VARCHAR", columns),
        "org_id": _optional("org_id", "VARCHAR", columns),
        "period_from": _optional("period_from", "DATE", columns),
        "period_to": _optional("period_to", "DATE", columns),
        "direction": '"direction"' if rule.direction == "varies" else _text(rule.direction),
        "cause": _text(rule.cause),
        **{name: _optional(name, "BIGINT", columns) for name in MONEY_COLUMNS},
        "confidence": _confidence(rule, columns),
        "proof": _proof(rule),
    }
    chosen = ", ".join(f'{fields[name]} AS "{name}"' for name in FINDING_SCHEMA.names)
    return f"SELECT {chosen} FROM ({query}) AS rule_rows LIMIT {limit}"


def _confidence(rule: Rule, columns: dict[str, str]) -> str:
    prior = f"CAST({rule.confidence.value} AS DECIMAL(6, 4))"
    return f'COALESCE(CAST("confidence" AS DECIMAL(6, 4)), {prior})' if "confidence" in columns else prior


def _identity(rule: Rule, subject: str) -> str:
    # A NULL in a key is written as such: concat_ws would skip it and let two findings collide.
    parts = [f'COALESCE(CAST("{name}" AS VARCHAR), chr(30))' for name in rule.key]
    return f"concat_ws({_SEPARATOR}, {', '.join([_text(rule.id), _text(rule.subject), subject, *parts])})"


def _proof(rule: Rule) -> str:
    names = dict.fromkeys([*rule.proof.values, *rule.key, *(s.match for s in rule.proof.series)])
    struct = ", ".join(f"'{name}': \"{name}\"" for name in names)
    return f"CAST(to_json({{{struct}}}) AS VARCHAR)" if struct else "'{}'"


def _optional(name: str, sql_type: str, columns: dict[str, str]) -> str:
    return f'CAST("{name}" AS {sql_type})' if name in columns else f"CAST(NULL AS {sql_type})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
