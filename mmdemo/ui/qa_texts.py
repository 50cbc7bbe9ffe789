"""The texts of the Ask tab, in both languages; placeholders stand in braces."""

from __future__ import annotations

from mmdemo.types import Sentence

QA_TEXTS: dict[str, Sentence] = {
    "ask_tab": Sentence("Ask", "问答"),
    "ask_help": Sentence(
        "Drop pictures, recordings or clips, and ask about them in English or Chinese. Every answer says how sure it "
        "is and what it rests on: click a time to hear it, click a place to see it. Everything is computed on this "
        "machine.",
        "拖入图片、录音或视频，然后用中文或英文提问。每个回答都会说明把握大小和依据：点击时间即可播放，点击位置即可查看。"
        "所有计算都在本机完成。",
    ),
    "ask_files": Sentence("Pictures, recordings, clips", "图片、录音、视频"),
    "ask_drop_hint": Sentence(
        "Drop or paste pictures, recordings and clips here,\nor click to choose some",
        "将图片、录音和视频拖放到此处，也可粘贴，\n或点击选择文件",
    ),
    "ask_drop_limits": Sentence(
        "Up to {count} files; {picture} MB a picture, {minutes} minutes and {media} MB a recording or clip",
        "最多 {count} 个文件；图片最大 {picture} MB，录音和视频最长 {minutes} 分钟、{media} MB",
    ),
    "ask_capture": Sentence("Or use the microphone or the camera", "或使用麦克风或摄像头"),
    "ask_question": Sentence("Question", "问题"),
    "ask_placeholder": Sentence(
        "Ask about your media. Enter sends, Shift+Enter begins a new line.",
        "就您的媒体提问。按 Enter 发送，按 Shift+Enter 换行。",
    ),
    "ask_send": Sentence("Ask", "提问"),
    "ask_stop": Sentence("Stop", "停止"),
    "ask_clear": Sentence("Clear all", "全部清除"),
    "ask_download_md": Sentence("Conversation · Markdown", "对话 · Markdown"),
    "ask_download_json": Sentence("Conversation · JSON", "对话 · JSON"),
    # how far it is
    "ask_idle": Sentence("Ready. Drop media to begin, or try an example.", "就绪。请拖入媒体，或试试示例。"),
    "ask_ready": Sentence("Ready. Ask a question.", "就绪。请提问。"),
    "ask_waiting": Sentence("Waiting for its turn…", "正在排队……"),
    "ask_loading": Sentence("Loading the models…", "正在加载模型……"),
    "ask_encoding": Sentence("Encoding {number} of {total}: {name}…", "正在编码 {number}/{total}：{name}……"),
    "ask_listening": Sentence("Listening to {number} of {total}: {name}…", "正在听 {number}/{total}：{name}……"),
    "ask_reading": Sentence("Looking for the passages that fit…", "正在查找相关内容……"),
    "ask_answering": Sentence("Answering…", "正在回答……"),
    "ask_stopping": Sentence("Stopping…", "正在停止……"),
    "ask_done": Sentence("Done. Ask another question.", "完成。可以继续提问。"),
    "ask_cancelled": Sentence("Stopped. What was found out so far is kept.", "已停止；已得到的中间结果会保留。"),
    "ask_cleared": Sentence("Conversation, media and their files are deleted.", "对话、媒体及其文件均已删除。"),
    # the media
    "ask_media": Sentence("Media", "媒体"),
    "ask_media_empty": Sentence(
        "What you drop stands here with its number, so that you can ask about “the second picture”.",
        "拖入的媒体会带编号显示在这里，因此可以问“第二张图片”。",
    ),
    "ask_kind_image": Sentence("Picture", "图片"),
    "ask_kind_audio": Sentence("Recording", "录音"),
    "ask_kind_video": Sentence("Clip", "视频"),
    "ask_remove": Sentence("Remove {number}: {name}", "移除 {number}：{name}"),
    "ask_copying": Sentence(
        "This browser cannot play the file as it is; a copy for the player is being made…",
        "浏览器无法直接播放此文件，正在为播放器制作副本……",
    ),
    "ask_no_player": Sentence(
        "This file cannot be played in the browser, but you can ask about it.", "浏览器无法播放此文件，但仍可就其提问。"
    ),
    # examples and suggestions
    "ask_examples": Sentence("Examples (one click asks)", "示例（点击即可提问）"),
    "ask_suggestions": Sentence("You could ask", "可以这样问"),
    "ask_example_animal": Sentence("What animal is this?", "这是什么动物？"),
    "ask_example_clip": Sentence("When do the doors open?", "博物馆几点开门？"),
    "ask_example_sound": Sentence("What is this sound?", "这是什么声音？"),
    # the conversation
    "ask_log": Sentence("Conversation", "对话"),
    "ask_log_empty": Sentence(
        "Answers appear here, each with its confidence and the evidence for it.", "回答会显示在这里，并附上把握和依据。"
    ),
    "ask_you": Sentence("You", "您"),
    "ask_answer": Sentence("Answer", "回答"),
    "ask_pending": Sentence("Working on it…", "正在处理……"),
    "ask_stopped": Sentence("Stopped before there was an answer.", "在得到回答之前已停止。"),
    "ask_not_sure": Sentence("Not sure", "没有把握"),
    "ask_confidence": Sentence("Confidence {percent}", "把握 {percent}"),
    "ask_guesses": Sentence("Best guesses", "最可能的回答"),
    "ask_reasons": Sentence("Please note", "请留意"),
    "ask_evidence": Sentence("What it rests on", "依据"),
    "ask_copy": Sentence("Copy the answer: {answer}", "复制回答：{answer}"),
    "ask_show_region": Sentence("Show the place in {name}", "在 {name} 中显示位置"),
    "ask_show": Sentence("Show {name}", "显示 {name}"),
    "ask_play": Sentence("Play {name} from {time}", "从 {time} 播放 {name}"),
    "ask_region": Sentence("Place in the picture", "图片中的位置"),
    "ask_removed": Sentence("removed", "已移除"),
    # failures that have no class of their own
    "ask_busy": Sentence(
        "An answer is being worked on; please wait for it, or stop it first.", "正在回答上一个问题；请稍候，或先停止。"
    ),
    "ask_too_many": Sentence(
        "That would be {count} files; at most {limit} can be asked about together.",
        "共有 {count} 个文件，一次最多就 {limit} 个文件提问。",
    ),
    "ask_media_gone": Sentence(
        "The media were deleted after an hour without use; please drop them again.",
        "媒体超过一小时未使用，已被删除；请重新拖入。",
    ),
    "ask_unknown_language": Sentence(
        "The language of the question must be auto, en or zh.", "问题的语言必须是 auto、en 或 zh。"
    ),
    # the public API
    "api_media": Sentence("Media", "媒体"),
    "api_question": Sentence("Question", "问题"),
    "api_question_language": Sentence("Language of the question", "问题的语言"),
    "api_answer": Sentence("Answer as JSON", "回答（JSON）"),
}
