"""A program that drafts lyrics over JSON lines, for tests; its argument says how it behaves."""

from __future__ import annotations

import json
import sys
import time


def main(how: str) -> None:
    """Answer every question: "la" for each syllable; one line too short the first time, if it is to be."""
    lines: list[str] = []
    for row in sys.stdin:
        question = json.loads(row)
        if how == "hang":
            time.sleep(600)
        if how == "die":
            sys.exit("no lyrics today")
        if question["type"] == "draft":
            asked = [line for section in question["sections"] for line in section["lines"]]
            lines = [" ".join(["la"] * line["syllables"]) for line in asked]
            lines[0] = "la" if how == "short" else lines[0]
        else:
            for line in question["lines"]:
                lines[line["number"] - 1] = " ".join(["mi"] * line["wanted"])
        answers = {
            "rubbish": "not JSON",
            "list": "[1]",
            "few": json.dumps({"lines": lines[1:]}),
            "numbers": json.dumps({"lines": [1] * len(lines)}),
            "bell": json.dumps({"lines": ["\u0007"] * len(lines)}),
            "long": "x" * (2 << 20),
        }
        print(answers.get(how, json.dumps({"lines": lines})), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
