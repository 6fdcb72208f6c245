"""Training of the flow model."""
