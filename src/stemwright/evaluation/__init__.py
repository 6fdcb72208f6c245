"""Metrics, one file a task, after mir_eval: conventions, validate(), pure functions, evaluate()."""
