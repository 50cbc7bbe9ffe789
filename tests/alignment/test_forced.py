"""Given and heard words merged into one sequence, and what is made of its times."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest

from mmdemo.alignment.forced import place_window
from mmdemo.alignment.forced_plan import PlannedWord, merge_words, speaking_rate
from mmdemo.alignment.forced_voice_time import VoiceTime
from mmdemo.alignment.forced_words import (
    GivenWord,
    HeardWord,
    given_words,
    heard_words,
    pair_words,
    spoken_weight,
)
from mmdemo.alignment.sample_stream import SampleStream
from mmdemo.alignment.timed_lines import AlignedWord, cues_of, timed_lines
from mmdemo.alignment.unintelligible_voices import evenly_paced, other_script
from mmdemo.types import SAMPLE_RATE, AudioWindow, EncodedWindow, Piece, Word
from mmdemo.whisper_text_alignment import aligned_words, first_tokens
from mmdemo.word_times import TimedToken

RATE = 0.07
WINDOW_TOKENS = 500


def _window(number: int, voice: float = 0.9) -> EncodedWindow:
    start = 10.0 * number
    window = AudioWindow(start, start + 10.0, number * WINDOW_TOKENS, WINDOW_TOKENS, (Piece(0, WINDOW_TOKENS, start),))
    activity = np.full(WINDOW_TOKENS, voice, np.float32)
    return EncodedWindow(window, np.zeros((WINDOW_TOKENS, 4), np.float32), np.zeros((1, 4), np.float32), activity)


def _time(windows: int) -> VoiceTime:
    voice = VoiceTime()
    for number in range(windows):
        voice.add(_window(number))
    return voice


def _heard(text: str, first: float = 0.0, each: float = 0.5) -> tuple[HeardWord, ...]:
    """Hear a text at so many seconds a word, in windows of ten seconds."""
    words = []
    for i, word in enumerate(text.split()):
        start = first + i * each
        words.append((int(start // 10), Word(" " + word, start, start + each, 0.9)))
    return heard_words(words, "en")


def _merged(lines: Sequence[str], heard: tuple[HeardWord, ...], windows: int) -> list[str]:
    """Return the merged sequence with its window; fillers in brackets."""
    given = given_words(lines, "en")
    pairs = pair_words(given, heard)
    planned = merge_words(given, heard, pairs, RATE, _time(windows))
    return [f"{word.window}{word.text if word.given is not None else f' ({word.text.strip()})'}" for word in planned]


def test_given_words_keep_their_spelling_and_what_touches_them() -> None:
    words = given_words(["<i>Well,</i> it's $25!", "[music]", "JOHN: No…"], "en")
    assert [(word.line, word.text.strip()) for word in words][0] == (0, "Well,")
    assert [word.text for word in words if word.line == 2] == [" No…"]
    assert not any(word.line == 1 for word in words)
    amount = next(word for word in words if "25" in word.text)
    assert "twenty" in amount.keys and amount.weight > spoken_weight("dollars")


def test_languages_without_spaces_are_cut_into_characters() -> None:
    words = given_words(["你好，世界"], "zh")
    assert [word.text for word in words] == ["你", "好，", "世", "界"]
    assert len({word.weight for word in words}) == 1


def test_a_recognised_number_is_compared_word_by_word() -> None:
    heard = heard_words([(0, Word(" 25", 1.0, 2.0, 0.9))], "en")
    assert [word.key for word in heard] == ["twenty", "five"]
    assert heard[0].start == 1.0 and heard[0].end == heard[1].start and heard[1].end == 2.0


def test_words_that_recognition_split_are_read_together() -> None:
    heard = heard_words(
        [(0, Word(" 50", 1.0, 1.5, 0.9)), (0, Word("%", 1.5, 2.0, 0.9)), (1, Word(" off", 9.0, 9.5, 0.9))], "en"
    )
    assert [(word.key, word.window) for word in heard] == [("fifty", 0), ("percent", 0), ("off", 1)]


def test_every_day_and_everyday_pair_as_two_with_one() -> None:
    given = given_words(["we ride everyday trains"], "en")
    pairs = pair_words(given, _heard("we ride every day trains"))
    assert [(pair.given, pair.heard) for pair in pairs] == [(0, 0), (1, 1), (2, 2), (2, 3), (3, 4)]


def test_a_small_word_far_from_its_line_is_somebody_elses() -> None:
    given = given_words(["a girl in brown sits down"], "en")
    said = "this is a very long introduction with other people speaking first girl in brown sits down"
    pairs = pair_words(given, _heard(said))
    assert [pair.given for pair in pairs] == [1, 2, 3, 4, 5]


def test_the_same_word_further_on_is_not_taken_for_the_end_of_a_line() -> None:
    given = given_words(["walking on a sidewalk"], "en")
    heard = _heard("walking on a sidewalk and a girl sits on the sidewalk")
    pairs = pair_words(given, heard)
    assert [(pair.given, pair.heard) for pair in pairs] == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_words_heard_alike_are_given_words_in_their_windows() -> None:
    heard = _heard("one two three four five six seven eight", first=8.0)
    assert _merged(["one two three four", "five six seven eight"], heard, 2) == [
        *("0 one", "0 two", "0 three", "0 four"),
        *("1 five", "1 six", "1 seven", "1 eight"),
    ]


def test_speech_that_is_not_in_the_text_becomes_fillers() -> None:
    heard = _heard("welcome to this broadcast everyone the weather is fine today")
    assert _merged(["the weather is fine today"], heard, 1) == [
        *("0 (welcome)", "0 (to)", "0 (this)", "0 (broadcast)", "0 (everyone)"),
        *("0 the", "0 weather", "0 is", "0 fine", "0 today"),
    ]


def test_a_misheard_word_is_given_and_no_filler() -> None:
    assert _merged(["the wether is fine today"], _heard("the xylophone is fine today"), 1) == [
        *("0 the", "0 wether", "0 is", "0 fine", "0 today")
    ]


def test_a_line_without_room_is_unspoken_and_one_with_room_stays() -> None:
    lines = ["the weather is fine", "an extraordinarily long announcement nobody ever made", "see you tomorrow"]
    tight = _merged(lines, _heard("the weather is fine see you tomorrow"), 1)
    assert not any("announcement" in word for word in tight) and len(tight) == 7
    first, second = _heard("the weather is fine"), _heard("see you tomorrow", first=7.0)
    roomy = _merged(lines, (*first, *second), 1)
    assert any("announcement" in word for word in roomy)


def test_a_line_is_unspoken_where_something_else_was_surely_said() -> None:
    lines = ["the weather is fine", "completely different words stand here", "see you tomorrow"]
    heard = _heard("the weather is fine bananas grow quickly under tropical sunshine see you tomorrow")
    found = _merged(lines, heard, 1)
    assert not any("different" in word for word in found)
    assert "0 (bananas)" in found


def test_a_year_takes_all_the_words_that_were_heard_for_it() -> None:
    found = _merged(["in 1984 it was opened"], _heard("in nineteen eighty four it was opened"), 1)
    assert found == ["0 in", "0 1984", "0 it", "0 was", "0 opened"]


def test_unheard_words_do_not_stay_behind_the_end_of_a_window() -> None:
    """“blip blop” may lie on both sides of the seam; their line is heard on the second side."""
    heard = (*_heard("one two three", first=7.0), *_heard("six seven eight", first=11.0))
    found = _merged(["one two three", "blip blop six seven eight"], heard, 2)
    assert found[3:] == ["1 blip", "1 blop", "1 six", "1 seven", "1 eight"]


def test_unheard_words_stay_behind_the_seam_where_there_is_voice_for_them() -> None:
    """“um” and a pause end the first window; without it half a second of voice there would belong to nobody."""
    heard = (*_heard("one two three", first=8.0), *_heard("six seven eight", first=10.0))
    found = _merged(["one two three", "um six seven eight"], heard, 2)
    assert found[3:] == ["0 um", "1 six", "1 seven", "1 eight"]


def test_nothing_heard_leaves_lines_spread_over_the_voice() -> None:
    found = _merged(["one two three", "four five six"], (), 1)
    assert [word.split()[-1] for word in found] == ["one", "two", "three", "four", "five", "six"]
    assert speaking_rate((), (), ()) == 0.07


def test_twenty_thousand_lines_that_nobody_speaks_take_a_moment() -> None:
    given = tuple(GivenWord(i // 2, " word", 6.0, ("word",)) for i in range(40_000))
    begun = time.process_time()
    planned = merge_words(given, _heard("something else"), (), RATE, _time(1))
    lines = timed_lines(20_000, given, {}, RATE, 10.0)
    assert time.process_time() - begun < 10.0
    assert len(planned) < 200 and len(lines) == 20_000


def test_a_window_places_words_in_media_time() -> None:
    """Two words with a pause that attention gave to the second; 10 ms levels say where the sound is."""
    planned = [PlannedWord(" um", None, 1, 4.0, False), PlannedWord(" hello", 0, 1, 7.0, True)]
    timed = [TimedToken(" um", 0.0, 1.5, 0.5), TimedToken(" hello", 1.5, 6.0, 0.8)]
    given = (GivenWord(0, " hello", 7.0, ("hello",)),)
    samples = np.zeros(30 * SAMPLE_RATE, np.float32)
    hum = 0.1 * np.sin(np.arange(SAMPLE_RATE // 2)).astype(np.float32)
    for second in (11.0, 15.5):
        samples[round(second * SAMPLE_RATE) :][: len(hum)] = hum
    placed = place_window(planned, timed, given, _window(1), SampleStream([samples]), RATE)
    assert placed.keys() == {0}
    assert placed[0].start == pytest.approx(15.5, abs=0.02) and placed[0].end == pytest.approx(16.0, abs=0.02)
    assert placed[0].probability == 0.8 and placed[0].matched
    assert place_window(planned, timed, given, _window(1), None, RATE).keys() == {0}


def test_lines_nobody_speaks_stand_between_their_neighbours() -> None:
    texts = ["one", "two", "three", "four"]
    given = tuple(GivenWord(i, " " + text, 5.0, (text,)) for i, text in enumerate(texts))
    aligned = {0: AlignedWord(1.0, 1.4, 0.9, True), 2: AlignedWord(1.5, 1.9, 0.6, False)}
    lines = timed_lines(4, given, aligned, 0.1, 10.0)
    assert [(line.start, line.end, line.spoken) for line in lines] == [
        (1.0, 1.4, True),
        (1.4, 1.5, False),  # no longer than there is room
        (1.5, 1.9, True),
        (1.9, pytest.approx(2.4), False),  # no longer than it would take
    ]
    assert lines[0].belief == pytest.approx(0.9) and lines[2].belief == pytest.approx(0.36)
    assert lines[2].confidence < lines[0].confidence < 1.0
    assert lines[1].confidence == lines[3].confidence == lines[1].belief == 0.0
    cues = cues_of(texts, lines)
    assert [cue.index for cue in cues] == [1, 2, 3, 4] and [cue.text for cue in cues] == texts
    assert cues[0].words == (Word(" one", 1.0, 1.4, 0.9),) and cues[1].words == ()


def test_words_begin_with_the_token_that_holds_their_first_letter() -> None:
    # " he" "llo" "," " you" and one token for both characters of “中国”
    assert first_tokens([" hello,", " you"], [(0, 3), (3, 6), (6, 7), (7, 11)]) == [0, 3, 4]
    assert first_tokens(["中", "国"], [(0, 2)]) == [0, 0, 1]


def test_times_are_read_off_the_path() -> None:
    path = [(0, 0), (0, 1), (1, 10), (1, 11), (2, 30), (3, 50), (3, 51)]
    words = aligned_words([" a", " bc"], [0, 1, 3], path, [0.9, 0.8, 0.6])
    assert [(word.start, word.end) for word in words] == [(0.0, 0.2), (0.2, 1.0)]
    assert words[1].probability == pytest.approx(0.7)


def test_characters_of_one_token_share_its_time() -> None:
    words = aligned_words(["中", "国"], [0, 0, 1], [(0, 10), (1, 30)], [0.9])
    assert [(word.start, word.end) for word in words] == [(0.2, pytest.approx(0.4)), (pytest.approx(0.4), 0.6)]


def test_words_past_the_limit_stand_at_the_end_without_probability() -> None:
    words = aligned_words([" a", " b", " c"], [0, 1, 2, 3], [(0, 0), (1, 25)], [0.9])
    assert [(word.start, word.end, word.probability) for word in words[1:]] == [(0.5, 0.5, 0.0), (0.5, 0.5, 0.0)]


def test_a_hesitation_that_was_misheard_is_not_said_twice() -> None:
    heard = _heard("home we begin the long day")
    assert _merged(["um we begin the long day"], heard, 1)[0] == "0 um"
    assert "0 (home)" in _merged(["we begin the long day"], heard, 1)


def test_words_that_cross_attention_knows_nothing_about_are_spread_over_the_voice() -> None:
    given = given_words(["one two"], "en")
    planned = [PlannedWord(word.text, i, 0, word.weight, False) for i, word in enumerate(given)]
    timed = [TimedToken(word.text, 0.0, 0.02, 0.01) for word in given]
    voice = np.zeros(500, np.float32)
    voice[100:200] = voice[300:400] = 0.9
    placed = evenly_paced(planned, timed, voice)
    assert 3.0 < placed[1].start < 6.2 and placed[0].end == placed[1].start and placed[0].probability == 0.01


def test_letters_for_a_text_in_characters_are_another_script() -> None:
    assert other_script(["may", "be"], ["今", "天"])
    assert not other_script(["今", "be", "天"], ["今", "天"])
    assert not other_script(["may"], ["be"]) and not other_script([], ["今"])
