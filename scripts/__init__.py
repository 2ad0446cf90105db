"""Commands for developers and CI; not part of the installed product."""
