"""Training the composer on the symbolic corpus."""
