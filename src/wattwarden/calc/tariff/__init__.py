"""What a bill should have been: terms and figures in, lines to the fen out."""
