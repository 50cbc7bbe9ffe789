"""The texts of the guided tour, in both languages; placeholders stand in braces."""

from __future__ import annotations

from mmdemo.types import Sentence

TOUR_TEXTS: dict[str, Sentence] = {
    "tour_tab": Sentence("Tour", "导览"),
    "tour_title": Sentence("One encoder, four tasks: a short tour", "一个编码器，四项任务：简短导览"),
    "tour_intro": Sentence(
        "Each step is a real run on this machine: nothing was recorded beforehand. The picture was drawn, the clip "
        "drawn and spoken by our own programs (tools/make_examples.py; public domain, CC0). Watch what is encoded, and "
        "what is not encoded again.",
        "每一步都在本机真实运行，没有任何预先录制的结果。图片由我们的程序绘制，视频由我们的程序绘制并合成语音"
        "（tools/make_examples.py；公共领域，CC0）。请留意哪些内容被编码，哪些无需再次编码。",
    ),
    "tour_take": Sentence("Take the tour", "参加导览"),
    "tour_start": Sentence("Start the tour", "开始导览"),
    "tour_restart": Sentence("Start again", "重新开始"),
    "tour_back": Sentence("Back", "上一步"),
    "tour_next": Sentence("Next", "下一步"),
    "tour_skip": Sentence("Skip this step", "跳过此步"),
    "tour_cancel": Sentence("End the tour", "结束导览"),
    "tour_keys": Sentence(
        "Keys, while the tour has the focus: → next, ← back, Esc ends it.",
        "键盘（焦点在导览内时）：→ 下一步，← 上一步，Esc 结束。",
    ),
    "tour_step_caption": Sentence("Caption a picture", "描述一张图片"),
    "tour_step_subtitles": Sentence("Put late subtitles right", "校正滞后的字幕"),
    "tour_step_ask": Sentence("Ask about the clip", "就视频提问"),
    "tour_step_search": Sentence("Search all of it", "搜索全部内容"),
    "tour_about_caption": Sentence(
        "A drawn sunset. The encoder turns it into a grid of tokens; the captioner reads only those.",
        "一幅绘制的日落。编码器把它变成网格状的词元，描述只依据这些词元写成。",
    ),
    "tour_about_subtitles": Sentence(
        "A clip with a spoken message, and subtitles that come four seconds too late.",
        "一段带语音留言的视频，以及滞后四秒的字幕。",
    ),
    "tour_about_ask": Sentence(
        "A question about the same clip. What was heard in it is encoded already.",
        "针对同一视频的问题。其中的声音已经编码过。",
    ),
    "tour_about_search": Sentence(
        "The picture, the clip and a recording in Spanish become a library; two sentences search it.",
        "图片、视频和一段西班牙语录音组成素材库，用两句话进行搜索。",
    ),
    "tour_question": Sentence("When do the doors open?", "几点开门？"),
    "tour_query_picture": Sentence("people at the sea in the evening", "傍晚海边的人们"),
    "tour_query_clip": Sentence("a house on a hill", "山上的一座房子"),
    "tour_position": Sentence("Step {number} of {count}: {name}", "第 {number} 步（共 {count} 步）：{name}"),
    "tour_waiting": Sentence("Waiting for its turn…", "正在排队……"),
    "tour_running": Sentence("Running…", "正在运行……"),
    "tour_loading": Sentence("Loading the models, which happens once…", "正在加载模型（仅需一次）……"),
    "tour_skipped": Sentence("This step was skipped.", "已跳过此步。"),
    "tour_took": Sentence("The step took {seconds}.", "本步用时 {seconds}。"),
    "tour_did": Sentence("What the backbone did:", "骨干所做的工作："),
    "tour_encoded": Sentence("encoded {parts} in {seconds}", "编码 {parts}，用时 {seconds}"),
    "tour_reused": Sentence("took {parts} from the cache", "从缓存读取 {parts}"),
    "tour_saved": Sentence("{saved} saved", "节省 {saved}"),
    "tour_nothing": Sentence("nothing had to be encoded", "无需编码任何内容"),
    "tour_part": Sentence("the {part} of {name}", "{name} 的{part}"),
    "tour_before": Sentence("As given", "原有时间"),
    "tour_after": Sentence("As spoken", "语音时间"),
    "tour_line": Sentence("Subtitle", "字幕"),
    "tour_moved": Sentence("The subtitles were moved by {seconds}.", "字幕移动了 {seconds}。"),
    "tour_answered": Sentence("Question: “{question}”", "提问：“{question}”"),
    "tour_found": Sentence("Searched for “{query}”", "搜索“{query}”"),
    "tour_rank": Sentence("{name}: fits with a probability of {percent}", "{name}：匹配概率 {percent}"),
    "tour_moment": Sentence(
        "{name}, at {time}: fits with a probability of {percent}", "{name}，{time}：匹配概率 {percent}"
    ),
    "tour_end": Sentence("One backbone did all of this", "这一切由同一个骨干完成"),
    "tour_end_once": Sentence(
        "{name} was encoded once: {parts}. {count} tasks worked with it: {tasks}.",
        "{name} 只编码了一次：{parts}。共有 {count} 项任务使用它：{tasks}。",
    ),
    "tour_end_before": Sentence(
        "{name} was in the cache before this tour and was not encoded again. {count} tasks worked with it: {tasks}.",
        "{name} 在本次导览前已在缓存中，没有再次编码。共有 {count} 项任务使用它：{tasks}。",
    ),
    "tour_end_other": Sentence(
        "{name}: {parts}. {count} tasks worked with it: {tasks}.",
        "{name}：{parts}。共有 {count} 项任务使用它：{tasks}。",
    ),
    "tour_end_open": Sentence("Open the Backbone tab", "打开“共同骨干”标签页"),
}
