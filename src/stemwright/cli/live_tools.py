"""`live keep` and `live calibrate`: what is done after a set, and before one."""

from __future__ import annotations

from stemwright.cli.live_options import (
    CvInput,
    CvOutput,
    Device,
    Input,
    Json,
    Measured,
    OutSong,
    Period,
    Session,
)
from stemwright.cli.output import emit_json, lines, quoted
from stemwright.cli.watching import watching


def keep(session: Session, out: OutSong = None, json: Json = False) -> None:
    """Make a song of a session: its form as it was played, what was recorded as layers."""
    from dataclasses import asdict

    from stemwright.live.keep.song import keep as make

    target = session.with_name(f"{session.resolve().name}-song") if out is None else out
    with watching() as watch:
        made = make(session, target, lambda done, of: watch("keep", done, of))
    if json:
        stems = [{**asdict(stem), "bars": bars} for stem, bars in made.made]
        emit_json({**asdict(made), "made": stems, "song": str(made.song), "session": str(session)})
        return
    lines([f"{made.song}: {made.form}, {made.bars} bars"])
    for what, bars in (("not heard", made.silent), ("played something else", made.other)):
        lines([f"{layer}: {what} in bars {', '.join(spans)}" for layer, spans in bars.items()])
    lines([f"{layer}: recorded, {file}" for layer, file in made.recorded.items()])
    for stem, where in made.made:
        heard = f"heard in bars {', '.join(where)}" if where else "not heard"
        back = f"stemwright restore {quoted(made.song)} {stem.run}"
        name = f"{stem.layer} {stem.row + 1}, {stem.words or 'another'} {stem.seed}"
        lines([f"{name}: made in the set, {heard}; its notes, in the old form: {back}"])
    lines([f"marked: bars {bars}" for bars in made.marked])
    lines(made.remarks)


def calibrate(
    device: Device = None,
    input: Input = "",
    output: CvOutput = 3,
    heard: CvInput = 1,
    by: Measured = "output",
    period: Period = 256,
    json: Json = False,
) -> None:
    """Measure gain and offset of a DC-coupled channel, for voltages that are in tune; kept by device."""
    import time

    from stemwright.errors import UsageError
    from stemwright.live.cv.measuring import WAYS, Bench, calibrated
    from stemwright.live.cv.store import load, save
    from stemwright.live.devices import USUAL, Wish, open_audio, rate_of

    if by not in WAYS:
        raise UsageError(f"--by {by}: is none of {', '.join(WAYS)}")
    known = load(device or USUAL)

    def wait(seconds: float) -> bool:
        time.sleep(seconds)
        return opened.alive

    bench = Bench(rate_of(device), output, heard, wait)
    opened = open_audio(bench.graph, Wish(device, input, period))
    try:
        after, made = calibrated(bench, known, output, heard, by)
    finally:
        opened.stop()
    file = save(after)
    channel = f"input {heard}" if by == "input" else f"output {output}"
    if json:
        emit_json({"channel": channel, "gain": made.gain, "offset": made.offset, "file": str(file)})
    else:
        lines([f"{channel}: gain {made.gain:.4f}, offset {1000 * made.offset:.1f} mV; kept in {file}"])
