from __future__ import annotations

import time

import pytest

from assistant.nlu.values.extractor import ValueExtractor


def read(dimension: str, text: str) -> list[tuple[str, str]]:
    found = ValueExtractor({"it": dimension}).extract(text)
    return [(text[e.start : e.end], e.value) for e in found]


@pytest.mark.parametrize(
    "address", ["jane.roe@example.org", "a+b_c%d@mail.example.co.uk", "j@bücher.example", "O-Brien@a-b.example"]
)
def test_email_addresses(address: str) -> None:
    assert read("email", f"write to <{address}>, please") == [(address, address)]
    assert read("email", f"{address}.") == [(address, address)]


@pytest.mark.parametrize("text", ["jane@", "@example.org", "jane@example", "jane@exa_mple.", "me @ example.org", "a@b.c"])
def test_what_is_no_email_address(text: str) -> None:
    assert read("email", text) == []


@pytest.mark.parametrize(
    ("text", "found", "domain"),
    [
        ("see https://shop.example.com/a?b=1#c.", "https://shop.example.com/a?b=1#c", "shop.example.com"),
        ("www.example.info is down", "www.example.info", "example.info"),
        ("go to example.com/track", "example.com/track", "example.com"),
        ("example.ie", "example.ie", "example.ie"),
        ("(http://example.org:8080/x)", "http://example.org:8080/x", "example.org"),
    ],
)
def test_web_addresses(text: str, found: str, domain: str) -> None:
    (entity,) = ValueExtractor({"url": "url"}).extract(text)
    assert (text[entity.start : entity.end], entity.additional_info) == (found, {"value": found, "domain": domain})


@pytest.mark.parametrize("text", ["jane@example.com", "end.Start", "e.g. this", "3.14", "a.b"])
def test_what_is_no_web_address(text: str) -> None:
    assert read("url", text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+353 1 555 0123", "(+353) 15550123"),
        ("(01) 555-0123", "015550123"),
        ("087 555 0123", "0875550123"),
        ("555-0123 ext 7", "5550123 ext 7"),
        ("+1-202-555-0199", "(+1) 2025550199"),
    ],
)
def test_phone_numbers(text: str, value: str) -> None:
    assert read("phone-number", f"call {text}, please") == [(text, value)]


@pytest.mark.parametrize(
    "text", ["12345", "#1234567", "12:30:45", "2024-05-06T10:00", "AB1234567", "1 2 3", "3.4.2026", "01-04-2026"]
)
def test_what_is_no_phone_number(text: str) -> None:
    assert read("phone-number", text) == []


def test_card_numbers_have_a_right_check_digit() -> None:
    (card,) = ValueExtractor({"card": "credit-card-number"}).extract("my card 4111 1111 1111 1111 is gone")
    assert card.additional_info == {"value": "4111111111111111", "issuer": "visa"}
    assert read("credit-card-number", "4111 1111 1111 1112") == []


@pytest.mark.parametrize(
    ("text", "found", "value"),
    [
        ("where is #12345?", "#12345", "12345"),
        ("order 12345 please", "12345", "12345"),
        ("order #12345", "#12345", "12345"),
        ("my order number is ab-123", "ab-123", "AB-123"),
        ("Invoice no. 2024/7 and ref: X9Y8", "X9Y8", "X9Y8"),
        ("got AB-2024-00123 today", "AB-2024-00123", "AB-2024-00123"),
        ("BB12345 is late", "BB12345", "BB12345"),
    ],
)
def test_order_numbers(text: str, found: str, value: str) -> None:
    assert (found, value) in read("order-number", text)


@pytest.mark.parametrize("text", ["order one", "in order to 2 b", "a 12345", "my order", "C&A5", "order of 7"])
def test_what_is_no_order_number(text: str) -> None:
    assert read("order-number", text) == []


@pytest.mark.parametrize("part", ["a.", "1", "1 ", "a@", "1-", "(1", "a.a@", "order ", "AB-1"])
@pytest.mark.parametrize("dimension", ["email", "url", "phone-number", "credit-card-number", "order-number"])
def test_the_time_grows_with_the_text_and_not_faster(dimension: str, part: str) -> None:
    extractor = ValueExtractor({"it": dimension})
    started = time.process_time()
    extractor.extract(part * (8_000 // len(part)))
    assert time.process_time() - started < 0.5
