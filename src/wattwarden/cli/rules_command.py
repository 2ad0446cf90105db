"""``wattwarden rules``: list, show, lint, test and write rules."""

from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli.output import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_PROBLEMS,
    console,
    home_folder,
    language,
    problems_shown,
    say,
)

app = typer.Typer(
    no_args_is_help=True, help="List, show, lint, test and write rules. 规则的查看、检查、测试与新建"
)

RuleIds = Annotated[
    list[str] | None,
    typer.Argument(help="Rule ids, chapters or risk points; all when none is given. 规则编号、章节或风险点"),
]
Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]


@app.command(name="list")
def list_rules(rule_ids: RuleIds = None, home: Home = None) -> None:
    """List rules with risk point, severity and status. 规则清单."""
    from rich.table import Table

    from wattwarden.app.rule_catalogue import chosen_rules

    with problems_shown():
        rules = chosen_rules(rule_ids or [], home_folder(home))
    table = Table()
    for heading in (
        say("风险点", "risk"),
        say("规则", "rule"),
        say("名称", "title"),
        say("等级", "severity"),
        say("状态", "status"),
    ):
        table.add_column(heading)
    for rule in sorted(rules, key=lambda r: (r.risk, r.id)):
        table.add_row(rule.risk, rule.id, rule.title.text(language()), rule.severity, rule.status)
    console().print(table)
    console().print(say(f"共 {len(rules)} 条规则", f"{len(rules)} rules"))


@app.command()
def show(rule_id: str, home: Home = None) -> None:
    """Explain one rule: what, why, how, clauses, what it misses. 规则说明."""
    from wattwarden.app.explain_rule import explain_rule
    from wattwarden.app.rule_catalogue import chosen_rules

    with problems_shown():
        for rule in chosen_rules([rule_id], home_folder(home)):
            console().print(explain_rule(rule, language()))


@app.command()
def lint(rule_ids: RuleIds = None, home: Home = None) -> None:
    """Check rule files without data. 静态检查规则文件."""
    from wattwarden.app.check_rules import lint_rules
    from wattwarden.app.rule_catalogue import chosen_rules

    with problems_shown():
        rules = chosen_rules(rule_ids or [], home_folder(home))
        problems = lint_rules(rules)
    for problem in problems:
        console().print(f"✗ {problem}")
    console().print(
        say(f"{len(rules)} 条规则, {len(problems)} 个问题", f"{len(rules)} rules, {len(problems)} problems")
    )
    raise typer.Exit(EXIT_PROBLEMS if problems else EXIT_OK)


@app.command()
def test(rule_ids: RuleIds = None, home: Home = None) -> None:
    """Run the examples inside the rules. 运行规则内的示例."""
    from wattwarden.app.check_rules import run_examples
    from wattwarden.app.rule_catalogue import chosen_rules

    with problems_shown():
        results = list(run_examples(chosen_rules(rule_ids or [], home_folder(home))))
    failed = [result for result in results if result.problems]
    for result in failed:
        for problem in result.problems:
            console().print(f"✗ {problem}")
    console().print(
        say(f"{len(results)} 个示例, {len(failed)} 个失败", f"{len(results)} examples, {len(failed)} failed")
    )
    if not results:
        raise typer.Exit(EXIT_FAILED)
    raise typer.Exit(EXIT_PROBLEMS if failed else EXIT_OK)


@app.command()
def new(rule_id: str, home: Home = None) -> None:
    """Write a rule file of the site whose examples fail until it is filled in. 新建规则."""
    from wattwarden.app.new_rule import new_rule
    from wattwarden.app.rule_catalogue import OWN_RULES

    with problems_shown():
        path = new_rule(rule_id, home_folder(home) / OWN_RULES)
    console().print(
        say(
            f"已写入 {path}; 填写后运行 rules lint 与 rules test",
            f"Wrote {path}. Fill it in, then run rules lint and rules test.",
        )
    )
