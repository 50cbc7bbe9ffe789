"""Steps that are passed on in another form."""

from __future__ import annotations

from collections.abc import Generator

from mmdemo.stepwise import shown_as


def _work() -> Generator[int, None, str]:
    yield 1
    yield 2
    return "done"


def test_every_step_is_shown_and_the_result_is_kept() -> None:
    shown = shown_as(_work(), lambda step: f"step {step}")
    assert [next(shown), next(shown)] == ["step 1", "step 2"]
    try:
        next(shown)
    except StopIteration as ended:
        assert ended.value == "done"
    else:
        raise AssertionError("there is no third step")
