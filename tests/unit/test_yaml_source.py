from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistant.errors import (
    DuplicateKey,
    MissingKey,
    Place,
    SourceError,
    UnknownKey,
    UnreadableFile,
    WrongType,
    YamlSyntax,
    YamlTag,
    YamlTooLarge,
)
from assistant.yaml_source import MAX_BYTES, YamlMap, only_keys, parse_yaml, read_yaml, require, want_list, want_map, want_text

if TYPE_CHECKING:
    from pathlib import Path

HERE = Place("f.yml", 3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("007", 7),
        ("1.5", 1.5),
        (".5e1", 5.0),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ('"12"', "12"),
        ("'null'", "null"),
        ("|\n  true\n", "true\n"),
        ("9" * 5000, float("inf")),
        ("[a, 1]", ["a", 1]),
        ("{a: {b: null}}", {"a": {"b": None}}),
        ("\ufeffa", "a"),
    ],
)
def test_scalars_follow_the_core_rules_of_yaml(tmp_path: Path, text: str, value: object) -> None:
    (tmp_path / "f.yml").write_text(text, encoding="utf-8")
    assert read_yaml(tmp_path / "f.yml") == value


def test_every_key_and_item_knows_its_line() -> None:
    content = parse_yaml("a:\n- x\n\n- y\nb:\n  c: 1\n  d: |\n    one\n    two\n", "f.yml")
    assert [content.place(key) for key in ("a", "b", "gone")] == [Place("f.yml", 1), Place("f.yml", 5), Place("f.yml", 1)]
    assert [content["a"].place(index).line for index in (0, 1)] == [2, 4]
    assert content["b"].place("d").line == 7
    assert content["b"]["d"].line == 8


def test_anchors_and_merges_are_written_out() -> None:
    content = parse_yaml("base: &b {x: 1, y: 2}\nmore: &m {z: 3}\none: {<<: *b, y: 5}\nmany: {<<: [*b, *m], x: 9}", "f.yml")
    assert content["one"] == {"x": 1, "y": 5}
    assert content["many"] == {"x": 9, "y": 2, "z": 3}


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("a: 1\nb: [1", YamlSyntax, "YML-001 f.yml:2"),
        ("a: 1\n\tb: 2", YamlSyntax, "YML-001 f.yml:2"),
        ("a: 1\n---\nb: 2", YamlSyntax, "YML-001 f.yml:2"),
        ("a: *nobody", YamlSyntax, "YML-001 f.yml:1"),
        ("a: 1\nb: \x00", YamlSyntax, "YML-001 f.yml:2"),
        ("a: 1\nb: 2\na: 3", DuplicateKey, 'YML-002 f.yml:3: key "a" stands here twice; the first is at f.yml:1; merge the two'),
        ("x:\n  a: 1\n  a: 3", DuplicateKey, "YML-002 f.yml:3"),
        ("x: !!python/object:os.system ls", YamlTag, "YML-004 f.yml:1"),
        ("a: 1\nx: !mine {}", YamlTag, "YML-004 f.yml:2"),
        ("a: 1\nx: !!set {a}", YamlTag, "YML-004 f.yml:2"),
        ("a: 1\n? [b]\n: 2", WrongType, 'YML-005 f.yml:2: "a key" wants a text, found a list'),
        ("a: &a [*a]", YamlSyntax, "YML-001 f.yml:1"),
        ("a: 1\nb: \ud800", YamlSyntax, "YML-001 f.yml:2"),
        ("\n" + "[" * 100_000, YamlTooLarge, "YML-003 f.yml:2: refused: nested deeper than 100"),
        ("\n" + "{a: " * 100_000, YamlTooLarge, "YML-003 f.yml:2"),
        ("- " * 100_000, YamlTooLarge, "YML-003 f.yml:1"),
        ("[" * 200 + "]" * 200, YamlTooLarge, "YML-003 f.yml:1: refused: nested deeper than 100"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_no_honest_file_contains_is_refused_at_once_with_its_line(text: str, error: type[SourceError], words: str) -> None:
    before = time.process_time()
    with pytest.raises(error, match=re.escape(words)):
        parse_yaml(text, "f.yml")
    assert time.process_time() - before < 1.0


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize("text", [BOMB, BOMB + "? *a11\n: 1\n"], ids=["values", "keys"])
def test_an_alias_bomb_is_found_before_it_goes_off(text: str) -> None:
    before = time.process_time()
    with pytest.raises(SourceError, match=r"f\.yml:\d+"):
        parse_yaml(text, "f.yml")
    assert time.process_time() - before < 2.0


def test_fifty_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.yml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    before = time.process_time()
    with pytest.raises(YamlTooLarge, match=re.escape("big.yml: refused: more than 20 MB")):
        read_yaml(path)
    assert time.process_time() - before < 0.5


MEASURED = """
import pathlib, resource, sys, time
from assistant.errors import YamlTooLarge
from assistant.yaml_source import read_yaml
before = time.process_time()
try:
    read_yaml(pathlib.Path(sys.argv[1]))
except YamlTooLarge as error:
    print(error)
print(time.process_time() - before)
status = pathlib.Path("/proc/self/status")  # the other figure starts from the parent's on Linux
if status.exists():
    print(next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM")))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_file_of_millions_of_values_is_refused_at_once_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.yml"
    path.write_text("[" + "a," * (MAX_BYTES // 2 - 10) + "]")
    found = subprocess.run([sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, timeout=60, check=True)
    message, seconds, peak = found.stdout.splitlines()
    assert "many.yml:1: refused: more than" in message
    assert int(peak) < 200_000_000
    assert float(seconds) < 2


def test_ten_thousand_examples_load_in_two_seconds() -> None:
    text = "nlu:\n- intent: a\n  examples: |\n" + "".join(
        f"    - where is order [{n}](order_number), please\n" for n in range(10_000)
    )
    before = time.process_time()
    assert len(parse_yaml(text, "f.yml")["nlu"][0]["examples"].splitlines()) == 10_000
    assert time.process_time() - before < 2.0


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00a", "folder"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "f.yml"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="YML-009 shown: cannot be read"):
        read_yaml(path, shown_as="shown")


# --- what a value must be -------------------------------------------------------------------------------------------------------


def test_nothing_is_an_empty_mapping_or_list() -> None:
    assert want_map(None, key="k", where=HERE) == {}
    assert want_list(None, key="k", where=HERE) == []


@pytest.mark.parametrize(
    ("want", "value", "words"),
    [
        (want_map, "x", 'f.yml:3: "k" wants a mapping'),
        (want_map, True, 'f.yml:3: "k" wants a mapping, found True'),
        (want_list, {}, 'f.yml:3: "k" wants a list'),
        (want_text, None, 'f.yml:3: "k" wants a text, found nothing'),
        (want_text, True, 'f.yml:3: "k" wants a text, found True'),
        (want_text, [], 'f.yml:3: "k" wants a text'),
    ],
)
def test_another_type_is_refused(want: Any, value: object, words: str) -> None:
    with pytest.raises(WrongType, match=re.escape(words)):
        want(value, key="k", where=HERE)


def test_a_number_without_quotes_is_a_text() -> None:
    assert (want_text(12345, key="k", where=HERE), want_text(1.5, key="k", where=HERE)) == ("12345", "1.5")


def test_keys_must_be_there_and_known() -> None:
    mapping = YamlMap(HERE)
    mapping.put("text", "x", 7)
    assert require(mapping, "text") == "x"
    with pytest.raises(MissingKey, match=re.escape('f.yml:3: key "steps" is missing')):
        require(mapping, "steps")
    only_keys(mapping, {"text"})
    with pytest.raises(UnknownKey, match=re.escape('f.yml:7: unknown key "text"; did you mean "test"?')):
        only_keys(mapping, {"test"})
