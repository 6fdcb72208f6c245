"""Judges that were trained elsewhere, on other sounds than ours: they cannot share our models' blind spots.

Each is the weights of a package that the user has installed; nothing of a package is imported or run, only
its weights are read (`packages.py` says which and how to install them).
"""
