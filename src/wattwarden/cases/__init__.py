"""Processes, histories, clocks and decisions: functions over values; the instant is always an argument."""
