"""The texts of the Caption tab, in both languages; placeholders stand in braces."""

from __future__ import annotations

from mmdemo.types import Sentence

CAPTION_TEXTS: dict[str, Sentence] = {
    "caption_tab": Sentence("Caption", "描述"),
    "caption_help": Sentence(
        "Drop a picture and read what it shows, in English and Chinese, with where the model looked for every word. "
        "Drop a video for a caption a scene, or many pictures for alternative text of all of them. Everything is "
        "computed on this machine.",
        "拖入一张图片，即可得到中英文描述，并查看模型写每个词时所看的位置。拖入视频可得到逐场景描述；"
        "一次拖入多张图片，可为全部图片生成替代文本。所有计算都在本机完成。",
    ),
    "caption_files": Sentence("Picture, video, or several pictures", "图片、视频或多张图片"),
    "caption_drop_hint": Sentence(
        "Drop or paste pictures here, or drop a video;\nclick to choose files",
        "将图片或视频拖放到此处，也可粘贴图片，\n或点击选择文件",
    ),
    "caption_drop_limits": Sentence(
        "Up to {picture} MB a picture, {minutes} minutes and {video} MB a video",
        "图片最大 {picture} MB，视频最长 {minutes} 分钟、{video} MB",
    ),
    "camera_title": Sentence("Or take a photo with the camera", "或使用摄像头拍照"),
    "camera": Sentence("Camera", "摄像头"),
    "caption_languages": Sentence("Languages", "描述语言"),
    "caption_style": Sentence("Style", "风格"),
    "style_short": Sentence("Short", "简短"),
    "style_detailed": Sentence("Detailed", "详细"),
    "style_alt": Sentence("Alt text", "替代文本"),
    "caption_count": Sentence("Captions in each language", "每种语言的描述数量"),
    "caption_again": Sentence("Caption again", "重新描述"),
    # how far it is
    "caption_idle": Sentence("Ready. Drop a picture to begin.", "就绪。拖入一张图片即可开始。"),
    "caption_waiting": Sentence("Waiting for its turn…", "正在排队……"),
    "caption_reading": Sentence("Reading {name}…", "正在读取 {name}……"),
    "caption_loading": Sentence("Loading the models…", "正在加载模型……"),
    "caption_writing": Sentence("Looking at {name}…", "正在观察 {name}……"),
    "caption_scenes": Sentence("Looking at the scenes: {done} of {total}", "正在观察场景：{done} / {total}"),
    "caption_pictures": Sentence("Looking at the pictures: {done} of {total}", "正在观察图片：{done} / {total}"),
    "caption_stopping": Sentence("Stopping…", "正在停止……"),
    "caption_done": Sentence("Done: {name}", "完成：{name}"),
    "caption_done_video": Sentence("Done. Scenes: {count}.", "完成：共 {count} 个场景。"),
    "caption_done_files": Sentence(
        "Done. Pictures: {count}; could not be used: {failed}.", "完成：共 {count} 张图片，其中 {failed} 张无法使用。"
    ),
    "caption_cancelled_early": Sentence("Cancelled.", "已取消。"),
    "caption_cancelled": Sentence(
        "Cancelled. What was found so far is kept: {count}.", "已取消；已得到的 {count} 项结果已保留。"
    ),
    # what comes out
    "caption_empty": Sentence(
        "The captions appear here: choose among them, copy them, and see what the model looked at.",
        "描述会显示在这里：可以挑选、复制，并查看模型所看的位置。",
    ),
    "scenes_empty": Sentence("The scenes appear here while they are being found.", "找到的场景会实时显示在这里。"),
    "scenes_none": Sentence("No scene was found in this video.", "视频中没有找到场景。"),
    "look_hint": Sentence(
        "Point at a word, tap it, or reach it with the Tab key to see where the model looked.",
        "将指针移到词语上、点按，或用 Tab 键选中词语，即可查看模型所看的位置。",
    ),
    "look_at_word": Sentence("{word}: show where the model looked", "{word}：显示模型所看的位置"),
    "look_none": Sentence("Where the model looked is shown for the best caption.", "仅为最佳描述显示模型所看的位置。"),
    "picture_named": Sentence("The picture {name}", "图片 {name}"),
    "level_high": Sentence("sure", "有把握"),
    "level_medium": Sentence("fairly sure", "较有把握"),
    "level_low": Sentence("not sure", "没有把握"),
    "alternatives": Sentence("Choose another", "选择其他描述"),
    "choose_caption": Sentence("Use this caption: {caption}", "使用此描述：{caption}"),
    "copy": Sentence("Copy", "复制"),
    "copied": Sentence("Copied", "已复制"),
    "copy_caption": Sentence("Copy the caption: {caption}", "复制描述：{caption}"),
    "not_sure": Sentence("Not sure", "没有把握"),
    "may_rather_show": Sentence("It may rather show:", "它可能是："),
    "scenes_title": Sentence("Scenes", "场景"),
    "scene_play": Sentence("Play from {time}", "从 {time} 播放"),
    "files_title": Sentence("Pictures", "图片"),
    "column_file": Sentence("File", "文件"),
    "column_score": Sentence("Score", "得分"),
    "column_note": Sentence("Note", "备注"),
    "files_earlier": Sentence(
        "Earlier rows are shown when the work is done: {count}.", "前面的 {count} 行将在完成后显示。"
    ),
    # failures that have no class of their own
    "no_caption_file": Sentence(
        "Please choose a picture, a video, or several pictures first.", "请先选择一张图片、一个视频或多张图片。"
    ),
    "caption_too_many": Sentence(
        "That are {count} files; at most {limit} can be captioned at once.",
        "共有 {count} 个文件，一次最多处理 {limit} 个。",
    ),
    "no_caption_language": Sentence(
        "Please choose at least one language for the captions: en, zh, or both.",
        "请至少选择一种描述语言：en、zh 或两者。",
    ),
    "unknown_caption_style": Sentence(
        "The style must be short, detailed or alt.", "风格必须是 short、detailed 或 alt。"
    ),
    "unknown_caption_count": Sentence(
        "The number of captions must be a whole number from 1 to {most}.", "描述数量必须是 1 到 {most} 的整数。"
    ),
    # the public API
    "api_picture": Sentence("Picture", "图片"),
    "api_captions": Sentence("Captions as JSON", "描述（JSON）"),
    "api_explain": Sentence("With heatmaps of the words", "包含词语热图"),
}
