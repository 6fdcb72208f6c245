"""Metrics of symbolic songs (a state and scores), one file a task: conventions, validate(), pure functions,
evaluate().

Every figure belongs beside the same figure of real music (the control) and of `shuffled` notes (the floor).
"""
