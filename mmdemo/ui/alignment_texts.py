"""The texts about aligning what the visitor already has, in both languages; placeholders stand in braces."""

from __future__ import annotations

from mmdemo.types import Sentence
from mmdemo.ui.subtitle_texts import SUBTITLE_TEXTS

ALIGNMENT_TEXTS: dict[str, Sentence] = {
    **SUBTITLE_TEXTS,
    # what goes in
    "text_file": Sentence("Text or subtitles you already have (optional)", "已有的文字稿或字幕（可选）"),
    "text_drop_hint": Sentence(
        "Drop a transcript or a subtitle file here\nto give it its right times",
        "将文字稿或字幕文件拖放到此处，\n即可对齐到正确的时间",
    ),
    "paste_title": Sentence("Or paste the text", "或粘贴文字"),
    "pasted_text": Sentence(
        "Text, one line a subtitle, or subtitles with times", "文字（每行一条字幕），或带时间的字幕"
    ),
    "pasted_name": Sentence("the pasted text", "粘贴的文字"),
    # what will be done with it
    "mode_open": Sentence(
        "A video or a recording alone gets new subtitles; a text or subtitles beside it get their right times.",
        "仅有视频或录音时生成新字幕；同时提供文字稿或字幕时，为其校正时间。",
    ),
    "mode_transcribe": Sentence(
        "What will be done: new subtitles are written from the speech.", "将要执行：根据语音生成新字幕。"
    ),
    "mode_align": Sentence(
        "What will be done: every line of “{name}” is placed where it is spoken.",
        "将要执行：把“{name}”的每一行放到说出它的时间。",
    ),
    "mode_resync": Sentence(
        "What will be done: the times of “{name}” are put right by the sound.",
        "将要执行：根据声音校正“{name}”的时间。",
    ),
    "mode_reference": Sentence(
        "What will be done: the times of “{name}” are put right by those of “{reference}”.",
        "将要执行：按照“{reference}”校正“{name}”的时间。",
    ),
    "recording_missing": Sentence(
        "Please add the video or the recording that “{name}” belongs to; subtitles with right times will do as well.",
        "请添加“{name}”对应的视频或录音；时间正确的字幕也可以。",
    ),
    "subtitles_alone": Sentence(
        "“{name}” is a subtitle file and has no sound. Put its video or recording here and the subtitles into the "
        "second field; or keep it here and add there the subtitles that should follow its times.",
        "“{name}”是字幕文件，没有声音。请在此处放入对应的视频或录音，并把字幕放到第二个输入框；"
        "或保留此文件，并在那里添加需要按其校正时间的字幕。",
    ),
    "text_alone": Sentence(
        "“{name}” is a text and has no sound. Put the video or the recording here and the text into the second field.",
        "“{name}”是文字，没有声音。请在此处放入视频或录音，并把文字放到第二个输入框。",
    ),
    "text_without_times": Sentence(
        "“{name}” has no times, and “{reference}” has no sound to find them in. Please add the video or the recording.",
        "“{name}”没有时间，“{reference}”也没有可供对齐的声音。请添加视频或录音。",
    ),
    "text_missing": Sentence(
        "There is no text to align; please give a text or subtitles.", "没有可供对齐的文字，请提供文字稿或字幕。"
    ),
    "two_texts": Sentence(
        "There is a file with a text and a pasted text as well; please keep one of them.",
        "同时提供了文字文件和粘贴的文字，请保留其中一个。",
    ),
    # how far it is and how it ended
    "status_aligning": Sentence("Aligning: {done} of {duration}", "正在对齐：{done} / {duration}"),
    "status_aligning_open": Sentence("Aligning: {done}", "正在对齐：{done}"),
    "status_aligned": Sentence("Aligned. Subtitles with new times: {count}.", "已对齐：{count} 条字幕获得了新的时间。"),
    "status_unchanged": Sentence(
        "Already right. No time was changed; subtitles: {count}.", "时间已经正确，未作改动；共 {count} 条字幕。"
    ),
    "status_refused": Sentence(
        "Left alone. The subtitles do not seem to belong here; no time was changed.",
        "保持原样：字幕似乎与此不符，未更改任何时间。",
    ),
    "status_unplaced": Sentence(
        "Left alone. The text does not seem to belong here; no line was placed.",
        "保持原样：文字似乎与此不符，未放置任何一行。",
    ),
    "status_cancelled_alignment": Sentence("Cancelled. No time was changed.", "已取消，未更改任何时间。"),
    "transcript_aligning": Sentence(
        "The lines appear here when they have their times.", "对齐完成后，各行文字会显示在这里。"
    ),
    "transcript_unplaced": Sentence("No line was placed.", "没有放置任何一行。"),
    "unsure_time": Sentence("? check the time", "？请核对时间"),
    "unsure_time_title": Sentence(
        "The time of this line is sure by {percent} % only.", "此行时间的把握仅为 {percent} %。"
    ),
    # the picture
    "tracks": Sentence("What changed", "时间变化"),
    "tracks_placed": Sentence("Where the lines are spoken", "各行的位置"),
    "track_before": Sentence("before", "之前"),
    "track_after": Sentence("after", "之后"),
    "track_reference": Sentence("reference", "参照"),
    "track_sound": Sentence("sound", "声音"),
    "tracks_span": Sentence("{track}: {count} from {start} to {end}", "{track}：{count} 条，{start} 至 {end}"),
    "tracks_unsure": Sentence(
        "Outlined bars: check their times ({count}).", "仅有轮廓的条：请核对时间（{count} 条）。"
    ),
    "piece_same": Sentence("{start}–{end}: not moved", "{start}–{end}：未移动"),
    "piece_later": Sentence("{start}–{end}: {seconds} s later", "{start}–{end}：推后 {seconds} 秒"),
    "piece_earlier": Sentence("{start}–{end}: {seconds} s earlier", "{start}–{end}：提前 {seconds} 秒"),
    "piece_drift": Sentence(
        "{start}–{end}: {first} s at the start, {last} s at the end (speed × {rate})",
        "{start}–{end}：开头 {first} 秒，结尾 {last} 秒（速度 × {rate}）",
    ),
    "pieces_more": Sentence("and {count} more", "另有 {count} 段"),
    # what comes back
    "retimed_file": Sentence("Your file, only its times changed", "您的文件（仅更改时间）"),
    "api_text": Sentence("Text or subtitles as text", "文字或字幕内容"),
    "api_alignment": Sentence("Alignment as JSON", "对齐结果（JSON）"),
}
