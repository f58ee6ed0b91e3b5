"""What a web page hides from its reader: by style, by attribute, or by its own simple style sheet."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

_RULE = re.compile(r"([^{}@]{1,300})\{([^{}]{0,2000})\}")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?(?:([.#])([\w-]+))?", re.IGNORECASE)
#: Hidden parts of a page that are common and harmless: menus and boxes that a script would open.
_FOLDED = re.compile(r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse))")
_TINY = re.compile(r"(?:^|;)font-size:(?:0*\.?0+|0?\.\d+|1)(?:px|pt|em|rem|%)?(?=;|$|!)")
_SIZE = re.compile(r"(?:^|;)font(?:-size)?:")
_CLEAR = re.compile(r"(?:^|;)opacity:0?\.?0*(?:0[1-4])?(?=;|$|!)")
_AWAY = re.compile(
    r"(?:^|;)(?:(?:left|top|right|text-indent|margin-left|margin-top):-\d{4,}(?:px|em|pt)?|clip:rect\(0|clip-path:inset\((?:50|100)%)"
)
_WHITE = re.compile(
    r"(?:^|;)color:(?:#fff(?:fff)?|white|rgba?\(255,255,255(?:,[\d.]+)?\)|transparent|rgba\(\d+,\d+,\d+,0(?:\.0+)?\))(?=;|$|!)"
)
_GROUND = re.compile(r"(?:^|;)background(?:-color|-image)?:(?!(?:#fff(?:fff)?|white|none|transparent)(?=;|$|!))")


class Styles:
    """Understands inline styles and rules for one tag, class or id; anything cleverer is not followed."""

    def __init__(self, sheets: Iterable[str]) -> None:
        """`sheets` are the contents of the page's own style elements."""
        self._rules: dict[tuple[str, str], str] = {}
        for sheet in sheets:
            for selectors, body in _RULE.findall(re.sub(r"/\*.*?\*/", "", sheet[:500_000], flags=re.DOTALL)):
                for selector in selectors.split(","):
                    found = _SIMPLE.fullmatch(selector.strip())
                    if found and selector.strip():
                        key = (found[2] or "", (found[3] or found[1] or "").lower())
                        self._rules[key] = self._rules.get(key, "") + ";" + _bare(body)

    def of(self, element: Any) -> str:
        """The declarations for one element, without blanks and in lower case, parted by semicolons."""
        parts = [self._rules.get(("", str(element.tag).lower()), "")]
        parts += [self._rules.get((".", name.lower()), "") for name in element.get("class", "").split()]
        parts.append(self._rules.get(("#", element.get("id", "").lower()), ""))
        parts.append(_bare(element.get("style", "")))
        return ";".join(part for part in parts if part)

    def unseen(self, tree: Any) -> Iterator[tuple[Any, str]]:
        """Outermost hidden elements with the reason in Chinese, "" for the harmless sort."""
        found: list[tuple[Any, str]] = []
        within: Any = None
        for element in tree.iter():
            if not isinstance(element.tag, str) or element.tag in {"html", "body", "head", "style", "script"}:
                continue
            if within is not None and within in element.iterancestors():
                continue
            reason = self._reason(element)
            if reason is not None:
                found.append((element, reason))
                within = element
        yield from found

    def _reason(self, element: Any) -> str | None:
        style = self.of(element)
        if element.get("hidden") is not None or _FOLDED.search(style):
            return ""
        if _TINY.search(style) and not self._child_sized(element):
            return "字号为零或极小"
        if _CLEAR.search(style) and "opacity" in style:
            return "完全透明"
        if _AWAY.search(style):
            return "移出了版面"
        if _WHITE.search(style) and not self._on_ground(element):
            return "颜色与底色相同"
        return None

    def _child_sized(self, element: Any) -> bool:
        """Size nought on a box only closes the gaps between its parts when they have sizes of their own."""
        return any(isinstance(one.tag, str) and _SIZE.search(self.of(one)) for one in element.iterdescendants())

    def _on_ground(self, element: Any) -> bool:
        """A coloured ground anywhere above, or a class whose style is in a file we do not have."""
        lineage = [element, *element.iterancestors()]
        if any(_GROUND.search(self.of(one)) or one.get("bgcolor") or one.get("background") for one in lineage):
            return True
        return any(one.tag in {"header", "nav", "footer", "th", "button"} for one in lineage)


def _bare(declarations: str) -> str:
    return re.sub(r"\s+", "", declarations).lower()
