"""Metrics, one file a task, after mir_eval: conventions, validate() (see `checks`), functions, evaluate()."""
