"""Symbolic models: a composer that writes what is missing, a companion that answers while one plays."""
