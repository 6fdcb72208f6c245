"""What the arranger learned from real music: counts of what followed what, drawn from by seed."""
