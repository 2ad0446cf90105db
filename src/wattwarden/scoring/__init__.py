"""Expected net value: findings merged into candidate cases, ranked, and explained in words."""
