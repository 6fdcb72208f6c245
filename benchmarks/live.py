"""What playing live reaches, a part at a time; `PART --help` says what a part measures.

python benchmarks/live.py realtime [--seconds 600] [--stems 16] [--loads none,numpy,python] [--timbre BUNDLE]
    python benchmarks/live.py midi [--events 500] [--loads none,python] [--json FILE]
    python benchmarks/live.py exact [--taps 10000] [--minutes 60] [--runs 10] [--json FILE]
    python benchmarks/live.py set SONG [--seconds 600] [--stems 16] [--loads none,python] [--json FILE]
    python benchmarks/live.py answers SONG [--notes 1000] [--loads none] [--json FILE]
    python benchmarks/live.py blocks SONG --script FILE [--blocks 1,64,127,128,1024] [--json FILE]
"""

import argparse

import live_answers
import live_blocks
import live_exact
import live_midi
import live_playing
import live_realtime

PARTS = {
    "realtime": live_realtime,
    "midi": live_midi,
    "exact": live_exact,
    "set": live_playing,
    "answers": live_answers,
    "blocks": live_blocks,
}


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
