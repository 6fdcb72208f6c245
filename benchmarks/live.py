"""What playing live reaches, a part at a time; `PART --help` says what a part measures.

python benchmarks/live.py realtime [--seconds 600] [--stems 16] [--loads none,numpy,python] [--timbre BUNDLE]
    python benchmarks/live.py midi [--events 500] [--loads none,python] [--json FILE]
"""

import argparse

import live_midi
import live_realtime

PARTS = {"realtime": live_realtime, "midi": live_midi}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="part", required=True)
    for name, module in PARTS.items():
        module.options(
            parts.add_parser(
                name, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
            )
        )
    chosen = parser.parse_args()
    PARTS[chosen.part].measure(chosen)


if __name__ == "__main__":
    main()
