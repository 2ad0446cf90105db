"""Pure calculations: no clock, no input, no output."""
