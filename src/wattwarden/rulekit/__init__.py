"""The rule contract: load, lint, SQL safety and portability, examples."""
