"""Every text of the interface in English and Chinese; placeholders stand in braces."""

from __future__ import annotations

from mmdemo.types import Sentence
from mmdemo.ui.activity_texts import ACTIVITY_TEXTS
from mmdemo.ui.alignment_texts import ALIGNMENT_TEXTS
from mmdemo.ui.captioning_texts import CAPTION_TEXTS
from mmdemo.ui.profile_texts import PROFILE_TEXTS
from mmdemo.ui.qa_texts import QA_TEXTS
from mmdemo.ui.retrieval_texts import RETRIEVAL_TEXTS
from mmdemo.ui.tour_texts import TOUR_TEXTS

TEXTS: dict[str, Sentence] = {
    **CAPTION_TEXTS,
    **RETRIEVAL_TEXTS,
    **ALIGNMENT_TEXTS,
    **QA_TEXTS,
    **ACTIVITY_TEXTS,
    **PROFILE_TEXTS,
    **TOUR_TEXTS,
    # the shell
    "tagline": Sentence(
        "One encoder reads pictures, sound, video and text; every tab below works on what it returns.",
        "同一个编码器理解图片、声音、视频和文字，下面的每个标签页都使用它的结果。",
    ),
    "interface_language": Sentence("Language", "界面语言"),
    "profile": Sentence("Profile", "配置"),
    "device": Sentence("Device", "设备"),
    "models": Sentence("Models", "模型"),
    "models_ready": Sentence("ready", "已就绪"),
    "models_waiting": Sentence("not loaded yet", "尚未加载"),
    "subtitles_tab": Sentence("Subtitles", "字幕"),
    # failures that have no class of their own
    "error_title": Sentence("That did not work", "操作未完成"),
    "unexpected_error": Sentence(
        "Something unexpected went wrong; the details stand in the log of the server.",
        "发生了意外错误，详细信息已记录在服务器日志中。",
    ),
    "server_models": Sentence(
        "The models of this server cannot be used at the moment; whoever runs it finds the details in its log.",
        "此服务器上的模型目前无法使用；详细信息已记录在服务器日志中。",
    ),
    "server_font": Sentence(
        "This server has no font with the letters of these subtitles; add them as a track instead.",
        "此服务器没有包含这些字幕文字的字体；请改为作为字幕轨道加入。",
    ),
    "queue_full": Sentence(
        "The queue is full: {count} jobs are waiting already. Please try again in a minute.",
        "排队已满：已有 {count} 个任务在等候。请过一分钟再试。",
    ),
    "no_file": Sentence("Please choose a video or an audio file first.", "请先选择一个视频或音频文件。"),
    "not_a_file": Sentence(
        "The input is not a file; please upload a video or an audio file.",
        "输入的不是文件，请上传视频或音频文件。",
    ),
    # what goes in
    "subtitles_help": Sentence(
        "Drop a video or a recording and get timed subtitles; add the text or the subtitles you already have, and they "
        "get their right times. Watch the result on the player, correct it in the table, download it in the format you "
        "need. Everything is computed on this machine.",
        "拖入视频或录音即可得到带时间的字幕；如已有文字稿或字幕，可一并添加，为其校正时间。在播放器上观看，在表格中修改，"
        "并以所需格式下载。所有计算都在本机完成。",
    ),
    "file": Sentence("Video or audio", "视频或音频"),
    "drop_hint": Sentence(
        "Drop a video or audio file here,\nor click to choose one", "将视频或音频文件拖放到此处，\n或点击选择文件"
    ),
    "drop_limits": Sentence("Up to {minutes} minutes and {megabytes} MB", "最长 {minutes} 分钟，最大 {megabytes} MB"),
    "recorder": Sentence("Or record with the microphone", "或使用麦克风录音"),
    "recording": Sentence("Recording", "录音"),
    "spoken_language": Sentence("Spoken language", "语音的语言"),
    "spoken_language_info": Sentence("Choose it when the automatic guess is wrong.", "自动判断有误时，请在此指定。"),
    "start": Sentence("Make subtitles", "生成字幕"),
    "cancel": Sentence("Cancel", "取消"),
    "examples": Sentence("Examples (one click starts)", "示例（点击即可开始）"),
    # how far it is
    "status_idle": Sentence("Ready. Choose a file and start.", "就绪。请选择文件并开始。"),
    "status_waiting": Sentence("Waiting for its turn…", "正在排队……"),
    "status_reading": Sentence("Reading {name}…", "正在读取 {name}……"),
    "status_loading": Sentence("Loading the models…", "正在加载模型……"),
    "status_transcribing": Sentence("Listening: {done} of {duration}", "正在识别：{done} / {duration}"),
    "status_transcribing_open": Sentence("Listening: {done}", "正在识别：{done}"),
    "status_player": Sentence(
        "The subtitles are ready. This browser cannot play the file as it is; a copy for the player is being made…",
        "字幕已完成。浏览器无法直接播放此文件，正在为播放器制作副本……",
    ),
    "status_stopping": Sentence("Stopping after the piece that is being worked on…", "处理完当前片段后停止……"),
    "status_done": Sentence("Done. Subtitles: {count}.", "完成：共 {count} 条字幕。"),
    "status_cancelled": Sentence(
        "Cancelled at {done}. What was found so far is kept; subtitles: {count}.",
        "已在 {done} 处取消；已识别的 {count} 条字幕已保留。",
    ),
    "status_cancelled_early": Sentence("Cancelled before any subtitle was found.", "已取消，尚未识别出字幕。"),
    "status_player_cancelled": Sentence(
        "Done. Subtitles: {count}. The copy for the player was cancelled.",
        "完成：共 {count} 条字幕。已取消制作播放副本。",
    ),
    "progress": Sentence("Progress", "进度"),
    # what comes out
    "player": Sentence("Player", "播放器"),
    "detected_language": Sentence(
        "Detected language: {language} ({percent} %)", "检测到的语言：{language}（{percent} %）"
    ),
    "chosen_language": Sentence("Language: {language}", "语言：{language}"),
    "reasons": Sentence("Reasons to check the result", "请留意"),
    "transcript": Sentence("Transcript", "文字稿"),
    "transcript_empty": Sentence(
        "The text appears here while it is being recognised, and the player above it.",
        "识别出的文字会实时显示在这里，播放器显示在其上方。",
    ),
    "transcript_none": Sentence("No text was recognised.", "没有识别出文字。"),
    "transcript_earlier": Sentence(
        "Earlier lines are shown when the work is done: {count}.", "前面的 {count} 行将在完成后显示。"
    ),
    "legend": Sentence("Words by certainty:", "词语的识别把握："),
    "legend_high": Sentence("sure (from 80 %)", "较高（80 % 以上）"),
    "legend_medium": Sentence("less sure (50–80 %)", "一般（50–80 %）"),
    "legend_low": Sentence("doubtful (below 50 %)", "较低（低于 50 %）"),
    "word_probability": Sentence("{percent} % sure", "把握 {percent} %"),
    "seek": Sentence("Play from {time}", "从 {time} 播放"),
    "table": Sentence("Subtitles (click a cell to correct it)", "字幕（点击单元格即可修改）"),
    "column_start": Sentence("Start", "开始"),
    "column_end": Sentence("End", "结束"),
    "column_text": Sentence("Text", "文字"),
    "add_row": Sentence("Add a row", "添加一行"),
    "delete_row": Sentence("Delete row {row}", "删除第 {row} 行"),
    "delete_row_none": Sentence("Delete row", "删除行"),
    "table_help": Sentence(
        "Times read as hours:minutes:seconds. A correction shows on the player and in the downloads at once. "
        "To delete a row, choose one of its cells first.",
        "时间格式为 时:分:秒。修改后，播放器和下载文件会立即更新。要删除一行，请先选中其中的单元格。",
    ),
    "table_saved": Sentence("Corrections are in the player and the downloads.", "修改已更新到播放器和下载文件。"),
    "table_kept": Sentence(
        "{problem} Nothing is lost: the player and the downloads keep the last version that was right.",
        "{problem}内容不会丢失：播放器和下载文件保留上一个正确的版本。",
    ),
    "downloads_title": Sentence("### Download", "### 下载"),
    # the public API
    "api_cues": Sentence("Subtitles as JSON", "字幕（JSON）"),
    "api_transcript": Sentence("Transcript text", "文字稿文本"),
    "api_files": Sentence("Subtitle files", "字幕文件"),
    "api_burn_in": Sentence("Drawn onto the pictures", "烧录到画面中"),
    "api_video": Sentence("Video with subtitles", "带字幕的视频"),
    "api_one_medium": Sentence("Picture, recording or video", "图片、录音或视频"),
    "api_labels": Sentence("Labels, one a line", "标签（每行一个）"),
    "api_sentence": Sentence("Sentence", "句子"),
    "api_result": Sentence("Result as JSON", "结果（JSON）"),
    "no_media": Sentence(
        "Please choose a picture, a recording or a video first.", "请先选择一张图片、一段录音或一个视频。"
    ),
}
