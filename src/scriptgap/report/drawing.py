"""Turn an Altair chart into SVG text: one theme for all figures, nothing fetched from a network."""

import re
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import altair as alt
import vl_convert

from scriptgap.report.wording import PALETTE

INK = PALETTE["ink"].light
MUTED = PALETTE["muted"].light
LINE = PALETTE["line"].light
PAGE = PALETTE["page"].light
FONT = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif"

_SMALLEST_SCALE = 0.62
_WIDE = 720
"""On a narrow page a figure shrinks to this share of its width, then scrolls; a figure wider than `_WIDE`
pixels has its caption below it."""

AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.HConcatChart | alt.VConcatChart


@dataclass(frozen=True)
class Figure:
    """One figure of a report: its file name without ending, its heading, its caption and its picture."""

    name: str
    title: str
    caption: list[str]
    svg: str

    def _repr_html_(self) -> str:
        caption = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.caption)
        return f"<figure>{self.svg}<figcaption><b>{escape(self.title)}</b>{caption}</figcaption></figure>"


def values(records: list[dict[str, Any]]) -> alt.Data:
    """Return `records` as inline data of a chart."""
    return alt.Data(values=records)  # type: ignore[no-untyped-call]


def text_marks(
    records: list[dict[str, Any]],
    *,
    x: alt.X | float,
    y: alt.Y | float,
    size: float = 12,
    align: Literal["left", "center", "right"] = "left",
    weight: Literal["normal", 600, 700] = "normal",
    dx: float = 0,
    dy: float = 0,
) -> alt.Chart:
    """Return a layer that writes each record's `label` in its `ink` colour, by an encoding or at a pixel."""
    chart: alt.Chart = (
        alt.Chart(values(records))
        .mark_text(
            align=align, fontSize=size, fontWeight=weight, baseline="middle", dx=dx, dy=dy, lineBreak="\n"
        )
        .encode(
            x=x if isinstance(x, alt.X) else alt.value(x),
            y=y if isinstance(y, alt.Y) else alt.value(y),
            text="label:N",
            color=alt.Color("ink:N", scale=None),
        )
    )
    return chart


def to_svg(chart: AnyChart, name: str, description: str) -> str:
    """Draw `chart` as SVG whose text stays text, for a browser to shape.

    Args:
        chart: The chart.
        name: Prefix of the ids inside, so that several figures can share a page.
        description: What the figure shows, for readers who do not see it.
    """
    themed = chart.configure(
        font=FONT,
        background="transparent",
        padding=4,
        aria=False,
    ).configure_view(stroke=None)
    themed = themed.configure_axis(
        labelColor=MUTED,
        titleColor=MUTED,
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        gridColor=LINE,
        domainColor=LINE,
        tickColor=LINE,
        labelLimit=400,
        titleLimit=600,
    )
    themed = themed.configure_title(fontSize=13, color=INK, anchor="start", limit=700, fontWeight=600)
    themed = themed.configure_legend(
        labelColor=INK,
        titleColor=MUTED,
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        labelLimit=400,
        titleLimit=400,
    )
    svg = str(vl_convert.vegalite_to_svg(themed.to_dict(), allowed_base_urls=[]))
    # The drawing library numbers ids on from one chart to the next: number them afresh, and for this figure.
    found = re.findall(r'\bid="([^"]+)"', svg) + re.findall(r"url\(#([^)]+)\)", svg)
    number = {identifier: f"{name}-{place}" for place, identifier in enumerate(dict.fromkeys(found))}
    svg = re.sub(r'\bid="([^"]+)"', lambda match: f'id="{number[match[1]]}"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", lambda match: f"url(#{number[match[1]]})", svg)
    svg = re.sub(r' font-family="[^"]*"', "", svg)
    label, family = escape(description, quote=True), escape(FONT, quote=True)
    width = round(float(re.search(r'\bwidth="([\d.]+)"', svg)[1]))  # type: ignore[index]
    opening = (
        f'<svg role="img" aria-label="{label}" font-family="{family}" '
        f'style="--narrow:{round(width * _SMALLEST_SCALE)}px"'
    )
    if width > _WIDE:
        svg = svg.replace('class="marks"', 'class="marks wide"', 1)
    return svg.replace("<svg", opening, 1)
