"""The texts about correcting subtitles and taking them away with the video, in both languages."""

from __future__ import annotations

from mmdemo.types import Sentence

SUBTITLE_TEXTS: dict[str, Sentence] = {
    # the Start button, by what it would do
    "start_align": Sentence("Align the text", "对齐文字"),
    "start_resync": Sentence("Put the times right", "校正时间"),
    "start_reference": Sentence("Follow the other subtitles", "按参照字幕校正"),
    # marks
    "unsure_words": Sentence("? check the words", "？请核对文字"),
    "unsure_words_title": Sentence(
        "The words of this line are sure by {percent} % only.", "此行文字的把握仅为 {percent} %。"
    ),
    # correcting
    "timeline": Sentence("Drag a subtitle to its time", "拖动字幕以调整时间"),
    "timeline_help": Sentence(
        "Drag a bar to move it, or its edge to change where it begins or ends. By keyboard: left and right move it by "
        "0.05 s, with Shift its end, with Alt its beginning; up and down choose another; Enter plays it.",
        "拖动字幕条可移动，拖动两端可改变起止时间。键盘操作：左右方向键移动 0.05 秒，按住 Shift 调整结束，"
        "按住 Alt 调整开始；上下方向键选择其他字幕；回车键播放。",
    ),
    "timeline_cue": Sentence("Subtitle {row} of {count}", "第 {row} 条字幕，共 {count} 条"),
    "timeline_unsure": Sentence("check it", "请核对"),
    "timeline_corrected": Sentence("corrected", "已校正"),
    "realign": Sentence("Neighbours follow a corrected time", "相邻字幕随校正的时间调整"),
    "realign_info": Sentence(
        "Corrected subtitles stay where they are; the ones between them are placed anew, the unsure ones first.",
        "校正过的字幕保持不动，其间的字幕会重新定位，优先调整把握不大的字幕。",
    ),
    "undo": Sentence("Undo the last correction", "撤销上一次修改"),
    "undone": Sentence("The last correction was taken back.", "已撤销上一次修改。"),
    "neighbours_moved": Sentence(
        "Corrections are in the player and the downloads. Neighbours that followed: {count}.",
        "修改已更新到播放器和下载文件；随之调整的相邻字幕：{count} 条。",
    ),
    # the video with its subtitles
    "export_title": Sentence("### Video with these subtitles", "### 带有这些字幕的视频"),
    "export_track": Sentence("Add them as a track", "作为字幕轨道加入"),
    "export_burned": Sentence("Draw them onto the picture", "烧录到画面"),
    "export_cancel": Sentence("Cancel the video", "取消生成视频"),
    "export_help": Sentence(
        "A track can be switched on and off, and nothing is encoded anew. Drawn letters are seen on every player, and "
        "the pictures are encoded anew.",
        "字幕轨道可以开关，视频不重新编码；烧录的字幕在任何播放器上都能看到，但画面会重新编码。",
    ),
    "export_running": Sentence("Making the video: {done} of {duration}", "正在生成视频：{done} / {duration}"),
    "export_running_open": Sentence("Making the video: {done}", "正在生成视频：{done}"),
    "export_stopping": Sentence("Stopping…", "正在停止…"),
    "export_cancelled": Sentence("Cancelled. No video was made.", "已取消，未生成视频。"),
    "export_done": Sentence("The video is ready.", "视频已生成。"),
    "export_stale": Sentence(
        "The subtitles have changed since the video was made; make it again.", "生成视频后字幕已修改，请重新生成。"
    ),
    "export_file": Sentence("Download the video", "下载视频"),
}
