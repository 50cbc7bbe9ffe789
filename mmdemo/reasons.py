"""Reasons to distrust a result, as sentences in both languages."""

from __future__ import annotations

from mmdemo.types import Sentence


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def ends_early(decoded_seconds: float, declared_seconds: float) -> Sentence:
    """The file holds less sound than it declares."""
    decoded, declared = _minutes(decoded_seconds), _minutes(declared_seconds)
    return Sentence(
        f"The file says it runs {declared}, but its sound ends at {decoded}; it may be cut off.",
        f"文件声明时长为 {declared}，但声音在 {decoded} 处结束；文件可能不完整。",
    )


def no_speech() -> Sentence:
    """Nobody speaks in the recording."""
    return Sentence("No speech was found in this recording.", "录音中没有检测到语音。")


def uncertain_language(language: str, probability: float) -> Sentence:
    """The language was guessed with little confidence."""
    percent = round(100 * probability)
    return Sentence(
        f"The language was guessed as “{language}” with only {percent} % confidence; choose it if that is wrong.",
        f"语言被判断为“{language}”，置信度仅 {percent} %；如有误请手动选择。",
    )


def uncertain_words(share: float) -> Sentence:
    """Many words were hard to make out."""
    percent = round(100 * share)
    return Sentence(
        f"{percent} % of the words were hard to make out; check them before use.",
        f"有 {percent} % 的词语识别把握不大，使用前请核对。",
    )


def dropped_text(count: int) -> Sentence:
    """Text was recognised where nobody speaks, and left out."""
    return Sentence(
        f"Text that the model imagined over music or noise was left out ({count} passages).",
        f"已去除模型在音乐或噪声处臆造的文字（{count} 处）。",
    )


def repetition(count: int) -> Sentence:
    """The recogniser repeated itself and the repetition was cut."""
    return Sentence(
        f"The recogniser began to repeat itself in {count} places; the text there is not reliable.",
        f"识别过程中有 {count} 处出现重复，相关文字不可靠。",
    )


def no_label_fits(label: str, probability: float) -> Sentence:
    """Even the best label does not seem to describe the media."""
    percent = round(100 * probability)
    return Sentence(
        "Even the best label, “{label}”, fits with only {percent} % probability; perhaps none of them is right.",
        "即使最接近的标签“{label}”，相符的概率也只有 {percent} %；可能没有合适的标签。",
    ).filled(label=label, percent=percent)


def close_labels(first: str, second: str) -> Sentence:
    """Two labels are about as likely."""
    return Sentence(
        "“{first}” and “{second}” fit about equally well; the choice between them is a guess.",
        "“{first}”和“{second}”的相符程度接近，二者之间的选择只是猜测。",
    ).filled(first=first, second=second)


def unfitted_probabilities() -> Sentence:
    """The model's similarities were never calibrated."""
    return Sentence(
        "The probabilities of this model were not calibrated: trust the order more than the numbers.",
        "该模型的概率未经校准：排序比数值更可信。",
    )


def sound_left_out() -> Sentence:
    """The model cannot hear what is in the clip."""
    return Sentence(
        "This model does not compare sounds, so only the pictures of the video can be found.",
        "该模型不支持声音，因此只能按画面查找该视频。",
    )


def undecided_match(probability: float) -> Sentence:
    """The text may or may not fit."""
    percent = round(100 * probability)
    return Sentence(
        f"With {percent} % the answer is neither a yes nor a no.",
        f"概率为 {percent} %，无法确定是否相符。",
    )


def unsure_caption(probability: float) -> Sentence:
    """Even the best caption does not fit well."""
    percent = round(100 * probability)
    return Sentence(
        f"Not sure: even the best caption fits this picture with only {percent} % probability.",
        f"不太确定：即使最好的描述，与图片相符的概率也只有 {percent} %。",
    )


def unfamiliar_picture() -> Sentence:
    """The picture lies far from the photographs that the models learned from."""
    return Sentence(
        "This picture is unlike the photographs this model learned from; the caption may be wrong.",
        "这张图片与模型学习过的照片差别较大，描述可能有误。",
    )


def uncalibrated_answer() -> Sentence:
    """The probability is what the model itself thinks."""
    return Sentence(
        "The probability is the model's own and was not compared with how often it is right; check the evidence.",
        "该概率由模型自行给出，未与实际正确率核对；请查看依据。",
    )


def hardly_seen(thing: str) -> Sentence:
    """What a question takes for granted is hardly to be seen."""
    return Sentence(
        f"The question takes “{thing}” for granted, which is hardly to be seen here.",
        f"问题以“{thing}”为前提，但画面中几乎看不到。",
    )


def answer_cut_short() -> Sentence:
    """The generator would have gone on."""
    return Sentence(
        "The answer was cut at the longest length that is written.",
        "回答已达到最大长度，后面的内容被截断。",
    )


def nothing_to_align() -> Sentence:
    """The text has no words that could be spoken."""
    return Sentence(
        "The text has no words that can be spoken, so there is nothing to place.",
        "文本中没有可以朗读的词语，因此没有可对齐的内容。",
    )


def another_text(matched: int, count: int) -> Sentence:
    """The text is not what is said."""
    return Sentence(
        f"This does not seem to be what is said here: {matched} of {count} words were heard. Nothing was placed.",
        f"录音内容似乎与该文本不符：{count} 个词中只听到 {matched} 个，因此未作对齐。",
    )


def unspoken_lines(count: int, total: int) -> Sentence:
    """Lines that nobody was heard to speak."""
    return Sentence(
        f"{count} of {total} lines were not heard; they stand between their neighbours with confidence 0.",
        f"{total} 行中有 {count} 行未听到，已放在相邻行之间，置信度为 0。",
    )


def unsure_lines(count: int, total: int) -> Sentence:
    """Lines that were placed with little confidence."""
    return Sentence(
        f"{count} of {total} lines were placed with low confidence; check them before use.",
        f"{total} 行中有 {count} 行的时间把握不大，使用前请核对。",
    )


def already_right() -> Sentence:
    """The subtitles fit as they are."""
    return Sentence("These subtitles already fit; no time was changed.", "字幕时间已经正确，未作任何改动。")


def left_alone() -> Sentence:
    """The subtitles could not be placed with any confidence."""
    return Sentence(
        "These subtitles could not be matched to the sound, so they were left as they are.",
        "字幕无法与声音匹配，因此保持原样。",
    )


def unheard_cues(count: int, total: int) -> Sentence:
    """Cues whose words were not heard follow their neighbours."""
    return Sentence(
        f"{count} of {total} subtitles were not heard; they moved with their neighbours.",
        f"{total} 条字幕中有 {count} 条未听到，已随相邻字幕一起移动。",
    )


def not_together() -> Sentence:
    """Two subtitle files that belong to different media."""
    return Sentence(
        "The two subtitle files do not seem to belong to the same recording, so these were left as they are.",
        "两个字幕文件似乎不属于同一段录音，因此保持原样。",
    )


def tracks_left_out(count: int) -> Sentence:
    """Subtitle tracks of the old video that the new file cannot hold."""
    return Sentence(
        f"{count} subtitle tracks that were in the video are not in the new file, which cannot hold them.",
        f"原视频中的 {count} 条字幕轨道未写入新文件，因为新文件的格式无法容纳。",
    )


def cues_behind_the_end(count: int, total: int) -> Sentence:
    """Subtitles that begin when the video has ended."""
    return Sentence(
        f"{count} of {total} subtitles begin after the end of the video and will not be seen.",
        f"{total} 条字幕中有 {count} 条在视频结束后才开始，因此不会显示。",
    )


def other_language(written: str, spoken: str) -> Sentence:
    """The subtitles are in another language than the speech, so that no word could be compared."""
    return Sentence(
        f"The subtitles are in “{written}” and the speech in “{spoken}”: they were placed by meaning and by when "
        "somebody speaks; check a few of them.",
        f"字幕语言为“{written}”，语音语言为“{spoken}”：已根据语义和说话时间对齐，请抽查几条。",
    )


def snapped_cues(count: int, total: int) -> Sentence:
    """The file's own times were rough, and speech onsets took their place."""
    return Sentence(
        f"The times in this file were rough; {count} of {total} subtitles were moved to where speech begins.",
        f"该文件的时间较为粗略；{total} 条字幕中有 {count} 条已移到语音开始处。",
    )


def misplaced_cues(count: int, total: int) -> Sentence:
    """The file is exact but for a few cues, which are said elsewhere."""
    return Sentence(
        f"{count} of {total} subtitles stood beside their place and were moved to where they are said."
        if count > 1
        else f"One of {total} subtitles stood beside its place and was moved to where it is said.",
        f"{total} 条字幕中有 {count} 条偏离了位置，已移到说出该句的地方。",
    )


def exchanged_lines(count: int) -> Sentence:
    """Neighbouring subtitles stood in each other's place."""
    return Sentence(
        f"{count} pairs of neighbouring subtitles stood in each other's place and were exchanged."
        if count > 1
        else "Two neighbouring subtitles stood in each other's place and were exchanged.",
        f"有 {count} 对相邻字幕的位置颠倒，已对调。",
    )


def too_little_agreement() -> Sentence:
    """When somebody speaks would allow a place, but nothing else speaks for it."""
    return Sentence(
        "What is said does not confirm any place for these subtitles; they may belong to another recording.",
        "语音内容无法证实这些字幕的位置；它们可能属于另一段录音。",
    )


def text_is_compared_whole() -> Sentence:
    """A sentence has no parts with a place of their own in the joint space."""
    return Sentence(
        "A text is compared as a whole: only its whole meaning has a place in the joint space.",
        "文字作为整体进行比较：在联合空间中，只有整句的含义才有位置。",
    )


def picture_has_no_grid() -> Sentence:
    """The encoder that read the picture keeps no regular grid of it."""
    return Sentence(
        "This encoder keeps no regular grid of the picture, so its regions cannot be told apart.",
        "该编码器没有保留图片的规则网格，因此无法区分各个区域。",
    )


def too_short_for_parts() -> Sentence:
    """There is only one span or frame."""
    return Sentence(
        "It is too short to be taken apart: there is only one stretch of it.",
        "内容太短，只有一段，无法再细分。",
    )
