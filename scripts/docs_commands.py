"""The command reference, read off the commands themselves."""

from collections.abc import Iterator
from typing import Any

import typer

from wattwarden.cli.main import COMMANDS, load_command

HEADING = "# Commands\n\nEvery command tells its options with `--help`; `--lang zh` before it switches to Chinese.\n"


def commands_page() -> str:
    """One section per command and subcommand."""
    parts = [HEADING]
    for name, entry in COMMANDS.items():
        command = load_command(name)
        parts.append(f"## wattwarden {name}\n\n{entry.en}. {entry.zh}。\n")
        subcommands: dict[str, Any] = getattr(command, "commands", {})
        if not subcommands:
            parts.append(_body(command, f"wattwarden {name}"))
        for sub_name, sub in subcommands.items():
            parts.append(f"### wattwarden {name} {sub_name}\n")
            parts.append(_body(sub, f"wattwarden {name} {sub_name}"))
    return "\n".join(parts)


def _body(command: Any, path: str) -> str:  # noqa: ANN401 typer keeps its command type private
    context = typer.Context(command, info_name=path)
    usage = " ".join(command.collect_usage_pieces(context))
    text = (command.help or "").strip()
    return f"{text}\n\n```text\n{path} {usage}\n```\n\n" + "".join(_options(command, context))


def _options(command: Any, context: typer.Context) -> Iterator[str]:  # noqa: ANN401 typer keeps its command type private
    rows = [record for p in command.params if p.name != "help" and (record := _record(p, context))]
    if rows:
        yield "| option | meaning |\n| --- | --- |\n"
        for left, right in rows:
            yield f"| `{left}` | {right} |\n".replace("\n\n", " ")
        yield "\n"


def _record(parameter: Any, context: typer.Context) -> tuple[str, str] | None:  # noqa: ANN401 see above, private type
    if record := parameter.get_help_record(context):
        left, right = record
        return left.replace("|", "\\|"), right.replace("|", "\\|").replace("\n", " ")
    return None
