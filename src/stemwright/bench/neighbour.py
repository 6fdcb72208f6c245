"""Another program, which keeps one core busy until its standard input ends."""

import select
import sys


def main() -> None:
    """Count."""
    while not select.select([sys.stdin], [], [], 0)[0]:
        for _ in range(100_000):
            pass


if __name__ == "__main__":
    main()
