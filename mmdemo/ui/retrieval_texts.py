"""The texts of the Search tab, in both languages; placeholders stand in braces."""

from __future__ import annotations

from mmdemo.types import Sentence

RETRIEVAL_TEXTS: dict[str, Sentence] = {
    "search_tab": Sentence("Search", "搜索"),
    "search_help": Sentence(
        "Drop pictures, recordings and videos; then find them by a sentence in English or Chinese, or by another "
        "picture, sound or clip. In long media you land on the moment itself. Your library is yours alone; it is "
        "deleted when you close the page or have not used it for an hour, and the uploads themselves after two hours "
        "at the latest.",
        "拖入图片、录音和视频，然后用一句中文或英文，或用另一张图片、一段声音或视频来查找它们。较长的媒体会直接定位到相应时刻。"
        "素材库仅您可见，关闭页面或一小时未使用后即删除；上传的文件最迟两小时后删除。",
    ),
    "library_files": Sentence("Files for the library", "添加到素材库的文件"),
    "library_drop_hint": Sentence(
        "Drop pictures, recordings and videos here,\nor click to choose them",
        "将图片、录音和视频拖放到此处，\n或点击选择文件",
    ),
    "library_drop_limits": Sentence(
        "Many at once, up to {megabytes} MB each", "可一次选择多个，每个最大 {megabytes} MB"
    ),
    "library_examples": Sentence("Add the example files", "添加示例文件"),
    "library_clear": Sentence("Empty the library", "清空素材库"),
    "query": Sentence("What are you looking for?", "您在找什么？"),
    "query_placeholder": Sentence("a dog running through water · an engine starting", "一只狗在水中奔跑 · 引擎声"),
    "search_button": Sentence("Search", "搜索"),
    "query_file_title": Sentence("Or search by a picture, a sound or a clip", "或用图片、声音或视频搜索"),
    "query_file": Sentence("Query file", "查询文件"),
    "kind_filter": Sentence("Show", "显示"),
    "kind_all": Sentence("Everything", "全部"),
    "kind_image": Sentence("Pictures", "图片"),
    "kind_audio": Sentence("Sounds", "声音"),
    "kind_video": Sentence("Videos", "视频"),
    # how far it is
    "library_empty": Sentence("The library is empty. Add a few files to begin.", "素材库为空，请先添加一些文件。"),
    "library_waiting": Sentence("Waiting for its turn…", "正在排队……"),
    "library_loading": Sentence("Loading the models…", "正在加载模型……"),
    "library_indexing": Sentence("Reading {done} of {total}: {name}", "正在读取 {done} / {total}：{name}"),
    "library_stopping": Sentence("Stopping after this file…", "处理完当前文件后停止……"),
    "library_done": Sentence(
        "In the library: {count}. Write what you are looking for.", "素材库中有 {count} 项。请输入要查找的内容。"
    ),
    "library_cancelled": Sentence(
        "Cancelled. In the library, ready to be searched: {count}.", "已取消；已读取的 {count} 项可以搜索。"
    ),
    "library_expired": Sentence(
        "The library was not used for an hour and is deleted. Please add the files again.",
        "素材库已有一小时未使用，现已删除。请重新添加文件。",
    ),
    "library_failures": Sentence("Files that could not be used: {count}", "有 {count} 个文件无法使用"),
    "library_known": Sentence("There already: {count}.", "其中 {count} 个已在素材库中。"),
    # what comes out
    "results": Sentence("Results", "结果"),
    "results_none": Sentence("Nothing of this kind is in the library.", "素材库中没有此类内容。"),
    "results_empty": Sentence(
        "The best matches appear here, with how probably each fits; choose one to see or hear it.",
        "最匹配的结果及其得分会显示在这里；点击即可查看或播放。",
    ),
    "search_waiting": Sentence("Searching… Others may be ahead of you.", "正在搜索……前面可能还有其他任务。"),
    "results_for": Sentence("Best matches for “{query}”", "“{query}”的最佳匹配"),
    "results_weak": Sentence(
        "Nothing here fits well: even the best match is unlikely ({percent} %).",
        "没有很合适的结果：最佳匹配的可能性也只有 {percent} %。",
    ),
    "probability": Sentence("fits with a probability of {percent}", "匹配概率 {percent}"),
    "score": Sentence("similarity {score}", "相似度 {score}"),
    "chosen": Sentence("Chosen item", "所选内容"),
    "moment": Sentence("best moment {start} – {end}", "最佳时刻 {start} – {end}"),
    "copying": Sentence(
        "This browser cannot play the file; a copy is being made…", "浏览器无法直接播放，正在制作副本……"
    ),
    "map": Sentence("Map of the library", "素材库地图"),
    "map_help": Sentence(
        "What is alike stands close. Hover over a mark for its name, click it or press Enter to open it. "
        "The query stands between its best matches.",
        "相似的内容彼此靠近。将指针停在标记上可查看名称，点击或按回车键打开。查询位于其最佳匹配之间。",
    ),
    "map_empty": Sentence("The map appears when there are items.", "添加内容后将显示地图。"),
    "map_query": Sentence("Query: {query}", "查询：{query}"),
    "map_many": Sentence("Only {shown} of {count} items are drawn.", "仅绘制了 {count} 项中的 {shown} 项。"),
    # failures that have no class of their own
    "no_library": Sentence("The library is empty; please add some files first.", "素材库为空，请先添加一些文件。"),
    "no_files": Sentence("Please choose one or more files.", "请选择一个或多个文件。"),
    "not_files": Sentence(
        "That is not a file, or it is no longer there; please choose a picture, a recording or a video.",
        "所给的不是文件，或文件已不存在；请选择图片、录音或视频。",
    ),
    "library_busy": Sentence(
        "Files are still being read; please wait or cancel first, and then add these again.",
        "仍在读取文件；请等待完成或先取消，然后再添加这些文件。",
    ),
    "too_many_files": Sentence(
        "That are {count} files; the library takes {limit}.", "共有 {count} 个文件，素材库最多容纳 {limit} 个。"
    ),
    "library_damaged": Sentence(
        "The library can no longer be read; please empty it and add the files again.",
        "素材库已无法读取；请清空后重新添加文件。",
    ),
    "server_storage": Sentence(
        "The server cannot store the files at the moment; its disk may be full. Please try again later.",
        "服务器暂时无法保存文件，磁盘空间可能不足；请稍后再试。",
    ),
    "unknown_kind": Sentence("The kind must be all, image, audio or video.", "类型必须是 all、image、audio 或 video。"),
    # the public API
    "api_hits": Sentence("Hits as JSON", "结果（JSON）"),
    "api_limit": Sentence("How many hits at most", "结果数量上限"),
}
