"""Words moved to where an acoustic aligner hears them, and when they are not."""

from __future__ import annotations

from collections.abc import Sequence

from mmdemo.alignment.pause_runs import Run
from mmdemo.alignment.pauses import PlacedWord
from mmdemo.alignment.word_refinement import BY_PHONES, BY_SOUND, SpokenWord, refine_words
from mmdemo.types import Span

FRAMES = 400
RUNS = (Run(100, 200, 0.9), Run(220, 300, 0.9))
WORDS = [
    SpokenWord(PlacedWord(100, 150), ("one",), False),
    SpokenWord(PlacedWord(150, 200), ("two",), False),
    SpokenWord(PlacedWord(220, 300), ("twenty", "five"), True),
]


class _Aligner:
    """Hears what it is told, in frames of the window."""

    def __init__(self, frames: Sequence[tuple[int, int]]) -> None:
        self.frames = frames
        self.asked: list[tuple[int, list[str]]] = []

    def align(self, first: int, behind: int, words: Sequence[str]) -> tuple[Span, ...]:
        self.asked.append((behind - first, list(words)))
        return tuple(Span((a - 85) / 100, (b - 85) / 100) for a, b in self.frames)


def _refined(frames: Sequence[tuple[int, int]]) -> tuple[PlacedWord, ...]:
    return refine_words(WORDS, RUNS, _Aligner(frames).align, BY_SOUND, FRAMES)


def test_inner_boundaries_follow_the_aligner_and_outer_ones_the_pauses() -> None:
    found = _refined([(104, 140), (140, 205), (214, 260), (260, 304)])
    assert found == (PlacedWord(100, 140), PlacedWord(140, 200), PlacedWord(220, 300))


def test_a_number_is_one_word_of_several() -> None:
    aligner = _Aligner([(100, 150), (150, 200), (220, 250), (250, 300)])
    refine_words(WORDS, RUNS, aligner.align, BY_SOUND, FRAMES)
    assert aligner.asked == [(230, ["one", "two", "twenty", "five"])]


def test_what_does_not_fit_changes_nothing() -> None:
    before = tuple(word.place for word in WORDS)
    assert _refined([]) == before
    assert _refined([(180, 190), (200, 210), (250, 260), (260, 304)]) == before


def test_a_line_begins_at_another_quiet_edge_when_the_aligner_says_so() -> None:
    runs = (Run(40, 60, 0.3), *RUNS)
    early = [SpokenWord(PlacedWord(40, 150), ("one",), False), *WORDS[1:]]
    aligner = _Aligner([(104 + 60, 140 + 60), (140 + 60, 205 + 60), (214 + 60, 260 + 60), (260 + 60, 304 + 60)])
    found = refine_words(early, runs, aligner.align, BY_SOUND, FRAMES)
    assert found[0].first == 100
    noisy = (Run(0, 60, 0.3), Run(60, 200, 0.9), Run(201, 400, 0.9))
    kept = refine_words(early, noisy, aligner.align, BY_SOUND, FRAMES)
    assert kept[0].first == 40, "steady sound has no sharp edges"


def test_a_hesitation_that_begins_a_line_stays_where_it_was() -> None:
    runs = (Run(40, 60, 0.3), *RUNS)
    aligner = _Aligner([(164, 200), (200, 265), (274, 320), (320, 364)])
    for key, start in (("one", 100), ("um", 40)):
        words = [SpokenWord(PlacedWord(40, 150), (key,), False), *WORDS[1:]]
        found = refine_words(words, runs, aligner.align, BY_SOUND, FRAMES)
        assert found[0].first == start


def test_lines_with_a_pause_are_heard_one_by_one() -> None:
    words = [SpokenWord(PlacedWord(100, 200), ("one",), True), SpokenWord(PlacedWord(220, 300), ("two",), True)]
    aligner = _Aligner([])
    refine_words(words, RUNS, aligner.align, BY_SOUND, FRAMES)
    assert [asked for _, asked in aligner.asked] == [["one"], ["two"]]


def test_who_hears_pauses_is_believed_about_edges_and_about_lines_that_follow_soon() -> None:
    words = [SpokenWord(PlacedWord(100, 200), ("one",), True), SpokenWord(PlacedWord(220, 300), ("two",), True)]
    aligner = _Aligner([(104, 190), (194, 280)])
    found = refine_words(words, RUNS, aligner.align, BY_PHONES, FRAMES)
    assert [asked for _, asked in aligner.asked] == [["one", "two"]]
    assert found[1] == PlacedWord(194, 280), "runs of sound do not move what it heard without a pause"
    far = _Aligner([(304, 340), (350, 380)])
    assert refine_words(words, RUNS, far.align, BY_PHONES, FRAMES) == tuple(word.place for word in words)


def test_a_word_behind_a_pause_begins_where_the_sound_does() -> None:
    words = [SpokenWord(PlacedWord(100, 200), ("one",), True), SpokenWord(PlacedWord(220, 300), ("two",), True)]
    for first, expected in ((211, 220), (231, 220), (205, 205), (240, 240)):
        aligner = _Aligner([(100, 190), (first, 290)])
        found = refine_words(words, RUNS, aligner.align, BY_PHONES, FRAMES)
        assert found[1].first == expected


def test_a_word_before_a_pause_lasts_as_long_as_its_sound_dies_away() -> None:
    aligner = _Aligner([(100, 140), (140, 192), (220, 260), (260, 296)])
    found = refine_words(WORDS, RUNS, aligner.align, BY_PHONES, FRAMES)
    assert found == (PlacedWord(100, 140), PlacedWord(140, 200), PlacedWord(220, 300))
    late = _Aligner([(100, 140), (140, 192), (195, 260), (260, 280)])
    found = refine_words(WORDS, RUNS, late.align, BY_PHONES, FRAMES)
    assert found == (PlacedWord(100, 140), PlacedWord(140, 195), PlacedWord(195, 280)), "no further than the next word"


def test_lines_that_tear_each_other_apart_are_heard_one_by_one() -> None:
    words = [
        SpokenWord(PlacedWord(100, 150), ("my",), False),
        SpokenWord(PlacedWord(150, 200), ("foot",), True),
        SpokenWord(PlacedWord(260, 280), ("you",), False),
        SpokenWord(PlacedWord(280, 330), ("understand",), True),
    ]
    asked = []

    def align(first: int, behind: int, keys: Sequence[str]) -> Sequence[Span]:
        asked.append(list(keys))
        frames = {4: [(110, 130), (130, 140), (140, 146), (290, 330)], 2: [(102, 150), (150, 190)]}[len(keys)]
        if keys == ["you", "understand"]:
            frames = [(262, 281), (281, 328)]
        return [Span((a - first) / 100, (b - first) / 100) for a, b in frames]

    found = refine_words(words, (), align, BY_PHONES, FRAMES)
    assert asked == [["my", "foot", "you", "understand"], ["my", "foot"], ["you", "understand"]]
    assert [round(place.first) for place in found] == [102, 150, 262, 281]
