"""What the choice of models says, in both languages."""

from __future__ import annotations

from mmdemo.types import Sentence

PROFILE_TEXTS: dict[str, Sentence] = {
    "profile_title": Sentence("Models: local or from the hub", "模型：本地或模型库"),
    "profile_local": Sentence("Local: small, offline, come with the app", "本地：体积小，离线可用，随应用提供"),
    "profile_hub": Sentence("Hub: large, fetched once", "模型库：体积大，需下载一次"),
    "profile_switch": Sentence("Use these models", "使用所选模型"),
    "profile_is_local": Sentence("The local models are in use. They need no network.", "正在使用本地模型，无需联网。"),
    "profile_is_hub": Sentence("The models of the hub are in use.", "正在使用模型库的模型。"),
    "profile_cost_local": Sentence("Nothing to fetch: these models are on this machine.", "无需下载：模型已在本机。"),
    "profile_cost_fetch": Sentence("To be fetched: {size} GB ({names}).", "需下载：{size} GB（{names}）。"),
    "profile_cost_cached": Sentence("Nothing to fetch: {names} are on the disk.", "无需下载：{names} 已在磁盘上。"),
    "profile_cost_memory": Sentence(
        "Memory: about {largest} GB with one large model at a time, {together} GB while all are loaded.",
        "内存：每次只加载一个大模型约需 {largest} GB，全部加载约需 {together} GB。",
    ),
    "profile_cost_cpu": Sentence(
        "There is no GPU here: a picture takes about {picture} s and ten seconds of sound {sound} s on a CPU, measured "
        "with random weights.",
        "本机没有 GPU：在 CPU 上（以随机权重测得），一张图片约需 {picture} 秒，十秒声音约需 {sound} 秒。",
    ),
    "profile_cost_again": Sentence(
        "Everything on the page is kept; media is encoded again when it is used next.",
        "页面内容会保留；媒体在下次使用时重新编码。",
    ),
    "profile_loading": Sentence("Loading the models…", "正在加载模型……"),
    "profile_fetching": Sentence("Fetching: {done} of {total} MB", "正在下载：{done} / {total} MB"),
    "profile_stopped": Sentence("Stopped; nothing was changed.", "已停止，未作任何更改。"),
    "profile_kept": Sentence("{problem} The models in use stay.", "{problem}继续使用当前模型。"),
    "profile_shared": Sentence(
        "The choice counts for everybody who uses this app.", "该选择对使用此应用的所有人生效。"
    ),
}
