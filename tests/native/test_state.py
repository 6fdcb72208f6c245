"""A state is a value: prefilled, forked, cut back, saved and read, it goes on with the same bits."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import made_up
import numpy as np
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from test_engine import CONFIG, FEATURES, FRAMES, ISAS, STEPS, TENSORS, generate, tokens

from stemwright.errors import StemwrightError, UsageError
from stemwright.native.engine import Cancelled, Engine, Retention, Sampling, State, delayed
from stemwright.native.state import MAGIC

CACHES = ["float32", "int8"]
WINDOW = CONFIG["window"]
KEEP = Retention(recent=12, spans=((0, 3), (8, 11), (16, 19), (24, 25), (30, 34), (45, 46)))
TOKENS = tokens()

_engines: dict[tuple[Any, ...], Engine] = {}


def make(cache: str = "float32", isa: str | None = None, threads: int = 1, **config: Any) -> Engine:
    key = (cache, isa, threads, *config.items())
    if key not in _engines:
        shape = {**CONFIG, "kv_cache": cache, **config}
        _engines[key] = Engine(shape, TENSORS, isa=isa, threads=threads)
    return _engines[key]


def step(state: State, first: int, last: int) -> np.ndarray:
    """Logits [last - first, K, V] of the made-up codes, one step after the other, every row the same."""
    rows = state.batch
    made = [state.step(np.repeat(TOKENS[i : i + 1], rows, 0), np.repeat(FEATURES[i : i + 1], rows, 0))
            for i in range(first, last)]  # fmt: skip
    return np.stack(made, 1) if rows > 1 else np.concatenate(made)


def prefill(state: State, first: int, last: int, logits: bool = True) -> np.ndarray | None:
    made = state.prefill(TOKENS[None, first:last], FEATURES[None, first:last], logits=logits)
    return None if made is None else made[0]


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, np.ndarray]:
    return {cache: step(make(cache).state(), 0, STEPS) for cache in CACHES}


def same(made: np.ndarray | None, wanted: np.ndarray) -> bool:
    return made is not None and made.tobytes() == wanted.tobytes()


def test_an_int8_cache_is_that_of_the_reference() -> None:
    config = {**CONFIG, "kv_cache": "int8"}
    wanted = reference.logits(config, TENSORS, TOKENS, FEATURES)
    made = step(make("int8").state(), 0, STEPS)
    assert np.abs(made - wanted).mean() < 2e-3  # a value between two levels may fall to either side
    assert np.abs(made - reference.logits(CONFIG, TENSORS, TOKENS, FEATURES)).mean() > 3e-3


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("isa", ISAS)
def test_prefill_is_steps(isa: str, threads: int, cache: str, undisturbed: dict[str, np.ndarray]) -> None:
    engine = make(cache, isa, threads)
    assert same(prefill(engine.state(), 0, STEPS), undisturbed[cache])
    state = engine.state()
    prefill(state, 0, 40, logits=False)
    assert same(step(state, 40, STEPS), undisturbed[cache][40:])


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(0, STEPS), max_size=6).map(sorted),
    cache=st.sampled_from(CACHES),
    kept=st.sampled_from([None, KEEP]),
    restored=st.booleans(),
)
def test_any_chunks_with_a_save_between(
    cuts: list[int], cache: str, kept: Retention | None, restored: bool
) -> None:
    engine = make(cache)
    wanted = step(engine.state(keep=kept), 0, STEPS)
    state, parts = engine.state(keep=kept), []
    for first, last in zip([0, *cuts], [*cuts, STEPS], strict=True):
        parts.append(prefill(state, first, last))
        if restored:
            state = engine.restore(state.save())
    assert same(np.concatenate([part for part in parts if part is not None]), wanted)


@pytest.mark.parametrize("batch", [2, 4, 8, 40])
def test_a_row_of_a_prefill_is_a_prefill_of_one(batch: int) -> None:
    engine, steps = make("int8"), 9
    codes = np.stack([np.roll(TOKENS, b, 0)[:steps] for b in range(batch)])
    rows = np.stack([np.roll(FEATURES, 2 * b, 0)[:steps] for b in range(batch)])
    made = engine.state(batch).prefill(codes, rows, logits=True)
    assert made is not None
    for b in range(batch):
        assert same(engine.state().prefill(codes[b : b + 1], rows[b : b + 1], logits=True), made[b : b + 1])


@pytest.mark.parametrize("cache", CACHES)
def test_forks_share_pages_and_go_their_own_ways(cache: str, undisturbed: dict[str, np.ndarray]) -> None:
    engine = make(cache, window=200)
    trunk = engine.state()
    whole = step(engine.state(), 0, STEPS)
    step(trunk, 0, 30)
    branch = trunk.fork()
    four = trunk.fork([0, 0, 0, 0])
    assert four.cache_bytes == trunk.cache_bytes == branch.cache_bytes
    empty = np.full((1, CONFIG["codebooks"]), CONFIG["codebook_size"])
    for _ in range(20):
        branch.step(empty, FEATURES[:1])
    assert same(step(trunk, 30, STEPS), whole[30:])
    together = step(four, 30, STEPS)
    for row in together:
        assert row.tobytes() == whole[30:].tobytes()


def test_a_fork_outlives_what_it_came_from() -> None:
    engine = make()
    trunk = engine.state()
    wanted = step(trunk, 0, 5)
    branch = trunk.fork()
    expected = step(trunk, 5, 9)
    del trunk, wanted
    assert same(step(branch, 5, 9), expected)


@pytest.mark.parametrize("isa", ISAS)
@settings(max_examples=25, deadline=None)
@given(reached=st.integers(0, WINDOW), position=st.integers(0, WINDOW), cache=st.sampled_from(CACHES))
def test_cutting_back_is_an_undisturbed_run(isa: str, reached: int, position: int, cache: str) -> None:
    engine = make(cache, isa)
    wanted = step(make(cache).state(), 0, STEPS)
    state = engine.state()
    rows = np.ascontiguousarray(FEATURES[::-1])  # what is cut off was something else
    position = min(position, reached)
    prefill(state, 0, position)
    state.prefill(np.roll(TOKENS, 7, 0)[None, position:reached], rows[None, position:reached])
    state.truncate(position)
    assert state.position == position
    assert same(prefill(state, position, STEPS), wanted[position:])


def test_a_page_cut_back_in_one_fork_stays_in_the_other() -> None:
    engine = make()
    trunk = engine.state()
    wanted = step(engine.state(), 0, STEPS)
    prefill(trunk, 0, 15)
    branch = trunk.fork()
    branch.truncate(5)
    branch.prefill(np.roll(TOKENS, 3, 0)[None, :12], FEATURES[None, 20:32])
    assert same(prefill(trunk, 15, STEPS), wanted[15:])


def test_what_has_left_the_cache_cannot_be_gone_back_to() -> None:
    state = make().state()
    prefill(state, 0, WINDOW + 1)
    state.truncate(WINDOW + 1)
    for position in (WINDOW, 0):
        with pytest.raises(UsageError, match=f"position: {position} cannot be gone back to"):
            state.truncate(position)
    for position in (-1, WINDOW + 2, 1.5):
        with pytest.raises(UsageError, match="position"):
            state.truncate(position)  # type: ignore[arg-type]
    assert state.position == WINDOW + 1


def seen_with(keep: Retention, steps: int) -> np.ndarray:
    """bool [steps, steps] of a retention, from its definition."""
    room = WINDOW - keep.recent
    seen = np.zeros((steps, steps), dtype=bool)
    for s in range(steps):
        seen[s, max(0, s - keep.recent + 1) : s + 1] = True
        older = [p for p in range(s - keep.recent + 1) if any(a <= p < b for a, b in keep.spans)]
        seen[s, older[max(0, len(older) - room) :]] = True
    return seen


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("cache", CACHES)
def test_retention_sees_the_last_steps_and_the_spans(cache: str, isa: str) -> None:
    config = {**CONFIG, "kv_cache": cache}
    wanted = reference.logits(config, TENSORS, TOKENS, FEATURES, seen_with(KEEP, STEPS))
    made = step(make(cache, isa).state(keep=KEEP), 0, STEPS)
    assert np.abs(made - wanted).mean() < (2e-3 if cache == "int8" else 1e-5)
    assert np.abs(made[-1] - step(make(cache).state(), 0, STEPS)[-1]).max() > 1e-2


def test_retention_in_full_is_the_plain_window(undisturbed: dict[str, np.ndarray]) -> None:
    state = make().state(keep=Retention(WINDOW, ((0, 5),)))
    assert same(prefill(state, 0, STEPS), undisturbed["float32"])


def test_memory_does_not_grow_past_the_window() -> None:
    state = make("int8").state(keep=KEEP)
    prefill(state, 0, WINDOW)
    full = state.cache_bytes
    for _ in range(40):
        prefill(state, 0, STEPS)
    assert state.position == WINDOW + 40 * STEPS
    assert state.cache_bytes == full


@pytest.mark.parametrize("recent, spans", [(0, ()), (WINDOW + 1, ()), (5, ((3, 3),)), (5, ((4, 6), (5, 9))),
                                           (5, ((-1, 2),)), (5, ((0, 2**20 + 1),))])  # fmt: skip
def test_bad_retention(recent: int, spans: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(UsageError, match="retention"):
        make().state(keep=Retention(recent, spans))


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_generation_goes_on_from_a_context(cache: str, guidance: float) -> None:
    engine = make(cache)
    base = made_up.small("base", FEATURES.shape) if guidance != 1.0 else None
    options: dict[str, Any] = {"sampling": Sampling(guidance=guidance), "base": base, "takes": (1, 4)}
    whole = generate(engine, **options)
    for take in (0, 1):
        for frames in (1, 16, 33, FRAMES):
            prefix = whole[take, :, :frames]
            early = engine.context(FEATURES, prefix[:, : frames // 2], base=base)
            context = engine.context(FEATURES, prefix, base=base, state=early)
            for state in (early, context):
                made = generate(engine, prefix=prefix, state=state, **options)
                assert np.array_equal(made[take], whole[take])
            assert (early.position, context.position) == (frames // 2, frames)


def test_takes_share_the_prefix() -> None:
    engine = make(window=200)
    prefix = generate(engine)[0, :, :40]
    takes = tuple(range(1, 9))
    together = generate(engine, prefix=prefix, takes=takes)
    for row, take in zip(together, takes, strict=True):
        assert np.array_equal(row, generate(engine, prefix=prefix, takes=(take,))[0])
    assert len({row.tobytes() for row in together}) == 8


def test_generation_with_retention_is_that_of_its_states() -> None:
    engine = make("int8")
    whole = generate(engine, keep=KEEP)
    assert not np.array_equal(whole, generate(engine))
    for isa in ISAS:
        assert np.array_equal(generate(make("int8", isa), keep=KEEP), whole)
        assert np.array_equal(generate(make("int8", isa), keep=KEEP, prefix=whole[0, :, :30]), whole)


def test_a_prefix_is_heard_one_step_late_and_each_codebook_one_more() -> None:
    codes = np.arange(12, dtype=np.uint16).reshape(3, 4)
    assert delayed(codes, 99).tolist() == [[99, 99, 99], [0, 99, 99], [1, 4, 99], [2, 5, 8]]


def test_a_prefill_can_be_cancelled() -> None:
    engine = make()
    prefix = generate(engine)[0, :, :50]
    with pytest.raises(Cancelled):
        generate(engine, prefix=prefix, progress=lambda done: False)


def test_a_foreign_context_is_refused() -> None:
    engine = make()
    prefix = generate(engine)[0, :, :10]
    context = engine.context(FEATURES, prefix)
    with pytest.raises(UsageError, match="state"):
        generate(engine, prefix=prefix[:, :5], state=context)
    with pytest.raises(UsageError, match="state"):
        generate(engine, prefix=prefix, state=context, base=FEATURES, sampling=Sampling(guidance=2.0))


def test_a_context_is_free_while_a_layer_is_generated_from_it() -> None:
    engine = make()
    context = engine.context(FEATURES, np.zeros((CONFIG["codebooks"], 1), dtype=np.uint16))
    inside, stepped = threading.Event(), threading.Event()

    def hold(done: int) -> None:
        inside.set()
        stepped.wait(10)

    def work() -> None:
        generate(engine, prefix=np.zeros((CONFIG["codebooks"], 1), dtype=np.uint16), state=context,
                 progress=hold)  # fmt: skip

    worker = threading.Thread(target=work)
    worker.start()
    assert inside.wait(10)
    context.step(TOKENS[:1], FEATURES[:1])
    stepped.set()
    worker.join()


def test_a_busy_state_says_so() -> None:
    engine = make(window=20000)
    state, long = engine.state(), 4000
    codes = np.zeros((1, long, CONFIG["codebooks"]), dtype=np.int32)
    rows = np.zeros((1, long, CONFIG["features"]), dtype=np.float32)
    worker = threading.Thread(target=lambda: state.prefill(codes, rows))
    worker.start()
    refusals = 0
    while worker.is_alive() and not refusals:
        try:
            state.fork()
        except StemwrightError as error:
            assert "another thread" in str(error)
            refusals += 1
    worker.join()
    assert refusals
    assert state.position == long


def test_damaged_and_foreign_saved_states_are_refused() -> None:
    engine = make()
    state = engine.state(2, KEEP)
    state.prefill(np.repeat(TOKENS[None, :30], 2, 0), np.repeat(FEATURES[None, :30], 2, 0))
    data = state.save()
    assert engine.restore(data).save() == data
    assert make(isa="generic", threads=2).restore(data).save() == data
    for bad in (
        b"",
        b"stemwright",
        data[:-1],
        data[:60],
        data + b"x",
        b"x" + data,
        data[:50] + b"x" + data[51:],
    ):
        with pytest.raises(UsageError, match="saved state"):
            engine.restore(bad)
    with pytest.raises(UsageError, match="another engine version"):
        engine.restore(data.replace(b"state 1", b"state 2", 1))
    with pytest.raises(UsageError, match="other weights"):
        make("int8").restore(data)
    other = Engine(CONFIG, {**TENSORS, "norm.weight": TENSORS["norm.weight"] * 2})
    with pytest.raises(UsageError, match="other weights"):
        other.restore(data)


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 200), value=st.integers(0, 2**64 - 1), cut=st.integers(0, 400))
def test_a_forged_saved_state_is_refused_or_harmless(at: int, value: int, cut: int) -> None:
    """Behind the checksum every word of the header may lie: a refusal or a state that runs."""
    engine = make("int8")
    state = engine.state(2, KEEP)
    state.prefill(np.repeat(TOKENS[None, :30], 2, 0), np.repeat(FEATURES[None, :30], 2, 0))
    payload = bytearray(state.save()[len(MAGIC) + 32 :])
    payload[8 * (at % 30) : 8 * (at % 30) + 8] = value.to_bytes(8, "little")
    if cut < 200:
        del payload[len(payload) - cut :]
    forged = bytes(payload)
    try:
        made = engine.restore(MAGIC + hashlib.sha256(forged).digest() + forged)
    except UsageError:
        return
    made.step(np.repeat(TOKENS[:1], made.batch, 0), np.repeat(FEATURES[:1], made.batch, 0))
