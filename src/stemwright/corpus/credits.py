"""Where scores come from: what each source is, its licence, whom to credit; for the manifests of bundles."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

CREDITS: dict[str, dict[str, str]] = {
    "arranger": {
        "what": "scores made by stemwright's own arranger",
        "licence": "Apache-2.0",
        "credit": "Stemwright",
    },
    "composed": {  # in data of earlier versions
        "what": "scores made by stemwright's own composer, whose bundle names what it learned from",
        "licence": "Apache-2.0",
        "credit": "Stemwright",
    },
    "etudes": {"what": "random scores made here", "licence": "Apache-2.0", "credit": "Stemwright"},
    "gmd": {"what": "Groove MIDI Dataset", "licence": "CC-BY 4.0", "credit": "Gillick et al., ICML 2019"},
    "freedoom": {"what": "Freedoom music", "licence": "BSD-3-Clause", "credit": "the Freedoom project"},
    "easyrpg": {"what": "EasyRPG RTP music", "licence": "CC-BY 4.0 and CC0", "credit": "EasyRPG RTP authors"},
    "tanner_helland": {
        "what": "music for bands by Tanner Helland, github.com/tannerhelland/free-music",
        "licence": "CC-BY 4.0",
        "credit": "Tanner Helland",
    },
    "mutopia_popular": {
        "what": "rags, songs, hymns, marches and dances of the Mutopia Project, mutopiaproject.org",
        "licence": "Public Domain and CC-BY 2.5",
        "credit": "the maintainers of its editions, those under CC-BY by Erik Sjölund; CREDITS.md names all",
    },
    "openewld": {
        "what": "OpenEWLD lead sheets of public-domain songs",
        "licence": "MIT",
        "credit": "OpenEWLD (Federico Simonetta)",
    },
    "lieder": {
        "what": "OpenScore Lieder Corpus, with analyses made by AugmentedNet",
        "licence": "CC0",
        "credit": "OpenScore and the transcribers of MuseScore.com",
    },
    "billboard": {
        "what": "McGill Billboard annotations of chords and form",
        "licence": "CC0",
        "credit": "Burgoyne, Wild, Fujinaga, ISMIR 2011",
    },
    "rs200": {
        "what": "Rolling Stone 200 harmonic analyses",
        "licence": "CC-BY 4.0",
        "credit": "Trevor de Clercq and David Temperley",
    },
    "harmonix": {
        "what": "Harmonix set of beats and sections",
        "licence": "MIT",
        "credit": "Nieto et al., ISMIR 2019",
    },
    "salami": {
        "what": "SALAMI annotations of form",
        "licence": "CC0",
        "credit": "Smith et al., ISMIR 2011",
    },
    "chord_progressions": {
        "what": "chord progressions with moods",
        "licence": "MIT",
        "credit": "Ludovic Drolez",
    },
    "own": {
        "what": "MIDI and MusicXML files of whoever trained",
        "licence": "as they have them",
        "credit": "their authors",
    },
}
Names = tuple[str, ...]


def corpus_origin(corpus: Path) -> tuple[Names, Names]:
    """(licences, sources) of a corpus's songs, from `CORPUS/manifest.json`, in the order of its names.

    Both empty where there is no manifest.
    """
    path = corpus / "manifest.json"
    if not path.is_file():
        return (), ()
    record = json.loads(path.read_text(encoding="utf-8")).get("sources", {})
    return _said([record[name] for name in sorted(record)])


def credited(names: Collection[str]) -> tuple[Names, Names]:
    """(licences, sources) of some keys of CREDITS, in the order of their names."""
    return _said([CREDITS[name] for name in sorted(names)])


def _said(found: Sequence[Mapping[str, str]]) -> tuple[Names, Names]:
    sources = tuple(f"{source['what']} ({source['licence']}), {source['credit']}" for source in found)
    return tuple(sorted({str(source["licence"]) for source in found})), sources
