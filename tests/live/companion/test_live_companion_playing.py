"""What each mode does: following, playing by itself, being taken over; grids, programs, pedals, echoes."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest

from stemwright.errors import UsageError
from stemwright.live.commands import Op
from stemwright.live.companion.ensemble import ANSWERED, Ensemble
from stemwright.live.companion.harmony import KeyHarmony
from stemwright.live.companion.locking import Steady, TransportClock, locked, nearest
from stemwright.live.companion.presets import load as load_preset
from stemwright.live.companion.presets import parse, presets
from stemwright.models import Bundle
from stemwright.song.harmony import Chord, Key
from stemwright.symbolic.companion import Event
from support.live_sink import Sink

RATE = 48_000
BEAT = 24_000
PLAIN = """
[[companion]]
name = "keys"
programs = "{programs}"
[[companion.voice]]
name = "me"
mode = "input"
instrument = "you"
port = 0
[[companion.voice]]
name = "two"
instrument = "harmony"
{more}
[[companion.setup]]
two = {{ low = 60, high = 71 }}
"""


def band(bundle: Bundle, more: str = "", programs: str = "ignore") -> Ensemble:
    preset = parse(PLAIN.format(more=more, programs=programs).encode(), "plain")
    harmony = KeyHarmony(Key.parse("C major"), Chord.parse("C"))
    return Ensemble(preset, Steady(120), harmony, [7, 8], RATE, bundle=bundle)


def on(pitch: int, velocity: int = 90) -> bytes:
    return bytes((0x90, pitch, velocity))


def off(pitch: int) -> bytes:
    return bytes((0x80, pitch, 0))


def test_a_follower_answers_at_once_and_ends_with_its_source(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle), Sink()
    sink.post(1000, players.hear(1000, 0, on(64)))
    assert [at for at, _, _ in sink.began] == [1000]
    assert sink.began[0][1][:2] == (7, 0) and sink.began[0][1][2] % 12 in (0, 4, 7)
    sink.post(13_000, players.hear(13_000, 0, off(64)))
    assert sink.sounding == {} and sink.lengths == [12_000]


def test_an_answer_on_the_grid_is_as_long_as_its_source(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle, 'division = "1/4"\ngrace = 0'), Sink()
    sink.post(1000, players.hear(1000, 0, on(64)))
    sink.post(13_000, players.hear(13_000, 0, off(64)))
    sink.run(10 * BEAT)
    assert [at for at, _, _ in sink.began] == [BEAT] and sink.lengths == [12_000]


def test_places_of_the_grid() -> None:
    clock = Steady(120, RATE, Fraction(7, 2))
    assert locked(clock, 1, "1/4", 0.5) == BEAT
    assert locked(clock, 3 * BEAT + 1, "1/4", 0.5) == 84_000  # the next bar's beginning, half a beat later
    assert locked(clock, 84_000, "1/4", 0.5) == 84_000
    assert locked(clock, 1, "1/8", 0.667) == 16_008
    assert locked(clock, 16_009, "1/8", 0.667) == BEAT
    assert locked(clock, 1, "1/8t", 0.75) == 8000
    assert locked(clock, 1000, "1/8", 0.5, grace=1000) == 1000
    assert locked(clock, 1001, "1/8", 0.5, grace=1000) == 12_000
    assert locked(clock, 77, "free", 0.5) == 77
    assert nearest(clock, BEAT - 100, "1/4", 0.5, 0) == nearest(clock, BEAT + 100, "1/4", 0.5, 0) == BEAT
    assert nearest(clock, BEAT + 100, "1/4", 0.5, BEAT + 1) == 2 * BEAT
    assert nearest(clock, 15_000, "1/8", 0.667, 0) == 16_008
    assert nearest(clock, 77, "free", 0.5, 0) == 77 and nearest(clock, 77, "free", 0.5, 80) == 80


def test_a_transport_is_a_clock() -> None:
    steady = Steady(120)
    grid = SimpleNamespace(bar=lambda at: SimpleNamespace(start=steady.bar(at)[0], stop=steady.bar(at)[1]))
    transport = SimpleNamespace(
        tempo=steady, grid=grid, playing=lambda sample: sample >= BEAT, position=steady.quarters
    )
    clock = TransportClock(transport)  # type: ignore[arg-type]
    assert clock.quarters(100) is None and clock.quarters(BEAT) == 1
    assert locked(clock, 100, "1/4", 0.5) == 100 and locked(clock, BEAT + 1, "1/4", 0.5) == 2 * BEAT


@pytest.mark.parametrize(
    ("name", "value"),
    [("mute", True), ("mode", "auto"), ("mode", "input"), ("out", 1), ("out_channel", 3)],
)
def test_whatever_is_changed_ends_its_notes(random_bundle: Bundle, name: str, value: object) -> None:
    players, sink = band(random_bundle, "port = 1\nnotes = 3"), Sink()
    sink.post(0, players.hear(0, 0, on(64)))
    assert len(sink.sounding) == 3
    sink.post(500, players.set(500, f"keys/two/{name}", value))
    assert sink.sounding == {} and players.value(f"keys/two/{name}") == value


def test_a_source_that_is_no_input_any_more_lets_go(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle), Sink()
    sink.post(0, players.hear(0, 0, on(64)))
    sink.post(500, players.set(500, "keys/me/mute", True))
    sink.post(5000, players.advance(5000))
    assert sink.sounding == {}
    assert players.hear(5001, 0, on(60)) == []
    assert players.partners["keys"]._stage.ear.companion.held == []


def test_an_answer_that_is_announced_is_withdrawn(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle, 'division = "1/1"'), Sink()
    sink.post(5000, players.hear(5000, 0, on(64)))
    sink.post(6000, players.set(6000, "keys/two/mute", True))
    sink.run(100 * BEAT)
    assert sink.began == []


def test_its_player_takes_a_voice_over_and_gives_it_back(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle, 'mode = "auto"\ndensity = 1.0\nport = 1'), Sink()
    sink.post(0, players.start(0))
    for now in range(0, 4 * RATE, 240):
        sink.post(now, players.advance(now))
    assert sink.began
    before, now = len(sink.began), 4 * RATE
    sink.post(now, players.hear(now, 1, on(50)))
    assert sink.sounding == {}
    for later in range(now, now + 2 * RATE, 240):
        sink.post(later, players.advance(later))
    assert len(sink.began) == before
    now += 2 * RATE
    sink.post(now, players.hear(now, 1, off(50)))
    for later in range(now, now + 8 * RATE, 240):
        sink.post(later, players.advance(later))
    assert sink.began[before][0] >= now + RATE // 4


def test_it_waits_for_its_player_to_rest(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle, 'mode = "auto"\nrest = 1.0'), Sink()
    sink.post(0, players.hear(0, 0, on(60)))
    for now in range(0, 3 * RATE, 240):
        sink.post(now, players.advance(now))
    assert sink.began == []
    sink.post(3 * RATE, players.hear(3 * RATE, 0, off(60)))
    for now in range(3 * RATE, 30 * RATE, 240):
        sink.post(now, players.advance(now))
    assert sink.began and sink.began[0][0] >= 4 * RATE


def test_notes_by_themselves_begin_on_the_grid(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle, 'mode = "auto"\ndensity = 1.0\ndivision = "1/16"\ngrace = 0'), Sink()
    sink.post(0, players.start(0))
    for now in range(0, 20 * RATE, 240):
        sink.post(now, players.advance(now))
    assert len(sink.began) > 10 and all(at % 6000 == 0 for at, _, _ in sink.began)


def test_what_plays_by_itself_can_be_followed(random_bundle: Bundle) -> None:
    third = '[[companion.voice]]\nname = "three"\ninstrument = "lead"\nsource = "two"\nout_channel = 3'
    more = f'mode = "auto"\ndensity = 1.0\ndivision = "1/8"\n{third}'
    players, sink = band(random_bundle, more), Sink()
    sink.post(0, players.start(0))
    for now in range(0, 20 * RATE, 240):
        sink.post(now, players.advance(now))
    begins = {channel: [at for at, (_, c, _), _ in sink.began if c == channel] for channel in (0, 2)}
    assert len(begins[2]) > 5 and set(begins[2]) <= set(begins[0])
    sink.post(sink.now, players.end(sink.now))
    assert sink.sounding == {}


def test_another_seed_gives_other_answers(random_bundle: Bundle) -> None:
    def answers(seed: int, later: int) -> list[tuple[int, int]]:
        players, sink = band(random_bundle, "chance = 0.7"), Sink()
        players.set(0, "keys/seed", seed)
        for n in range(24):
            if n == 12:
                players.set(n * 9000, "keys/seed", later)
            sink.post(n * 9000, players.hear(n * 9000, 0, on(48 + n)))
        return [(at, pitch) for at, (_, _, pitch), _ in sink.began]

    first = answers(1, 2)
    assert first == answers(1, 2) and first != answers(3, 2) and first != answers(1, 4)


def test_a_prompt_is_heard_and_ends(random_bundle: Bundle) -> None:
    one, other = band(random_bundle), band(random_bundle)
    one.partners["keys"].prompt([Event("bass", 40, 0.0, 90), Event("you", 60, 0.5, 90)])
    assert one.partners["keys"]._stage.ear.companion.held == []
    answers = [
        each.hear(n * 9000, 0, on(p)) for each in (one, other) for n, p in enumerate((60, 62, 65, 70, 72))
    ]
    assert answers[:5] != answers[5:]


def test_time_does_not_go_back(random_bundle: Bundle) -> None:
    players = band(random_bundle)
    players.hear(9000, 0, on(60))
    assert all(command.at >= 9000 or command.op is Op.CANCEL for command in players.hear(100, 0, off(60)))


def test_polyphony_and_length_have_an_end(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle, "polyphony = 2\nlongest = 0.5"), Sink()
    for n, pitch in enumerate((60, 62, 64, 65, 67)):
        sink.post(n * 100, players.hear(n * 100, 0, on(pitch)))
        assert len(sink.sounding) <= 2
    sink.run(RATE)
    assert sink.sounding == {} and max(sink.lengths) == RATE // 2


def test_a_pedal_holds_and_lets_go(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle), Sink()
    for n, data in enumerate((on(60), b"\xb0\x40\x7f", off(60))):
        sink.post(n * 2000, players.hear(n * 2000, 0, data))
    assert len(sink.sounding) == 1
    sink.post(9000, players.hear(9000, 0, b"\xb0\x40\x00"))
    assert sink.sounding == {} and sink.lengths == [9000]


@pytest.mark.parametrize("data", [b"\xb0\x7b\x00", b"\xb0\x78\x00", b"\xff"])
def test_all_off_lets_go_of_everything(random_bundle: Bundle, data: bytes) -> None:
    players, sink = band(random_bundle), Sink()
    for n, pitch in enumerate((60, 64)):
        sink.post(n, players.hear(n, 0, on(pitch)))
    sink.post(9000, players.hear(9000, 0, data))
    assert sink.sounding == {}


def test_an_input_that_vanishes_lets_go(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle), Sink()
    sink.post(0, players.hear(0, 0, on(60)))
    sink.post(9000, players.lost(9000, 0))
    assert sink.sounding == {}


def test_program_changes(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle, programs="pass"), Sink()
    sink.post(0, players.hear(0, 0, on(60)))
    sink.post(2000, players.hear(2000, 0, b"\xc0\x21"))
    assert sink.programs == [(2000, 7, 0xC0, 33)] and sink.sounding == {}
    players = band(random_bundle, programs="setup")
    players.hear(0, 0, b"\xc0\x00")
    assert players.value("keys/two/low") == 60 and players.value("keys/two/high") == 71
    assert players.hear(10, 0, b"\xc0\x09") == []  # no such setup
    assert band(random_bundle).hear(0, 0, b"\xc0\x05") == []
    started = band(random_bundle, "program = 5\nout_channel = 2").start(0)
    assert [(c.op, c.index) for c in started] == [(Op.MIDI, 0xC1 | 5 << 8)]


def test_what_it_sent_and_comes_back_is_not_answered(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle), Sink()
    sink.post(0, players.hear(0, 0, on(60)))
    (_, _, pitch), velocity = sink.began[0][1:]
    assert players.hear(300, 0, on(pitch, velocity)) == []
    assert players.ignored["echo"] == 1


def test_too_much_at_once_is_not_answered(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle), Sink()
    for n in range(2000):
        sink.post(n, players.hear(n, 0, on(20 + n % 90, 1 + n % 100)))
    assert len(sink.began) <= ANSWERED and players.ignored["heard"] > 1500
    sink.post(3000, players.end(3000))
    assert sink.sounding == {}


def test_every_parameter_can_be_turned(random_bundle: Bundle) -> None:
    players, sink = band(random_bundle), Sink()
    names = dict(players.parameters())
    assert {"keys/mute", "keys/two/density", "keys/me/thru"} <= set(names)
    for path, entry in names.items():
        assert entry.text
        for place in (0.0, 0.3, 1.0):
            if entry.kind == "name":
                with pytest.raises(UsageError):
                    players.turn(0, path, place)
            elif not path.endswith(("/instrument", "/out")):
                sink.post(0, players.turn(0, path, place))
    assert players.value("keys/two/high") == 127 and players.value("keys/two/low") == 0


def test_errors_name_what_is_wrong(random_bundle: Bundle) -> None:
    players = band(random_bundle)
    for path, value, said in (
        ("keys/two/low", 200, "low: 200 is not a whole number from 0 to 127"),
        ("keys/two/low", 10**400, "is not a whole number"),
        ("keys/two/chance", float("nan"), "is not a number"),
        ("keys/two/instrument", "you", "instrument you is that of me already"),
        ("keys/two/source", "three", "source 'three' is none of me"),
        ("keys/two/out", 2, "out 2 is not there; outputs are 0 to 1"),
        ("keys/three/low", 1, "has no voice 'three'"),
        ("nobody/low", 1, "there are keys"),
    ):
        with pytest.raises(UsageError, match=said):
            players.set(0, path, value)


def test_shipped_presets_load_and_damaged_ones_say_why(random_bundle: Bundle) -> None:
    assert set(presets()) >= {"answers", "harmony", "quartet", "rhythm-section"}
    for name in ("answers", "harmony", "quartet", "rhythm-section"):
        assert load_preset(name).about
    good = PLAIN.format(more="", programs="ignore")
    for text, said in (
        ("x = [", "is not TOML"),
        ("", "1 to 16 tables"),
        (good.replace("port = 0", ""), "needs one, from 0"),
        (good.replace("low = 60, high", "out = 3, high"), "setup/two: out: stays as it is"),
        (good.replace("port = 0", "ports = 0"), "ports: is not known"),
        (good.replace("port = 0", "port = 0\nlow = 90\nhigh = 60"), "beyond its other bound"),
        (good.replace('mode = "input"', 'mode = "loud"'), "'loud' is not one of input, follow, auto"),
    ):
        with pytest.raises(UsageError, match=said):
            parse(text.encode(), "x")
    with pytest.raises(UsageError, match="not found; there are"):
        load_preset("none-such")
