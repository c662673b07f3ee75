"""Product descriptions: a merchant's HTML, without what could act in a customer's browser."""

import nh3

TAGS = {
    "a", "b", "blockquote", "br", "em", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p",
    "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}


def clean(html: str) -> str:
    """The text with plain formatting only: no scripts, styles, frames, images, handlers or odd links."""
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"}
    ).strip()
