"""The texts of the Backbone tab and of the line about the cache, in both languages; placeholders stand in braces."""

from __future__ import annotations

from mmdemo.types import Sentence

ACTIVITY_TEXTS: dict[str, Sentence] = {
    "backbone_tab": Sentence("Backbone", "共同骨干"),
    "backbone_help": Sentence(
        "One encoder reads every picture, sound, clip and text of this page, once; all tabs work with what it returns. "
        "This is its record, for your page alone: nobody else sees it, and it ends when you close the page.",
        "同一个编码器读取本页的每张图片、每段声音、每个视频和每段文字，且只读一次；所有标签页都使用它的结果。"
        "下面是它的记录，仅属于您的页面：他人无法看到，关闭页面即消失。",
    ),
    "backbone_empty": Sentence(
        "Nothing has been encoded yet. Use another tab, or take the tour; what the backbone does then shows here.",
        "尚未编码任何内容。请使用其他标签页或参加导览，骨干所做的工作会显示在这里。",
    ),
    "task_caption": Sentence("Caption", "描述"),
    "task_subtitles": Sentence("Subtitles", "字幕"),
    "task_search": Sentence("Search", "搜索"),
    "task_ask": Sentence("Ask", "问答"),
    "task_backbone": Sentence("this panel", "本面板"),
    "part_picture": Sentence("picture", "图片"),
    "part_frames": Sentence("frames", "画面"),
    "part_sound": Sentence("sound", "声音"),
    "part_text": Sentence("text", "文字"),
    "kind_text": Sentence("Texts", "文字"),
    # sums
    "total_encoded": Sentence("Encoded", "已编码"),
    "total_encoded_value": Sentence(
        "{count} and {texts} texts in {seconds}", "{count} 项和 {texts} 段文字，用时 {seconds}"
    ),
    "total_reused": Sentence("Served from the cache", "由缓存提供"),
    "total_reused_value": Sentence("{count} times in {seconds}", "{count} 次，用时 {seconds}"),
    "total_saved": Sentence("Time saved, as measured", "实测节省时间"),
    "total_unmeasured": Sentence(
        "{count} count as nothing saved: their first encoding was before this server started, or loaded a model too.",
        "其中 {count} 次不计入节省时间：首次编码在本次服务启动之前，或其用时包含模型加载。",
    ),
    "saved_meaning": Sentence(
        "Saved = how long the first encoding took − how long the cache took. The first may have been another page's: "
        "the cache is shared, this record is not.",
        "节省时间 = 首次编码用时 − 读取缓存用时。首次编码可能来自其他页面：缓存共享，而此记录不共享。",
    ),
    # what was seen
    "contents": Sentence("What this page has worked with", "本页处理过的内容"),
    "column_content": Sentence("Content", "内容"),
    "column_encoded": Sentence("Encoded", "编码"),
    "column_reused": Sentence("From the cache", "来自缓存"),
    "column_tasks": Sentence("Used by", "使用者"),
    "encoded_once": Sentence("once, {seconds}", "1 次，{seconds}"),
    "encoded_times": Sentence("{count} times, {seconds}", "{count} 次，{seconds}"),
    "with_loading": Sentence("(with the loading of the model)", "（含模型加载）"),
    "encoded_before": Sentence("before this page: known already", "本页之前已编码"),
    "encoded_partly": Sentence("stopped after {seconds}; goes on from there", "{seconds} 后停止，下次从该处继续"),
    "encoded_not": Sentence("not yet", "尚未"),
    "reused_times": Sentence("{count}×, {saved} saved", "{count} 次，节省 {saved}"),
    "reused_unmeasured": Sentence("{count}×", "{count} 次"),
    "reused_never": Sentence("not so far", "尚无"),
    "events": Sentence("The last events", "最近的事件"),
    "event_encoded": Sentence("{part} of {name} encoded in {seconds}", "编码 {name} 的{part}，用时 {seconds}"),
    "event_stopped": Sentence(
        "{part} of {name}: stopped after {seconds}, kept", "{name} 的{part}：{seconds} 后停止，已保留"
    ),
    "event_reused": Sentence("{part} of {name} from the cache in {seconds}", "{name} 的{part}来自缓存，用时 {seconds}"),
    "event_texts_encoded": Sentence("{count} texts encoded in {seconds}", "编码 {count} 段文字，用时 {seconds}"),
    "event_texts_reused": Sentence(
        "{count} texts from the cache in {seconds}", "{count} 段文字来自缓存，用时 {seconds}"
    ),
    "event_saved": Sentence("{saved} saved", "节省 {saved}"),
    "ago_now": Sentence("just now", "刚刚"),
    "ago_seconds": Sentence("{count} s ago", "{count} 秒前"),
    "ago_minutes": Sentence("{count} min ago", "{count} 分钟前"),
    "ago_hours": Sentence("{count} h ago", "{count} 小时前"),
    "seconds": Sentence("{value} s", "{value} 秒"),
    "milliseconds": Sentence("{value} ms", "{value} 毫秒"),
    "minutes": Sentence("{value} min", "{value} 分钟"),
    # the line under the tabs
    "reuse_line": Sentence("Served from the cache: {names} · {saved} saved", "由缓存提供：{names} · 节省 {saved}"),
    "reuse_line_unmeasured": Sentence("Served from the cache: {names}", "由缓存提供：{names}"),
    "encode_line": Sentence("Encoded: {names} · {seconds}", "已编码：{names} · 用时 {seconds}"),
    # map and pair
    "seen_map": Sentence("Map of what this page has seen", "本页内容的地图"),
    "seen_map_help": Sentence(
        "What is alike stands close, whatever its kind. Choose two marks, or two names below, to compare them.",
        "相似的内容彼此靠近，不论类型。选择两个标记或下方两个名称即可进行比较。",
    ),
    "seen_map_empty": Sentence("The map appears when something was encoded.", "有内容编码后将显示地图。"),
    "pair_first": Sentence("Compare", "比较"),
    "pair_second": Sentence("with", "与"),
    "pair_compare": Sentence("Compare", "开始比较"),
    "pair_title": Sentence("Two items, side by side", "两项内容的比较"),
    "pair_empty": Sentence(
        "Choose two items to see how alike they are in the joint space, and which parts make them so.",
        "选择两项内容，查看它们在联合空间中的相似程度，以及哪些部分相匹配。",
    ),
    "pair_working": Sentence("Comparing… Others may be ahead of you.", "正在比较……前面可能还有其他任务。"),
    "pair_missing": Sentence("Please choose two different items.", "请选择两项不同的内容。"),
    "pair_gone": Sentence(
        "“{name}” is no longer at hand: its file was deleted and its encoding left the cache. Please give it again.",
        "“{name}”已不可用：文件已删除，其编码也已移出缓存。请重新提供。",
    ),
    "pair_probability": Sentence("probability that they match: {percent}", "匹配概率：{percent}"),
    "pair_no_probability": Sentence(
        "no probability: it is calibrated for a text with a picture, a clip or a sound, not for this pair",
        "无概率：概率仅针对文字与图片、视频或声音的组合进行过校准",
    ),
    "pair_regions": Sentence(
        "Bright: the regions that make the picture like “{name}” (shown alone against left out: {low} to {high})",
        "亮处：使图片与“{name}”相似的区域（单独显示与去除后的相似度之差：{low} 至 {high}）",
    ),
    "pair_regions_flat": Sentence(
        "No region stands out: all make the picture about as like “{name}” ({low} to {high}).",
        "没有突出的区域：各区域对图片与“{name}”的相似度影响相近（{low} 至 {high}）。",
    ),
    "pair_region_alt": Sentence(
        "{name}, with the regions most like “{other}” bright", "{name}，其中与“{other}”最相似的区域较亮"
    ),
    "pair_no_picture": Sentence(
        "The picture itself is no longer at hand; this is its grid alone.", "原图已不可用，仅显示其网格。"
    ),
    "pair_seconds": Sentence("Seconds most like “{name}”", "与“{name}”最相似的时段"),
    "pair_frames": Sentence("Frames most like “{name}”", "与“{name}”最相似的画面"),
    "pair_heard": Sentence("Sound most like “{name}”", "与“{name}”最相似的声音"),
    "pair_best": Sentence("best at {start} – {end}: similarity {score}", "最佳 {start} – {end}：相似度 {score}"),
}
