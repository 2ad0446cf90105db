"""``wattwarden rules``: list, show, lint, test and write rules."""

from typing import Annotated

import typer

from wattwarden.cli.output import console

app = typer.Typer(no_args_is_help=True, help="List, show, lint, test and write rules. 规则的查看、检查、测试与新建。")

RuleIds = Annotated[list[str] | None, typer.Argument(help="Rule ids; all when none is given. 规则编号")]


@app.command()
def lint(rule_ids: RuleIds = None) -> None:
    """Check rule files without data. 静态检查规则文件。"""
    from wattwarden.app.check_rules import lint_rules
    from wattwarden.app.rule_catalogue import chosen_rules

    rules = chosen_rules(rule_ids or [])
    problems = lint_rules(rules)
    for problem in problems:
        console().print(f"✗ {problem}")
    console().print(f"{len(rules)} rules, {len(problems)} problems")
    raise typer.Exit(1 if problems else 0)


@app.command()
def test(rule_ids: RuleIds = None) -> None:
    """Run the examples inside the rules. 运行规则内的示例。"""
    from wattwarden.app.check_rules import run_examples
    from wattwarden.app.rule_catalogue import chosen_rules

    results = list(run_examples(chosen_rules(rule_ids or [])))
    failed = [r for r in results if r.problems]
    for result in failed:
        for problem in result.problems:
            console().print(f"✗ {problem}")
    console().print(f"{len(results)} examples, {len(failed)} failed")
    raise typer.Exit(1 if failed or not results else 0)
