"""Every failure a user can cause or mend, as one sentence in English and Chinese.

MMDemoError
├── InputError               the file, text or option is at fault
│   ├── FileMissing
│   ├── EmptyFile
│   ├── UnreadableMedia      not media, or a codec nobody here knows
│   ├── TruncatedMedia
│   ├── WrongMediaKind       a picture where sound was wanted, …
│   ├── NoAudio
│   ├── ModelLacksModality   sound for a model of pictures, …
│   ├── NothingToSee         a recording where captions were wanted
│   ├── NoSamples
│   ├── InvalidSamples       NaN or infinite
│   ├── FileTooLarge
│   ├── MediaTooLong
│   ├── TooManyPixels
│   ├── EmptyText
│   ├── TextTooLong
│   ├── QuestionWithoutWords  nothing but signs
│   ├── NothingToAskAbout    a question without media
│   ├── NoSuchMedia          “the third picture” of two
│   ├── UnknownLanguage
│   ├── UnknownFormat
│   ├── UnreadableSubtitles
│   ├── TooManyCues
│   ├── InvalidCue
│   ├── NoCuesToShow
│   ├── TextWithoutTimes
│   ├── UnknownVideoFormat
│   ├── ContainerCannotHold
│   ├── NoFontFor
│   ├── UnusableFont
│   ├── OutputIsSource
│   ├── SubtitlesWithoutTimes
│   ├── FileAndFolder        one of each, where both must be the same
│   ├── NoSubtitlesFound     a folder without any
│   ├── NoMediaForSubtitles  nothing has the same name
│   ├── OutputIsInput
│   ├── NothingToEncode
│   ├── OutputNotWritable
│   ├── OutputDiskFull
│   ├── OutputInUse          another process writes it
│   ├── NotACaptionTable     a file with other things in it
│   ├── UnknownCaptionFormat
│   ├── NoPicturesFound
│   ├── PortTaken
│   ├── NoMediaFound
│   ├── NoQuery
│   ├── NoLabels
│   ├── TooManyLabels
│   ├── EmptyLabel
│   └── DuplicateLabel
├── SearchIndexError
│   ├── IndexMissing
│   ├── NotAnIndex           a folder with other things in it
│   ├── IndexDamaged
│   ├── IndexUnreachable     no right to read it, or no network
│   └── IndexFromAnotherModel
├── WeightsError
│   ├── WeightsMissing
│   ├── WeightsCorrupt
│   ├── FamiliarityOutdated  fitted for other heads than those that ship
│   ├── FolderNotWritable
│   ├── DiskFull
│   └── HubError             a model of the hub cannot be fetched or loaded
│       ├── HubOffline       not fetched yet, and the network is switched off
│       ├── HubUnreachable
│       ├── DownloadBrokeOff
│       ├── ModelNotOffered
│       ├── ModelGated
│       ├── HubFileDamaged   cut off or other bytes; removed
│       ├── ModelFolderDamaged
│       ├── HubDiskFull
│       ├── HubFolderNotWritable
│       ├── UnknownArchitecture
│       ├── VisionPackageUnfit
│       ├── ModelTooLarge    for the memory there is
│       └── ModelUnusable    lacks a part, or is of another kind
├── ConfigError
│   ├── InvalidSetting
│   └── DeviceUnavailable
├── TooManyJobs              by one visitor or one address within a minute
├── PackageMissing           only evaluation needs it
└── OutOfMemory
"""

from __future__ import annotations

from typing import ClassVar

from mmdemo.types import Sentence

MAX_SHOWN_CHARACTERS = 80
"""A file name or a value longer than this is cut in the middle, so that the sentence stays one."""
SHOWN_WHOLE = frozenset({"command", "path", "known", "wanted"})
"""Values to be copied from the sentence, or written by us: never cut."""

KINDS = {
    kind: Sentence(kind, chinese)
    for kind, chinese in {
        "image": "图片",
        "audio": "音频",
        "video": "视频",
        "text": "文本",
        "audio / video": "音频或视频",
        "image / video": "图片或视频",
    }.items()
}
"""Kinds of media as values name them, for the Chinese sentence."""


def _shown(value: object) -> str:
    text = " ".join(str(value).split())
    if len(text) <= MAX_SHOWN_CHARACTERS:
        return text
    half = MAX_SHOWN_CHARACTERS // 2 - 1
    return f"{text[:half]}…{text[-half:]}"


class MMDemoError(Exception):
    """Base of every expected failure: a sentence for the user that carries the offending values.

    Args:
        **values: what the templates ``en`` and ``zh`` name in braces.

    Raises:
        KeyError: when a template names a value that was not given (a mistake of ours).
    """

    en: ClassVar[str] = "Something went wrong."
    zh: ClassVar[str] = "出现了问题。"

    def __init__(self, **values: object) -> None:
        shown = {name: str(value) if name in SHOWN_WHOLE else _shown(value) for name, value in values.items()}
        self.values = values
        self.sentence = Sentence(self.en, self.zh).filled(
            **{name: KINDS.get(value, value) for name, value in shown.items()}
        )
        super().__init__(self.sentence.en)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by values, so that the error survives a trip between processes."""
        return (_rebuild, (type(self), self.values))


def _rebuild(kind: type[MMDemoError], values: dict[str, object]) -> MMDemoError:
    return kind(**values)


class InputError(MMDemoError):
    """The file, text or option that the user gave is at fault."""


class FileMissing(InputError):
    """No file stands at the path."""

    en = "There is no file “{name}”."
    zh = "找不到文件“{name}”。"


class EmptyFile(InputError):
    """The file has no bytes."""

    en = "“{name}” is empty; please choose a file with something in it."
    zh = "“{name}”是空文件，请选择有内容的文件。"


class UnreadableMedia(InputError):
    """The file is not media that can be decoded here."""

    en = "“{name}” cannot be read as a picture, sound or video; it may be damaged or be another kind of file."
    zh = "无法将“{name}”识别为图片、音频或视频；文件可能已损坏，或属于其他类型。"


class TruncatedMedia(InputError):
    """The file breaks off before its end."""

    en = "“{name}” breaks off before its end; please copy or download it again."
    zh = "“{name}”不完整，结尾部分缺失；请重新复制或下载。"


class WrongMediaKind(InputError):
    """Media of another kind was wanted."""

    en = "“{name}” is of the kind “{kind}”, but this needs {wanted}."
    zh = "“{name}”的类型是“{kind}”，而这里需要 {wanted}。"


class NoAudio(InputError):
    """The file carries no sound."""

    en = "“{name}” has no sound, so there is nothing to listen to."
    zh = "“{name}”没有声音，无法进行识别。"


class ModelLacksModality(InputError):
    """The chosen model has no part for this kind of media, or it was left out."""

    en = "“{model}” has no part for the kind “{kind}”, or it was left out; choose another model or use local models."
    zh = "“{model}”不支持类型“{kind}”，或该部分未加载；请选择其他模型，或使用本地模型。"


class NothingToSee(InputError):
    """A recording, where there must be something to look at."""

    en = "“{name}” is a recording and shows nothing; please choose a picture or a video."
    zh = "“{name}”是录音，没有画面；请选择图片或视频。"


class NoSamples(InputError):
    """The sound has zero length."""

    en = "The sound in “{name}” has no length: it holds not a single sample."
    zh = "“{name}”中的音频长度为零，没有任何采样。"


class InvalidSamples(InputError):
    """The sound holds values that are not numbers."""

    en = "The sound in “{name}” holds values that are not numbers (NaN or infinity) and cannot be used."
    zh = "“{name}”中的音频含有无效数值（NaN 或无穷大），无法使用。"


class FileTooLarge(InputError):
    """More bytes than the limit."""

    en = "“{name}” is {size_mb} MB large; the limit is {limit_mb} MB."
    zh = "“{name}”大小为 {size_mb} MB，超过上限 {limit_mb} MB。"


class MediaTooLong(InputError):
    """More seconds than the limit."""

    en = "“{name}” runs for {minutes} minutes; the limit is {limit_minutes} minutes."
    zh = "“{name}”时长为 {minutes} 分钟，超过上限 {limit_minutes} 分钟。"


class TooManyPixels(InputError):
    """More pixels than the limit, or a decompression bomb."""

    en = "“{name}” measures {width} × {height} pixels; the limit is {limit_megapixels} megapixels."
    zh = "“{name}”的尺寸为 {width} × {height} 像素，超过上限 {limit_megapixels} 百万像素。"


class EmptyText(InputError):
    """No text was given."""

    en = "The text is empty; please write something."
    zh = "文本为空，请输入内容。"


class TextTooLong(InputError):
    """More characters than the limit."""

    en = "The text has {length} characters; the limit is {limit}."
    zh = "文本有 {length} 个字符，超过上限 {limit}。"


class QuestionWithoutWords(InputError):
    """A question of signs or pictographs alone."""

    en = "“{question}” has no words in it; please ask a question in English or Chinese."
    zh = "“{question}”中没有文字，请用中文或英文提问。"


class NothingToAskAbout(InputError):
    """A question that comes without any media."""

    en = "There is nothing to ask about; please add a picture, a recording or a video."
    zh = "没有可供提问的内容；请添加图片、录音或视频。"


class NoSuchMedia(InputError):
    """The question counts further than there is media."""

    en = "The question speaks of “{reference}”, but there are only {count} of that kind."
    zh = "问题提到“{reference}”，但这类文件只有 {count} 个。"


class UnknownLanguage(InputError):
    """A language the speech model does not know."""

    en = "“{language}” is not a language the speech model knows; use a code such as en, zh or de."
    zh = "语音模型不支持语言“{language}”；请使用 en、zh、de 等代码。"


class UnknownFormat(InputError):
    """A subtitle format that cannot be written or read."""

    en = "“{format}” is not a subtitle format known here; choose one of {known}."
    zh = "不支持字幕格式“{format}”；请选择：{known}。"


class UnreadableSubtitles(InputError):
    """The file holds no subtitles that can be parsed."""

    en = "“{name}” cannot be read as subtitles; it may be damaged or be another kind of file."
    zh = "无法将“{name}”识别为字幕；文件可能已损坏，或属于其他类型。"


class TooManyCues(InputError):
    """More subtitle entries than the limit."""

    en = "The subtitles have {count} entries; the limit is {limit}."
    zh = "字幕共有 {count} 条，超过上限 {limit} 条。"


class InvalidCue(InputError):
    """A row of the subtitle table does not make sense."""

    en = "Row {row} of the subtitles has a time that cannot be read or ends before it starts: “{value}”."
    zh = "字幕第 {row} 行的时间无法识别，或结束早于开始：“{value}”。"


class NoCuesToShow(InputError):
    """A video is to get subtitles, and there are none with text and times."""

    en = "“{name}” has no subtitles with text and times that could be put into the video."
    zh = "“{name}”中没有带文字和时间、可放入视频的字幕。"


class TextWithoutTimes(InputError):
    """A plain text is to go into a video."""

    en = "“{name}” has no times; put the text on the speech first."
    zh = "“{name}”没有时间信息；请先将文字与语音对齐。"


class UnknownVideoFormat(InputError):
    """A kind of video file that is not written here."""

    en = "Videos are not written as “{format}” here; choose one of {known}."
    zh = "不支持写入“{format}”格式的视频；请选择：{known}。"


class ContainerCannotHold(InputError):
    """Pictures or sound that a kind of file has no place for."""

    en = "A “{container}” file cannot hold “{codec}”; another kind, such as .mkv, may."
    zh = "“{container}”文件无法容纳“{codec}”；可尝试其他格式，例如 .mkv。"


class NoFontFor(InputError):
    """Letters that no font on the machine has."""

    en = "No font on this machine has the letters “{letters}”; install one, such as: {command}"
    zh = "本机没有包含“{letters}”的字体；请安装字体，例如：{command}"


class UnusableFont(InputError):
    """A font file that was named and cannot be used."""

    en = "“{path}” is not a font that can be used; choose a .ttf, .otf or .ttc file."
    zh = "“{path}”不是可用的字体；请选择 .ttf、.otf 或 .ttc 文件。"


class OutputIsSource(InputError):
    """The new file would take the place of the one it is made from."""

    en = "“{path}” is what is read; choose another name for the new video."
    zh = "“{path}”是正在读取的文件；请为新视频选择其他文件名。"


class SubtitlesWithoutTimes(InputError):
    """A plain text, where there must be times to put right."""

    en = "“{name}” has no times that could be put right; to place a text in a recording use: mmdemo align"
    zh = "“{name}”没有可校正的时间；要将文本与录音对齐，请使用：mmdemo align"


class FileAndFolder(InputError):
    """A file and a folder, or folders without a place for what comes out."""

    en = "Give either two files, or two folders and a third one with --output."
    zh = "请指定两个文件，或指定两个文件夹并用 --output 指定第三个文件夹。"


class NoSubtitlesFound(InputError):
    """A folder without a single subtitle file."""

    en = "There are no subtitle files in “{name}”."
    zh = "“{name}”中没有字幕文件。"


class NoMediaForSubtitles(InputError):
    """No recording has the name of the subtitles."""

    en = "No recording or video has the same name as “{name}”."
    zh = "没有与“{name}”同名的录音或视频。"


class OutputIsInput(InputError):
    """The results would take the place of what they are made from."""

    en = "“{path}” holds the files to be read; choose another folder for --output."
    zh = "“{path}”是输入文件所在的文件夹；请用 --output 指定其他文件夹。"


class NothingToEncode(InputError):
    """No input, or several inputs for one output file."""

    en = "There must be at least one input, and exactly one when an output file is named; there are {count}."
    zh = "至少需要一个输入；指定输出文件时只能有一个输入；现有 {count} 个。"


class OutputNotWritable(InputError):
    """A file that the user named cannot be written."""

    en = "The file “{path}” cannot be written; choose another place."
    zh = "无法写入文件“{path}”；请选择其他位置。"


class OutputDiskFull(InputError):
    """No space is left where the user wants a file."""

    en = "The disk of “{path}” is full; free some space or choose another place."
    zh = "“{path}”所在磁盘空间不足；请清理空间或选择其他位置。"


class OutputInUse(InputError):
    """Another process writes the same file."""

    en = "“{path}” is being written by another run of this program; wait for it or choose another file."
    zh = "本程序的另一个进程正在写入“{path}”；请等待其完成或选择其他文件。"


class NotACaptionTable(InputError):
    """A file that stands in the place of a caption table is something else; it is left alone."""

    en = "“{path}” is not a table of captions written by this program; choose another file."
    zh = "“{path}”不是本程序写入的描述表；请选择其他文件。"


class UnknownCaptionFormat(InputError):
    """Captions cannot be written in this format."""

    en = "These captions cannot be written as “{format}”; choose one of {known}."
    zh = "这些描述无法写成“{format}”格式；请选择：{known}。"


class NoPicturesFound(InputError):
    """Nothing but other files."""

    en = "There are no pictures in “{name}”; {count} other files were left out."
    zh = "“{name}”中没有图片；已略过其他 {count} 个文件。"


class PortTaken(InputError):
    """Another program listens on the port."""

    en = "The port {port} is taken; choose another one with --port."
    zh = "端口 {port} 已被占用；请用 --port 指定其他端口。"


class NoMediaFound(InputError):
    """A folder without a single file to index."""

    en = "There are no files in “{name}”; choose a folder with pictures, recordings or videos."
    zh = "“{name}”中没有文件；请选择包含图片、录音或视频的文件夹。"


class NoQuery(InputError):
    """A search for nothing, for two things at once, or for no hits."""

    en = "A search needs either a query or --file, and a limit of at least 1."
    zh = "搜索需要查询文本或 --file（二者选一），且 --limit 至少为 1。"


class NoLabels(InputError):
    """Classification without anything to choose from."""

    en = "There are no labels to choose from; please write at least two."
    zh = "没有可供选择的标签，请至少填写两个。"


class TooManyLabels(InputError):
    """More labels than the limit."""

    en = "There are {count} labels; the limit is {limit}."
    zh = "共有 {count} 个标签，超过上限 {limit} 个。"


class EmptyLabel(InputError):
    """A label without text."""

    en = "Label {number} is empty; please write something or leave it out."
    zh = "第 {number} 个标签为空；请填写内容或将其删除。"


class DuplicateLabel(InputError):
    """The same label twice, which would halve its probability."""

    en = "The label “{label}” is there twice; please leave one out."
    zh = "标签“{label}”重复，请删除其中一个。"


class SearchIndexError(MMDemoError):
    """A search index cannot be used."""


class IndexMissing(SearchIndexError):
    """No index stands at the path."""

    en = "There is no index at “{path}”; make one with: mmdemo index FOLDER --index {path}"
    zh = "“{path}”处没有索引；请用以下命令建立：mmdemo index 文件夹 --index {path}"


class NotAnIndex(SearchIndexError):
    """The place is taken by something else."""

    en = "“{path}” is not a search index of this program; choose an empty or a new folder."
    zh = "“{path}”不是本程序的搜索索引；请选择空文件夹或新文件夹。"


class IndexDamaged(SearchIndexError):
    """The files of the index cannot be read or fail their checksum."""

    en = "The index “{path}” is damaged; delete it and index the files again."
    zh = "索引“{path}”已损坏；请将其删除并重新建立索引。"


class IndexUnreachable(SearchIndexError):
    """The index may be whole, but it cannot be got at."""

    en = "The index “{path}” cannot be reached; check its address, the connection and your right to read it."
    zh = "无法访问索引“{path}”；请检查地址、网络连接和读取权限。"


class IndexFromAnotherModel(SearchIndexError):
    """Vectors of another model cannot be compared with this one's."""

    en = "The index was filled by the model “{filled_by}” and cannot answer “{model}”; index the files again."
    zh = "该索引由模型“{filled_by}”建立，无法用于“{model}”；请重新建立索引。"


class WeightsError(MMDemoError):
    """Model weights are missing, damaged or cannot be prepared."""


class WeightsMissing(WeightsError):
    """A tower's weights are nowhere to be found."""

    en = "The weights of the {component} are not installed; run: {command}"
    zh = "未安装{component}的权重；请运行：{command}"


class WeightsCorrupt(WeightsError):
    """A weight file is not the published one."""

    en = "The weight file “{path}” is damaged or not the published one; mend it with: {command}"
    zh = "权重文件“{path}”已损坏或不是发布的版本；请运行以下命令修复：{command}"


class FamiliarityOutdated(WeightsError):
    """The weights that tell foreign pictures were fitted for other projection heads."""

    en = "“{path}” was fitted for the heads {fitted}, not for {shipped}; fit it again with: {command}"
    zh = "“{path}”是针对投影头 {fitted} 拟合的，与现有的 {shipped} 不符；请运行以下命令重新拟合：{command}"


class FolderNotWritable(WeightsError):
    """The cache folder cannot be written."""

    en = "The folder “{path}” cannot be written; set MMDEMO_CACHE_DIR to a folder that can."
    zh = "无法写入文件夹“{path}”；请将 MMDEMO_CACHE_DIR 设为可写的文件夹。"


class DiskFull(WeightsError):
    """Not enough space is left."""

    en = "The disk of “{path}” is full: {needed_mb} MB are needed; free some space or set MMDEMO_CACHE_DIR elsewhere."
    zh = "“{path}”所在磁盘空间不足，需要 {needed_mb} MB；请清理空间或将 MMDEMO_CACHE_DIR 指向其他位置。"


class HubError(WeightsError):
    """A model of the Hugging Face hub cannot be fetched or loaded."""


class HubOffline(HubError):
    """The model is not on the disk and the network is switched off."""

    en = "“{model}” is not on this machine and HF_HUB_OFFLINE forbids the network; unset it once, or use local models."
    zh = "本机没有“{model}”，且 HF_HUB_OFFLINE 禁止联网；请暂时取消该设置，或使用本地模型。"


class HubUnreachable(HubError):
    """No connection before anything was fetched."""

    en = "The hub cannot be reached to fetch “{model}”; check the connection and try again, or use local models."
    zh = "无法连接到模型库以下载“{model}”；请检查网络后重试，或使用本地模型。"


class DownloadBrokeOff(HubError):
    """The connection was lost in the middle."""

    en = "Fetching “{model}” broke off after {done_mb} of {total_mb} MB; try again: files that are whole are kept."
    zh = "“{model}”下载中断（已下载 {done_mb} / {total_mb} MB）；请重试，已完整下载的文件会保留。"


class ModelNotOffered(HubError):
    """The hub has no such model, or not at this commit."""

    en = "The hub offers no model “{model}” at revision “{revision}”; check the name, or log in if it is private."
    zh = "模型库中没有“{model}”（版本“{revision}”）；请检查名称，如为私有模型请先登录。"


class ModelGated(HubError):
    """The model's terms must be accepted first."""

    en = "“{model}” is given only to those who accepted its terms on its page; do so, then run: hf auth login"
    zh = "“{model}”仅提供给已在其页面接受条款的用户；请先接受条款，然后运行：hf auth login"


class HubFileDamaged(HubError):
    """A fetched file is cut off or has other bytes; it was removed."""

    en = "The file “{name}” of “{model}” was damaged on its way and has been removed; try again to fetch it anew."
    zh = "“{model}”的文件“{name}”在下载中损坏，已被删除；请重试以重新下载。"


class ModelFolderDamaged(HubError):
    """A folder that was named as a model lacks a part, or a file in it is cut off."""

    en = "“{path}” is not a whole model: config.json or a safetensors file is missing or cut off; copy it again."
    zh = "“{path}”不是完整的模型：缺少 config.json 或 safetensors 文件，或文件不完整；请重新复制。"


class HubDiskFull(HubError):
    """Not enough space for a model."""

    en = "The disk of “{path}” is too full for “{model}”: {needed_mb} MB are needed; free some or move HF_HOME."
    zh = "“{path}”所在磁盘空间不足，“{model}”需要 {needed_mb} MB；请清理空间或将 HF_HOME 指向其他位置。"


class HubFolderNotWritable(HubError):
    """The hub's cache cannot be written."""

    en = "The folder “{path}” cannot be written; set HF_HOME to a folder that can."
    zh = "无法写入文件夹“{path}”；请将 HF_HOME 设为可写的文件夹。"


class UnknownArchitecture(HubError):
    """The installed transformers does not know this kind of model."""

    en = "“{model}” is of the kind “{kind}”, unknown to transformers {version}; choose another model."
    zh = "“{model}”的类型“{kind}”不受 transformers {version} 支持；请选择其他模型。"


class VisionPackageUnfit(HubError):
    """torchvision is missing or was built for another torch."""

    en = "“{model}” needs torchvision in the release that fits torch {version}; run: pip install torchvision"
    zh = "“{model}”需要与 torch {version} 匹配的 torchvision；请运行：pip install torchvision"


class ModelTooLarge(HubError):
    """The memory of the machine or of its GPU does not suffice."""

    en = "There is not enough memory for “{model}”; close other programs, choose a smaller one, or use local models."
    zh = "内存不足，无法运行“{model}”；请关闭其他程序、选择更小的模型，或使用本地模型。"


class ModelUnusable(HubError):
    """The model lacks a part, or is of a kind that cannot be used here."""

    en = "“{model}” (of the kind “{kind}”) cannot be used here: {cause}; choose another model."
    zh = "无法使用“{model}”（类型“{kind}”）：{cause}；请选择其他模型。"


class ConfigError(MMDemoError):
    """A setting from the environment is wrong."""


class InvalidSetting(ConfigError):
    """An environment variable holds a value that cannot be used."""

    en = "The setting {name} has the value “{value}”, but it must be {wanted}."
    zh = "设置 {name} 的值为“{value}”，但应为 {wanted}。"


class DeviceUnavailable(ConfigError):
    """A device was forced that this machine does not have."""

    en = "The device “{device}” is not available on this machine; unset MMDEMO_DEVICE or set it to cpu."
    zh = "本机没有设备“{device}”；请取消 MMDEMO_DEVICE 或将其设为 cpu。"


class TooManyJobs(MMDemoError):
    """A visitor, or an address, started more than the limit within a minute."""

    en = "That is more than this server does for one visitor in a minute; please try again in {seconds} s."
    zh = "您一分钟内的请求次数已超过服务器上限，请在 {seconds} 秒后重试。"


class PackageMissing(MMDemoError):
    """A package that only evaluation or development needs is not installed."""

    en = "The package “{package}” is needed for this and is not installed; run: {command}"
    zh = "此功能需要软件包“{package}”，但尚未安装；请运行：{command}"


class OutOfMemory(MMDemoError):
    """The machine ran out of memory on this job."""

    en = "There was not enough memory for “{name}”; try a shorter or smaller file."
    zh = "处理“{name}”时内存不足；请尝试更短或更小的文件。"
