"""The evaluation of answers about pictures, with a generator that is right by rule."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from mmdemo.errors import FileMissing
from mmdemo.evaluation import qa, qa_visual
from mmdemo.evaluation.qa_absent import present_rows
from mmdemo.evaluation.qa_questions import PeoplesQuestion, read_questions
from mmdemo.evaluation.qa_visual import MostFrequent, accuracy_rows, answer_all, visual_report, zeroed
from mmdemo.runtime import Models
from mmdemo.types import CaptionLanguage, Encoding, Guess
from tests.fakes import FakeGenerator, fake_models
from tests.tasks.picture_backbone import PictureBackbone


class RightWhenSeeing(FakeGenerator):
    """Says red with 0.9 as long as there is anything to be seen, and blue with 0.2 without."""

    def answers(
        self, encoding: Encoding, questions: Sequence[str], language: CaptionLanguage, count: int = 5
    ) -> list[tuple[Guess, ...]]:
        seen = bool(np.any(encoding.tokens))
        return [(Guess("red", 0.9),) if seen else (Guess("blue", 0.2),)] * len(questions)


def _question(number: int, picture: str, split: str, answer: str, kind: str = "other") -> dict[str, object]:
    return {
        "question_id": number,
        "image": picture,
        "split": split,
        "question": "What color is it?",
        "answer_type": kind,
        "question_type": "what color",
        "answers": [answer] * 10,
    }


def _write(folder: Path) -> None:
    rows = [_question(n, f"{n}.png", "train", "green") for n in range(3)]
    rows += [_question(n, f"{n}.png", "hidden", "red" if n < 5 else "blue") for n in range(3, 7)]
    folder.mkdir(parents=True)
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with tarfile.open(folder / "images.tar", "w") as tar:
        for n in range(7):
            stream = io.BytesIO()
            PIL.Image.new("RGB", (20, 20), (200, 10 * n, 0)).save(stream, "PNG")
            member = tarfile.TarInfo(f"{n}.png")
            member.size = len(stream.getvalue())
            tar.addfile(member, io.BytesIO(stream.getvalue()))


@pytest.fixture
def found() -> Models:
    return replace(fake_models(PictureBackbone()), generator=RightWhenSeeing())  # type: ignore[arg-type]


def test_a_split_never_seen_is_measured_against_both_baselines(tmp_path: Path, found: Models) -> None:
    _write(tmp_path / "vqa")
    report = visual_report(tmp_path / "vqa", "hidden", found)
    rows = {row["system"]: row for row in report.rows}
    assert rows["decoder"]["overall"] == 50.0
    assert rows["decoder, blind"]["overall"] == 50.0
    assert rows["most frequent answer"]["overall"] == 0.0  # people said green of the training pictures
    assert rows["decoder"]["calibration error"] == pytest.approx(0.4)
    assert report.headline["over blind"] == 0.0
    assert {one.system for one in report.answered} == set(rows)


def test_the_command_writes_one_file_and_one_last_line(
    tmp_path: Path, found: Models, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path / "data" / "vqa")
    monkeypatch.setattr(qa, "models", lambda: found)
    out = tmp_path / "qa.json"
    arguments = ["--data", str(tmp_path / "data"), "--split", "hidden", "--parts", "visual", "--json", str(out)]
    assert qa.main(arguments) == 0
    headline = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert headline["overall"] == 50.0
    assert json.loads(out.read_text("utf-8"))["headline"] == headline


def test_a_split_without_questions_is_said_so(tmp_path: Path, found: Models) -> None:
    _write(tmp_path / "vqa")
    with pytest.raises(FileMissing, match="nothing"):
        visual_report(tmp_path / "vqa", "nothing", found)
    with pytest.raises(FileMissing):
        read_questions(tmp_path)


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        qa.main(["--data", str(tmp_path), "--parts", "smell"])


def test_nothing_is_left_of_a_zeroed_picture() -> None:
    encoding = Encoding(
        "image", np.ones((81, 4), np.float32), np.ones((81, 4), np.float32), "m", "s", np.ones(3, np.float32)
    )
    blind = zeroed(encoding)
    assert not np.any(blind.tokens)
    assert blind.embedding is not None and not np.any(blind.embedding)
    assert np.all(encoding.tokens == 1)


def test_the_most_frequent_answer_is_that_of_questions_that_begin_alike() -> None:
    own = [
        PeoplesQuestion(1, "a", "train", "Is it?", "yes/no", "is", ("yes",) * 10),
        PeoplesQuestion(2, "b", "train", "Is he?", "yes/no", "is", ("yes",) * 10),
        PeoplesQuestion(3, "c", "train", "How many?", "number", "how many", ("2",) * 10),
    ]
    prior = MostFrequent(own)
    assert prior.answer(own[2]) == "2"
    assert prior.answer(replace(own[2], question_type="never met")) == "yes"


def test_accuracies_are_told_by_type(found: Models) -> None:
    own = [
        PeoplesQuestion(1, "a", "val", "Red?", "yes/no", "is", ("red",) * 10),
        PeoplesQuestion(2, "a", "val", "How many?", "number", "how many", ("2",) * 10),
    ]
    encoding = Encoding("image", np.ones((81, 4), np.float32), np.ones((81, 4), np.float32), "m", "s")
    row = accuracy_rows(answer_all(own, {"a": encoding}, found.generator, MostFrequent(own)))[0]
    assert (row["overall"], row["yes/no"], row["number"]) == (50.0, 100.0, 0.0)
    assert np.isnan(row["other"])  # type: ignore[call-overload]
    assert qa_visual.TYPES == ("yes/no", "number", "other")


@pytest.mark.parametrize(("near", "said"), [(0.99, "yes"), (0.5, "not sure"), (0.001, "no")])
def test_things_that_people_take_for_granted_are_asked_for(near: float, said: str) -> None:
    class Near(PictureBackbone):
        def match_probability(self, similarity: float, first: object, second: object) -> float:
            return near

    own = [
        PeoplesQuestion(1, "a", "val", "What is the zebra doing?", "other", "what", ("eating",) * 10),
        PeoplesQuestion(2, "b", "val", "Is there a zebra?", "yes/no", "is there", ("no",) * 10),
    ]
    picture = Encoding(
        "image", np.ones((81, 4), np.float32), np.ones((81, 4), np.float32), "m", "s", np.ones(16, np.float32) / 4
    )
    rows = present_rows(own, {"a": picture, "b": picture}, fake_models(Near()))  # type: ignore[arg-type]
    assert [(row["language"], row["asked"], row[said]) for row in rows] == [("en", 1, 1.0), ("zh", 1, 1.0)]
