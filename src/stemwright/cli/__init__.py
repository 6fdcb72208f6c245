"""The command line: one file a command family, no logic. `stemwright.cli.main:main` is the entry point."""
