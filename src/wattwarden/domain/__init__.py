"""Words that every other layer uses: money, period, tables, finding, errors. Imports nothing of ours."""
