"""`python -m stemwright` is the `stemwright` command."""

from stemwright.cli.main import main

main()
