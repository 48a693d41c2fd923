"""The first lines of a report, as a test asks for them."""

import re


def verdict(markdown: str) -> str:
    """The sentence that begins the report."""
    return re.findall(r"^\*\*Verdict: (.*)\*\*$", markdown, re.MULTILINE)[0]


def reasons(markdown: str, title: str) -> list[str]:
    """The reasons under a title of the verdict, such as `Will fail`."""
    _, _, rest = markdown.partition(f"\n**{title}**\n\n")
    return [line.removeprefix("- ") for line in rest.partition("\n\n")[0].splitlines()]


def broken_links(markdown: str) -> set[str]:
    """Links within the report that lead nowhere."""
    return set(re.findall(r"\]\(#([^)]+)\)", markdown)) - set(re.findall(r'<a id="([^"]+)"></a>', markdown))
