import pytest

from coaching_site.static_files import minified


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a {\n  color: red;\n}\n", "a{color:red;}"),
        ("/* don't */ a, b { c: d } /* “e” */", "a,b{c:d}"),
        ("aside :is(h2, h3) { top: 0 }", "aside :is(h2,h3){top:0}"),
        ("a { width: calc(1px + 2px - 3px) }", "a{width:calc(1px + 2px - 3px)}"),
        ("a { content: ' /* ; */  ' }", "a{content:' /* ; */  '}"),
        (r'a { content: " \" { : ,  " }', r'a{content:" \" { : ,  "}'),
        ("@media (width > 60rem) { a { b: c } }", "@media (width > 60rem){a{b:c}}"),
    ],
)
def test_comments_and_needless_spaces_go_and_nothing_else(source: str, expected: str) -> None:
    assert minified(source) == expected
