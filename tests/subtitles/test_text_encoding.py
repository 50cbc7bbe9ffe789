"""Short files in every encoding that subtitles come in."""

import pytest

from mmdemo.subtitles.text_encoding import DecodedText, decode_text, detect_encoding

LINES = {
    "gb18030": [
        ("你好，世界。", "今天天气很好。"),
        ("你要去哪里？", "我不知道"),
        ("快跑！",),
        ("富士康在印度工厂出现大规模感染", "大学生利用漏洞免费吃肯德基获刑", "砸自己的脚"),
        ("Where are you going?", "你要去哪儿？"),
        ("這是我們第一次來到臺灣", "謝謝你的幫忙"),
    ],
    "big5": [
        ("你好，世界。", "今天天氣很好。"),
        ("你要去哪裡？", "我不知道"),
        ("快跑！",),
        ("這是我們第一次來到臺灣", "謝謝你的幫忙"),
        ("Where are you going?", "你要去哪兒？"),
    ],
    "cp932": [
        ("こんにちは、世界。", "今日は天気がいいですね。"),
        ("何処へ行くんだ？", "知らない"),
        ("逃げろ！",),
    ],
    "euc_jp": [("こんにちは、世界。", "今日は天気がいいですね。")],
    "cp949": [("안녕하세요.", "오늘 날씨가 좋네요."), ("어디 가세요?", "몰라요")],
    "cp1252": [
        ("Où est le café ?", "C’était déjà fermé à l’époque."),
        ("Schöne Grüße aus Köln!", "Er heißt Jürgen."),
        ("¿Dónde está el niño?", "¡Mañana!"),
        ("It’s a “café”.", "Let's go."),
        ("Não, você está errado.", "Coração"),
    ],
    "cp1250": [("Gdzie jesteś, żono?", "Chcę już iść."), ("Kde jsi, příteli?", "Už musím jít.")],
    "cp1251": [("Где ты?", "Я не знаю, что делать.")],
    "koi8_r": [("Где ты?", "Я не знаю, что делать.")],
    "cp1253": [("Πού είσαι;", "Δεν ξέρω.")],
    "cp1254": [("Neredesin, arkadaşım?", "Gitmem gerek, şimdi.")],
    "cp1255": [("איפה אתה?", "אני לא יודע.")],
    "cp1256": [("أين أنت؟", "لا أعرف.")],
    "cp874": [("คุณอยู่ที่ไหน", "ฉันไม่รู้")],
    "iso2022_jp": [("こんにちは、世界。",)],
}
SAMPLES = [(encoding, lines) for encoding, samples in LINES.items() for lines in samples]


def as_srt(lines: tuple[str, ...], newline: str = "\n") -> str:
    blocks = [f"{n}\n00:00:{n:02d},000 --> 00:00:{n:02d},900\n{line}\n" for n, line in enumerate(lines, start=1)]
    return "\n".join(blocks).replace("\n", newline)


@pytest.mark.parametrize(("encoding", "lines"), SAMPLES)
def test_short_files_in_legacy_encodings(encoding: str, lines: tuple[str, ...]) -> None:
    text = as_srt(lines)
    assert decode_text(text.encode(encoding)).text == text
    assert detect_encoding(text.encode(encoding)) == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("lines", [("你好，世界。", "今天天气很好。"), ("Hello", "Where?"), ("مرحبا",), ("🎬 快跑！",)])
def test_unicode_with_and_without_marks(encoding: str, lines: tuple[str, ...]) -> None:
    text = as_srt(lines)
    assert decode_text(text.encode(encoding)).text == text


def test_plain_chinese_in_utf16_without_mark() -> None:
    text = "今天天气很好。\n我们去公园散步。\n好的。\n" * 3
    assert decode_text(text.encode("utf-16-le")) == DecodedText(text, "utf-16-le", "\n")


def test_a_mark_of_gb18030_is_taken_off() -> None:
    assert decode_text("\ufeff你好".encode("gb18030")).text == "你好"


def test_a_damaged_byte_does_not_turn_utf8_into_something_else() -> None:
    data = as_srt(("今天天气很好，我们去公园散步吧，路上可以看到很多有趣的东西。",)).encode()
    decoded = decode_text(data[:-3])
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("\ufffd") == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_are_named_and_made_one(newline: str) -> None:
    decoded = decode_text(as_srt(("Hello", "你好"), newline).encode())
    assert decoded.newline == newline
    assert decoded.text == as_srt(("Hello", "你好"))


def test_bytes_that_fit_nothing_still_become_text() -> None:
    assert decode_text(bytes(range(128, 256)) * 3).text
