"""Which family of genres artists of the charts are of, where a set of charts does not say: those that are
neither soul, country nor rock count as pop.
"""

from __future__ import annotations

import re

_SOUL = """
5th dimension|a taste of honey|aaron neville|al green|anita baker|ann peebles|aretha franklin|arthur conley|
barbara lewis|barry white|ben e king|bill withers|billy preston|bobby womack|bonnie pointer|boyz ii men|candi
staton| carl carlton|clarence carter|commodores|contours|cornelius brothers|count basie|david
ruffin|debarge|chico debarge| dinah washington|donna summer|donny hathaway|double
exposure|dramatics|drifters|earth|eddie holland|edwin starr| etta james|evelyn champagne
king|falcons|fontella bass|four tops|freddie jackson|gary us bonds|george benson| gladys knight|gloria
gaynor|ike tina turner|irma thomas|isaac hayes|isley brothers|jackie wilson|jacksons|james brown| jermaine
jackson|jimmy ruffin|kim weston|kool the gang|lavern baker|little anthony|martha the vandellas|marvin gaye|
melba moore|michael jackson|milli vanilli|minnie riperton|miracles|moments|natalie cole|ojays|otis redding|
peaches herb|pointer sisters|prince|ray charles|rick james|ritchie family|roberta flack|shirelles|shirley
brown| sly the family stone|smokey robinson|solomon burke|staple singers|stephanie mills|stevie
wonder|supremes|switch| tammi terrell|teddy pendergrass|temptations|thelma houston|tina turner|tracy
chapman|trammps|wild cherry| willie mitchell|wilson pickett|chiffons|crystals|meters|fats domino|jimmy
jones|bertha tillman|chris kenner
"""
_COUNTRY = """
alabama|anne murray|bobby bare|bobbie gentry|buck owens|charlie rich|dave dudley|dolly parton|don
gibson|donna fargo| dottie west|eddie rabbitt|everly brothers|flatt scruggs|floyd cramer|freddy fender|glen
campbell|hank snow|jerry reed| jerry jeff walker|john denver|johnny cash|johnny horton|johnny lee|juice
newton|kendalls|kenny rogers| kris kristofferson|marie osmond|marty robbins|melba montgomery|nitty gritty
dirt band|pure prairie league|ray price| roger miller|ronnie milsap|roy drusky|tanya tucker|tom t hall|waylon
jennings|willie nelson|billy swan|bj thomas
"""
_ROCK = """
aerosmith|alice cooper|allman brothers band|amboy dukes|animals|babys|bachman turner overdrive|bad
company|badfinger| band|beatles|billy idol|billy squier|blondie|blue cheer|bo diddley|bob dylan|bob
seger|boston|box tops| brownsville station|bruce springsteen|canned heat|castaways|cheap trick|chuck
berry|cream| creedence clearwater revival|cure|david bowie|eagles|edgar winter|electric prunes|eric clapton|
fabulous thunderbirds|firehouse|foghat|focus|genesis|golden earring|grand funk railroad|grateful dead|greg
kihn| greg kihn band|heart|huey lewis|inxs|iron butterfly|j geils band|jackson browne|janis joplin|jeff beck|
jefferson starship|jesus jones|jethro tull|joe cocker|judas priest|kinks|kiss|las|led zeppelin|los lobos|
lynyrd skynyrd|meat loaf|metallica|music machine|pat benatar|paul revere the raiders|pink floyd|police|queen|
queensryche|rare earth|redbone|rick derringer|rick springfield|rolling stones|roxy music|rush|sammy
hagar|santana| simple minds|steve miller band|stray cats|talking heads|ten years after|tommy james|u2|van
halen|whitesnake|who| yardbirds|youngbloods|zz top|george harrison|todd rundgren
"""


def _key(artist: str) -> str:
    """An artist's name as the lists have it: small letters, without a leading "the"."""
    words = re.sub(r"[^a-z0-9 ]", "", re.sub(r"[-&/]", " ", artist.lower())).split()
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


_FAMILY = {
    name.strip(): family
    for family, text in (("soul", _SOUL), ("country", _COUNTRY), ("rock", _ROCK))
    for name in text.split("|")
}


def family_of(artists: str) -> str:
    """The family of the first of some artists, tabs or commas between, that is known; else pop."""
    found = (_FAMILY.get(_key(artist)) for artist in re.split(r"[\t,;]| [Ff]eat|\bWith\b|\(", artists))
    return next((family for family in found if family is not None), "pop")
