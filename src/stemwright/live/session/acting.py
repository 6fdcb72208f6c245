"""What every action does to a set. One entry an action; what is not there yet says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from stemwright.errors import UsageError
from stemwright.live.clock.grid import of_song
from stemwright.live.control.actions import Action, as_record
from stemwright.live.launch.follow import Follow, FollowAction
from stemwright.live.launch.quantise import parse_quantum
from stemwright.live.launch.scenes import launch_scene
from stemwright.live.launch.slots import Mode
from stemwright.live.session import timbres
from stemwright.live.session.faders import gain
from stemwright.live.session.live_set import LiveSet
from stemwright.live.vibe.parameters import parameter
from stemwright.live.vibe.request import Change, Request, Stage
from stemwright.native import live_commands as lc
from stemwright.native.live_commands import Parameter
from stemwright.song.meter import Meter

Arguments = Mapping[str, Any]
_SWITCHED = {"on": True, "off": False, "toggle": None}


def act(live: LiveSet, action: Action) -> None:
    """Do it, and log it. What cannot be done is said in a line, and nothing else changes."""
    live.now = max(live.now, action.sample)
    live.log.write({"action": as_record(action)})
    doing = _DOES.get(action.name)
    if doing is None:
        live.say(f"{action.name}: nothing here can do that", "warning")
        return
    try:
        doing(live, action.arguments)
    except UsageError as error:
        live.say(f"{action.name}: {error}", "warning")


def _switched(words: Arguments, was: bool) -> bool:
    wanted = _SWITCHED[words["on"]]
    return not was if wanted is None else wanted


def _play(live: LiveSet, words: Arguments) -> None:
    live.transport.play(live.clocking.start(live.now))


def _stop(live: LiveSet, words: Arguments) -> None:
    live.transport.stop(live.now)


def _resume(live: LiveSet, words: Arguments) -> None:
    live.transport.resume(live.now)


def _locate(live: LiveSet, words: Arguments) -> None:
    live.transport.locate(live.now, of_song(live.opened.song.state).place(int(words["bar"])))


def _tempo(live: LiveSet, words: Arguments) -> None:
    live.clocking.tempo(live.now, Fraction(str(words["value"])))


def _tap(live: LiveSet, words: Arguments) -> None:
    tapped = live.taps.tap(live.now)
    if tapped is None:
        return
    live.clocking.tempo(live.now, tapped.bpm)
    if tapped.counted_in and not live.transport.playing(live.now):
        live.transport.play(tapped.beat)


def _clock(live: LiveSet, words: Arguments) -> None:
    live.clocking.choose(words["source"], live.now)


def _one(live: LiveSet, words: Arguments) -> None:
    live.transport.one(live.now)


def _meter(live: LiveSet, words: Arguments) -> None:
    live.transport.set_meter(live.now, Meter(int(words["beats"]), int(words["unit"])))


def _clicks(live: LiveSet, words: Arguments) -> None:
    live.click.switch(_switched(words, live.click.on), live.now)


def _launch(live: LiveSet, words: Arguments) -> None:
    live.launcher.tap(words["column"], words["row"], live.now)


def _release(live: LiveSet, words: Arguments) -> None:
    live.launcher.release(words["column"], words["row"], live.now)


def _mode(live: LiveSet, words: Arguments) -> None:
    live.launcher.slot(words["column"], words["row"]).mode = Mode(words["mode"])


def _follow(live: LiveSet, words: Arguments) -> None:
    action, chance = FollowAction(words["follow"]), Fraction(str(words["chance"]))
    found = Follow(action, words["count"], chance, words["target"])
    live.launcher.slot(words["column"], words["row"]).follow = found
    live.launcher.columns[words["column"]].changed(words["row"], live.now)


def _make(live: LiveSet, words: Arguments) -> None:
    live.stems.make(words["column"], words["row"], words["words"], words["seed"], live.now)


def _stream_play(live: LiveSet, words: Arguments) -> None:
    stream = live.stems.stream
    stream.play(_switched(words, stream.on), live.now)


def _stream_weight(live: LiveSet, words: Arguments) -> None:
    live.stems.stream.prompts.weigh(words["prompt"], words["value"])


def _stream_density(live: LiveSet, words: Arguments) -> None:
    live.stems.stream.density = words["value"]


def _stream_column(live: LiveSet, words: Arguments) -> None:
    live.stems.stream.choose(words["column"], _SWITCHED[words["on"]], live.now)


def _scene(live: LiveSet, words: Arguments) -> None:
    launch_scene(live.launcher, words["row"], live.now)


def _stop_column(live: LiveSet, words: Arguments) -> None:
    live.launcher.stop(words["column"], live.now)


def _stop_all(live: LiveSet, words: Arguments) -> None:
    live.launcher.stop_all(live.now)


def _quantise(live: LiveSet, words: Arguments) -> None:
    live.launcher.quantum = parse_quantum(words["grid"])


def _legato(live: LiveSet, words: Arguments) -> None:
    column = live.launcher.column(words["column"])
    column.legato = _switched(words, column.legato)


def _fader(name: str, argument: str = "value") -> Callable[[LiveSet, Arguments], None]:
    def doing(live: LiveSet, words: Arguments) -> None:
        live.launcher.column(words["column"])
        value = _SWITCHED[words["on"]] if argument == "on" else words[argument]
        live.post(getattr(live.faders, name)(words["column"], value))

    return doing


def _main(live: LiveSet, words: Arguments) -> None:
    live.main_level = words["value"]
    live.post([lc.set_to(live.desk.main, Parameter.GAIN, gain(words["value"]))])


def _partner(live: LiveSet, words: Arguments) -> str:
    names = [] if live.ensemble is None else [*live.ensemble.partners]
    if words["player"] >= len(names):
        raise UsageError(f"player {words['player'] + 1}: is none; there are {len(names)}")
    return names[words["player"]]


def _path(live: LiveSet, words: Arguments) -> str:
    return "/".join(part for part in (_partner(live, words), words["voice"], words["parameter"]) if part)


def _set_player(live: LiveSet, words: Arguments) -> None:
    path = _path(live, words)
    assert live.ensemble is not None
    live.play(live.ensemble.set(live.now, path, words["value"]))


def _turn_player(live: LiveSet, words: Arguments) -> None:
    path = _path(live, words)
    assert live.ensemble is not None
    live.play(live.ensemble.turn(live.now, path, words["value"]))


def _mute_player(live: LiveSet, words: Arguments) -> None:
    path = f"{_partner(live, words)}/mute"
    assert live.ensemble is not None
    muted = _switched(words, bool(live.ensemble.value(path)))
    live.play(live.ensemble.set(live.now, path, muted))


def _set_up_player(live: LiveSet, words: Arguments) -> None:
    partner = _partner(live, words)
    assert live.ensemble is not None
    live.play(live.ensemble.set_up(live.now, partner, words["setup"]))


def _reset_player(live: LiveSet, words: Arguments) -> None:
    partner = _partner(live, words)
    assert live.ensemble is not None
    live.ensemble.partners[partner].forget()


def _say(live: LiveSet, words: Arguments) -> None:
    said = live.listening.say(live.now, words["text"])
    if said is not None and said.line:
        live.say(f"{words['text']!r}: {said.line}", "warning")


def _turn_mood(live: LiveSet, words: Arguments) -> None:
    entry = parameter(words["parameter"])
    value = entry.low + words["value"] * (entry.high - entry.low)
    live.mood.apply(live.now, Request((Stage((Change(entry.name, "to", value),)),)))


def _record(live: LiveSet, words: Arguments) -> None:
    if _switched(words, live.recording.on):
        live.recording.begin(live.now, datetime.now())
    else:
        live.recording.end(live.now)


def _keep(live: LiveSet, words: Arguments) -> None:
    live.keep()


def _voltage(live: LiveSet, words: Arguments) -> None:
    live.post([live.voltages.hold(words["output"], words["value"], live.now)])


def _gate(live: LiveSet, words: Arguments) -> None:
    live.post([live.voltages.gate(words["output"], _SWITCHED[words["on"]], live.now)])


def _panic(live: LiveSet, words: Arguments) -> None:
    if live.ensemble is not None:
        live.play(live.ensemble.end(live.now))
    live.play(live.voltages.rest(live.now))
    live.post([lc.all_off()])


_DOES: Mapping[str, Callable[[LiveSet, Arguments], None]] = {
    "transport.play": _play,
    "transport.stop": _stop,
    "transport.continue": _resume,
    "transport.locate": _locate,
    "transport.tempo": _tempo,
    "transport.tap": _tap,
    "transport.clock": _clock,
    "transport.one": _one,
    "transport.meter": _meter,
    "transport.click": _clicks,
    "slot.launch": _launch,
    "slot.release": _release,
    "slot.mode": _mode,
    "slot.follow": _follow,
    "slot.make": _make,
    "stream.play": _stream_play,
    "stream.weight": _stream_weight,
    "stream.density": _stream_density,
    "stream.column": _stream_column,
    "scene.launch": _scene,
    "column.stop": _stop_column,
    "launch.stop_all": _stop_all,
    "launch.quantise": _quantise,
    "launch.legato": _legato,
    "column.level": _fader("level"),
    "column.pan": _fader("pan"),
    "column.lowpass": _fader("lowpass"),
    "column.highpass": _fader("highpass"),
    "column.mute": _fader("mute", "on"),
    "column.solo": _fader("solo", "on"),
    "main.level": _main,
    "player.set": _set_player,
    "player.turn": _turn_player,
    "player.mute": _mute_player,
    "player.setup": _set_up_player,
    "player.reset": _reset_player,
    "timbre.blend": timbres.blend,
    "timbre.latent": timbres.latent,
    "timbre.walk": timbres.walk,
    "vibe.say": _say,
    "vibe.turn": _turn_mood,
    "cv.voltage": _voltage,
    "cv.gate": _gate,
    "record.run": _record,
    "session.keep": _keep,
    "panic": _panic,
}
