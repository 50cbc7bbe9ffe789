"""Cues that read well, from speech that is fast, slow, broken or endless."""

import math

import numpy as np
import pytest

from mmdemo.subtitles import ReadingRules, confidence, reading_violations, rules_for, shape_cues
from mmdemo.subtitles.plain_text import joined_lines
from mmdemo.types import Cue, Segment, Word
from tests.subtitles.spoken import random_speech, speak

STORY = (
    "When I was a young man, I used to walk to the harbour every morning because I liked the smell of the sea. "
    "Mr. Smith, who owned the little shop on the corner, would wave at me and say something kind."
)


def test_english_is_cut_at_clauses() -> None:
    cues = shape_cues([speak(STORY, 1.0, 14.0)], "en")
    assert [cue.text for cue in cues] == [
        "When I was a young man, I used\nto walk to the harbour every morning",
        "because I liked the smell of the sea.",
        "Mr. Smith,\nwho owned the little shop on the corner,",
        "would wave at me and say something kind.",
    ]
    assert cues[0].start == 1.0
    assert reading_violations(cues, "en") == ()


def test_chinese_is_cut_at_punctuation() -> None:
    text = "很久以前我住在一个很小的村子里，每天早上都要走很远的路去上学。虽然很辛苦，但是我觉得非常开心。"
    cues = shape_cues([speak(text, 0.0, 4.0)], "zh")
    assert [cue.text for cue in cues] == [
        "很久以前我住在一个很小的村子里，",
        "每天早上都要走很远的路去上学。",
        "虽然很辛苦，但是我觉得非常开心。",
    ]
    assert reading_violations(cues, "zh") == ()


def test_short_sentences_share_a_cue_and_a_pause_parts_them() -> None:
    assert [cue.text for cue in shape_cues([speak("Yes. I know.")], "en")] == ["Yes. I know."]
    parted = shape_cues([speak("Yes. I know.", pauses={0: 0.8})], "en")
    assert [cue.text for cue in parted] == ["Yes.", "I know."]


def test_a_cue_never_spans_distant_speech_even_in_mid_phrase() -> None:
    cues = shape_cues([speak("this is the house", pauses={2: 1.0})], "en")
    assert [cue.text for cue in cues] == ["this is the", "house"]
    far = shape_cues([speak("hello"), speak("there", 30.0)], "en")
    assert [(cue.start, cue.text) for cue in far] == [(0.0, "hello"), (30.0, "there")]


def test_a_cue_stays_until_it_is_read_if_there_is_room() -> None:
    fast = speak("Nobody could possibly say all of this in less than one second", 0.0, 80.0)
    alone = shape_cues([fast], "en")[0]
    assert alone.end == pytest.approx(61 / 20, abs=0.011)
    assert reading_violations([alone], "en") == ()
    hurried = shape_cues([fast, speak("Go!", fast.end + 1.2)], "en")
    assert hurried[0].end == pytest.approx(hurried[1].start - 2 / 24)
    assert [found.kind for found in reading_violations(hurried, "en")] == ["too_fast"]


def test_a_word_too_short_to_see_stands_for_the_minimum() -> None:
    cue = shape_cues([speak("No.", 3.0, 100.0)], "en")[0]
    assert 0.8 <= cue.end - cue.start <= 0.82


def test_a_word_that_the_recogniser_stretched_does_not_stand_forever() -> None:
    cue = shape_cues([Segment(0, 60, "Hm", (Word(" Hm", 0.0, 60.0, 0.5),))], "en")[0]
    assert (cue.start, cue.end) == (0.0, 7.0)


def test_words_piled_on_one_instant_still_make_cues_one_after_the_other() -> None:
    words = tuple(Word(f" word{n}", 5.0, 5.0, 0.5) for n in range(60))
    cues = shape_cues([Segment(5.0, 5.0, "", words)], "en")
    assert all(cue.end > cue.start for cue in cues)
    assert all(left.end <= right.start for left, right in zip(cues, cues[1:], strict=False))


def test_a_word_longer_than_a_cue_is_shown_in_pieces() -> None:
    cues = shape_cues([Segment(0, 20, "", (Word(" " + "汉" * 100, 0.0, 20.0, 0.5),))], "zh")
    assert "".join(joined_lines(cue.text) for cue in cues) == "汉" * 100
    assert max(len(line) for cue in cues for line in cue.text.split("\n")) == 16


def test_times_of_numpy_become_plain_numbers() -> None:
    cue = shape_cues([Segment(0, 1, "", (Word(" Hi", np.float32(0.5), np.float64(1.5), np.float32(0.5)),))], "en")[0]
    assert (type(cue.start), type(cue.end), cue.start, cue.end) == (float, float, 0.5, 1.5)


def test_nothing_said_makes_no_cues() -> None:
    assert shape_cues([], "en") == ()
    assert shape_cues([Segment(0, 1, " ", ()), Segment(1, 2, "", (Word(" ", 1, 2, 0.1),))], "en") == ()


def test_a_segment_without_words_is_shaped_without_words() -> None:
    cues = shape_cues([Segment(0.0, 4.0, STORY[:80], ()), speak("and more", 4.5)], "en")
    assert joined_lines(cues[0].text) + " " + joined_lines(cues[-1].text) == STORY[:80] + " and more"
    assert [len(cue.words) for cue in cues] == [0, 2]


def test_thai_is_wrapped_by_characters() -> None:
    words = ("วันนี้", "อากาศ", "ดี", "มาก", "เรา", "ไป", "เดิน", "เล่น", "ที่", "สวน", "สาธารณะ", "กัน") * 3
    cues = shape_cues([speak(words)], "th")
    assert "".join(joined_lines(cue.text).replace(" ", "") for cue in cues) == "".join(words)
    assert max(len(line) for cue in cues for line in cue.text.split("\n")) <= 42


def test_one_line_only_if_the_rules_say_so() -> None:
    cues = shape_cues([speak(STORY)], "en", ReadingRules(max_lines=1))
    assert all("\n" not in cue.text and len(cue.text) <= 42 for cue in cues)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("seed", range(8))
def test_what_holds_for_any_speech(language: str, seed: int) -> None:
    segments = random_speech(seed, 400, language == "zh")
    cues = shape_cues(segments, language)
    rules = rules_for(language)
    spoken = [word for segment in segments for word in segment.words]
    assert [word for cue in cues for word in cue.words] == spoken
    assert [cue.index for cue in cues] == list(range(1, len(cues) + 1))
    said = "".join(word.text for word in spoken).replace(" ", "")
    assert "".join(cue.text for cue in cues).replace("\n", "").replace(" ", "") == said
    assert all(0 <= cue.start < cue.end for cue in cues)
    assert all(left.end <= right.start for left, right in zip(cues, cues[1:], strict=False))
    kinds = {found.kind for found in reading_violations(cues, language)}
    assert kinds <= {"too_fast", "too_short"}
    for cue, following in zip(cues, cues[1:], strict=False):
        # Where a cue is too fast or too short, it had no more room: the next one is right behind it.
        if reading_violations([cue], language):
            full = cue.end >= cue.start + rules.max_duration - 0.01
            assert full or following.start - cue.end <= rules.min_gap + 1e-6


def test_slow_speech_breaks_no_rule_at_all() -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        text = " ".join(STORY.split()[int(i)] for i in rng.integers(0, 39, 200))
        assert reading_violations(shape_cues([speak(text, 0.0, 11.0)], "en"), "en") == ()


def test_ten_thousand_words_are_shaped_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # Counted instead of timed: how often the search rates a cue for each word.
    from mmdemo.subtitles import segmentation

    rated = []
    rate = segmentation.cue_cost
    monkeypatch.setattr(segmentation, "cue_cost", lambda *args: rated.append(1) or rate(*args))
    words = 0
    for count in (1_000, 10_000):
        rated.clear()
        cues = shape_cues(random_speech(0, count, False), "en")
        words = sum(len(cue.words) for cue in cues)
        assert words == count
        assert len(rated) <= 25 * count


def test_confidence_weighs_words_by_how_long_they_last() -> None:
    words = (Word(" a", 0.0, 0.3, 1.0), Word(" b", 0.3, 0.4, 0.2), Word(" c", 0.4, 0.4, 0.0))
    assert confidence(Cue(1, 0.0, 1.0, "a b c", words)) == pytest.approx((0.3 + 0.1 * 0.2) / 0.45)
    assert confidence(Cue(1, 0.0, 1.0, "unknown")) == 0.0
    assert math.isclose(confidence(shape_cues([speak("Hello there")], "en")[0]), 0.9)
