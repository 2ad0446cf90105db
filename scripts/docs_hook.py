"""MkDocs hook: pages that are derived from content and code, so that they cannot disagree with it."""

from collections.abc import Callable

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from scripts.docs_commands import commands_page
from scripts.docs_content import clauses_page, glossary_page, rules_page
from scripts.docs_prices import prices_page
from scripts.docs_processes import processes_page

PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands_page,
    "reference/rules.md": lambda: rules_page("en"),
    "reference/processes.md": lambda: processes_page("en"),
    "reference/clauses.md": lambda: clauses_page("en"),
    "reference/glossary.md": lambda: glossary_page("en"),
    "reference/prices.md": lambda: prices_page("en"),
    "zh/rules.md": lambda: rules_page("zh"),
    "zh/processes.md": lambda: processes_page("zh"),
    "zh/clauses.md": lambda: clauses_page("zh"),
    "zh/glossary.md": lambda: glossary_page("zh"),
    "zh/prices.md": lambda: prices_page("zh"),
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the derived pages to the site."""
    for path, page in PAGES.items():
        files.append(File.generated(config, path, content=page()))
    return files
