"""The look: a calm theme of our own, no font from elsewhere."""

from __future__ import annotations

import gradio as gr

FONTS = [
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Noto Sans",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "sans-serif",
]
MONOSPACED = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Noto Sans Mono CJK SC", "monospace"]

TEAL = gr.themes.Color(
    name="mm-teal",
    c50="#effaf8",
    c100="#d5f1ec",
    c200="#aee3da",
    c300="#7accc1",
    c400="#47afa4",
    c500="#2a938a",
    c600="#1b766f",
    c700="#185f5b",
    c800="#174d4a",
    c900="#17403e",
    c950="#072524",
)
STONE = gr.themes.Color(
    name="mm-stone",
    c50="#f7f8f9",
    c100="#eef0f2",
    c200="#dfe3e7",
    c300="#c4cbd2",
    c400="#939da8",
    c500="#66717d",
    c600="#4b5560",
    c700="#39424c",
    c800="#232a32",
    c900="#171c22",
    c950="#0f1317",
)


TEXT = gr.themes.Size(
    name="mm-text",
    xxs="0.6875rem",
    xs="0.75rem",
    sm="0.8125rem",
    md="0.9375rem",
    lg="1.0625rem",
    xl="1.375rem",
    xxl="1.625rem",
)
"""In rem: text follows the size that the visitor set in the browser, and grows on a projector (see ``app.css``)."""
SPACING = gr.themes.Size(
    name="mm-spacing",
    xxs="0.0625rem",
    xs="0.125rem",
    sm="0.25rem",
    md="0.375rem",
    lg="0.5rem",
    xl="0.625rem",
    xxl="1rem",
)


def theme() -> gr.themes.Base:
    """Build the theme; every pair of text and background reaches a contrast of 4.5 : 1."""
    return gr.themes.Base(
        primary_hue=TEAL,
        secondary_hue=TEAL,
        neutral_hue=STONE,
        font=FONTS,
        font_mono=MONOSPACED,
        radius_size=gr.themes.sizes.radius_md,
        spacing_size=SPACING,
        text_size=TEXT,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        background_fill_primary="white",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        block_border_width="1px",
        block_border_color="*neutral_200",
        block_border_color_dark="*neutral_700",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        block_label_background_fill="*neutral_100",
        block_label_background_fill_dark="*neutral_800",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_800",
        block_title_text_color_dark="*neutral_100",
        block_title_text_weight="600",
        block_shadow="0 1px 2px rgb(15 19 23 / 5%)",
        block_shadow_dark="none",
        input_background_fill="white",
        input_background_fill_dark="*neutral_800",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_600",
        input_border_width="1px",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_300",
        button_primary_background_fill_hover_dark="*primary_200",
        button_primary_text_color="white",
        button_primary_text_color_dark="*primary_950",
        button_secondary_background_fill="*neutral_100",
        button_secondary_background_fill_hover="*neutral_200",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_text_color="*neutral_900",
        button_secondary_text_color_dark="*neutral_100",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_border_width="1px",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="*primary_900",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        table_even_background_fill="white",
        table_even_background_fill_dark="*neutral_900",
        table_odd_background_fill="*neutral_50",
        table_odd_background_fill_dark="*neutral_800",
    )
