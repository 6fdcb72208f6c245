"""What keeps a session in time, with devices of paper."""

from __future__ import annotations

from stemwright.errors import StemwrightError
from stemwright.live.keeping import Keeper


class Paper:
    """A device as far as a keeper sees one."""

    def __init__(self, name: str) -> None:
        self.name, self.alive, self.trouble, self.stops = name, True, "", 0

    def stop(self) -> None:
        self.alive, self.stops = False, self.stops + 1


def test_a_device_that_cannot_be_had_again_is_told_of_once() -> None:
    made, lines, now, there = [Paper("first")], [], [0.0], [False]
    refused = [True]

    def again() -> Paper:
        if refused[0]:
            raise StemwrightError("JACK: the server runs at 44100 Hz")
        made.append(Paper("again"))
        return made[-1]

    def spare() -> Paper:
        made.append(Paper("spare"))
        return made[-1]

    keeper = Keeper(made[0], lambda: there[0], again, spare, lines.append, lambda: now[0])
    keeper.tend()
    assert keeper.device is made[0] and not lines
    made[0].alive, made[0].trouble = False, "unplugged"
    keeper.tend()
    assert keeper.device.name == "spare" and made[0].stops == 1
    for second in range(1, 5):
        now[0], there[0] = float(second), second > 1
        keeper.tend()
        keeper.tend()
    assert keeper.device.name == "spare" and keeper.on_spare
    assert [device.name for device in made] == ["first", *["spare"] * 3], "each time half as often"
    assert lines[0] == "unplugged" and lines[2:] == ["JACK: the server runs at 44100 Hz"]
    refused[0], now[0] = False, 8.0
    keeper.tend()
    assert keeper.device.name == "again" and not keeper.on_spare and len(lines) == 4
    assert all(device.stops == 1 for device in made[:-1])


def test_trouble_with_a_device_that_plays_on_is_told_once() -> None:
    device, lines = Paper("first"), []
    keeper = Keeper(device, lambda: True, lambda: device, lambda: device, lines.append)
    device.trouble = "the rate has changed"
    keeper.tend()
    keeper.tend()
    assert lines == ["the rate has changed"] and not device.stops and not keeper.on_spare
