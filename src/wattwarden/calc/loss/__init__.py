"""Energy balance of a transformer area: loss, its technical part, who or what explains the rest."""
