"""What the shop's database holds when it is made: the tables, and a small shop in the middle of its week.

Days are written as numbers relative to the day the database is made (-3: three days before it), so that an order that is on
its way is on its way whenever somebody tries the bot.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3

SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, address TEXT NOT NULL);
CREATE TABLE products (name TEXT PRIMARY KEY, category TEXT NOT NULL, price_cents INTEGER NOT NULL);
CREATE TABLE stock (
    product TEXT NOT NULL REFERENCES products, colour TEXT NOT NULL, size TEXT NOT NULL, quantity INTEGER NOT NULL,
    PRIMARY KEY (product, colour, size)
);
CREATE TABLE orders (
    number TEXT PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers, status TEXT NOT NULL, address TEXT NOT NULL,
    ordered_on TEXT NOT NULL, expected_on TEXT NOT NULL
);
CREATE TABLE items (
    order_number TEXT NOT NULL REFERENCES orders, product TEXT NOT NULL REFERENCES products, colour TEXT NOT NULL,
    size TEXT NOT NULL, quantity INTEGER NOT NULL
);
CREATE TABLE shipments (
    order_number TEXT PRIMARY KEY REFERENCES orders, carrier TEXT NOT NULL, tracking TEXT NOT NULL, shipped_on TEXT NOT NULL,
    delivered_on TEXT
);
CREATE TABLE returns (
    id INTEGER PRIMARY KEY, order_number TEXT NOT NULL REFERENCES orders, product TEXT NOT NULL, kind TEXT NOT NULL,
    reason TEXT NOT NULL, registered_on TEXT NOT NULL, received_on TEXT, refunded_on TEXT, UNIQUE (order_number, product)
);
CREATE INDEX items_of_order ON items (order_number);
"""

CUSTOMERS = (
    (1, "Jane Roe", "jane.roe@example.org", "12 Mill Lane, Cork, T12 XY45"),
    (2, "Tom Baker", "tom.baker@example.net", "27 Shop Street, Galway, H91 AB10"),
    (3, "Aoife Byrne", "aoife.byrne@example.com", "88 Merrion Road, Dublin 4, D04 CD34"),
    (4, "Lukas Brandt", "l.brandt@example.org", "Lindenweg 9, 6020 Innsbruck, Austria"),
    (5, "Maeve Kelly", "maeve.k@example.com", "3 Castle Park, Limerick, V94 EF56"),
    (6, "Noor Haddad", "noor.haddad@example.net", "5 Harbour View, Kinsale, P17 GH78"),
)

PRODUCTS = (
    ("wool coat", "clothes", 18900),
    ("linen shirt", "clothes", 5990),
    ("cardigan", "clothes", 7990),
    ("jumper", "clothes", 6990),
    ("jeans", "clothes", 8990),
    ("summer dress", "clothes", 7490),
    ("hoodie", "clothes", 5490),
    ("rain jacket", "clothes", 11900),
    ("scarf", "clothes", 2990),
    ("wool socks", "clothes", 1290),
    ("boots", "shoes", 13900),
    ("hiking boots", "shoes", 15900),
    ("trainers", "shoes", 9990),
    ("sandals", "shoes", 6990),
    ("backpack", "bags", 8490),
    ("handbag", "bags", 9900),
    ("floor lamp", "lamps", 14900),
    ("table lamp", "lamps", 5900),
    ("rug", "home", 19900),
    ("vase", "home", 3490),
    ("duvet cover", "home", 6490),
    ("wool blanket", "home", 8900),
    ("mug", "home", 1290),
    ("scented candle", "home", 1990),
    ("armchair", "furniture", 44900),
    ("bookshelf", "furniture", 27900),
    ("hand cream", "cosmetics", 1290),
    ("perfume", "cosmetics", 5900),
)

STOCK = (
    ("wool coat", "navy", "S M L XL", 4),
    ("wool coat", "camel", "M L", 2),
    ("linen shirt", "white", "S M L XL", 12),
    ("linen shirt", "blue", "S M", 3),
    ("cardigan", "green", "S M L", 5),
    ("cardigan", "navy", "M", 1),
    ("cardigan", "cream", "L", 0),
    ("jumper", "grey", "S M L XL", 8),
    ("jumper", "navy", "M L", 6),
    ("jeans", "blue", "36 38 40 42 44", 7),
    ("jeans", "black", "38 42", 2),
    ("summer dress", "yellow", "36 38 40", 3),
    ("summer dress", "red", "38", 0),
    ("hoodie", "grey", "S M L XL", 9),
    ("hoodie", "black", "M L", 4),
    ("rain jacket", "olive", "S M L", 5),
    ("scarf", "red", "", 14),
    ("scarf", "burgundy", "", 3),
    ("wool socks", "grey", "39 42", 20),
    ("boots", "black", "37 38 39 40 41 42", 3),
    ("boots", "brown", "40 41", 1),
    ("hiking boots", "brown", "38 39 41 43", 2),
    ("trainers", "white", "37 38 39 40 41 42 43", 6),
    ("trainers", "black", "41", 0),
    ("sandals", "tan", "37 38 39 40", 4),
    ("backpack", "olive", "", 7),
    ("backpack", "red", "", 0),
    ("handbag", "black", "", 5),
    ("floor lamp", "black", "", 3),
    ("table lamp", "white", "", 11),
    ("rug", "beige", "", 2),
    ("vase", "green", "", 8),
    ("duvet cover", "white", "single double", 15),
    ("wool blanket", "cream", "", 6),
    ("mug", "blue", "", 40),
    ("scented candle", "", "", 25),
    ("armchair", "teal", "", 1),
    ("armchair", "grey", "", 0),
    ("bookshelf", "white", "", 2),
    ("hand cream", "", "", 60),
    ("perfume", "", "", 9),
)
"""Product, colour, sizes, and how many of each size; an empty colour or size: it comes in one only."""


class SeedOrder(NamedTuple):
    """An order of the seed: days relative to the making of the database; items as ``product, colour, size, quantity``."""

    number: str
    customer: int
    status: str
    ordered: int
    expected: int
    shipped: int | None
    delivered: int | None
    items: tuple[tuple[str, str, str, int], ...]


ORDERS = (
    SeedOrder("12345", 1, "shipped", -3, 1, -1, None, (("linen shirt", "white", "M", 1), ("boots", "black", "41", 1))),
    SeedOrder("23456", 2, "received", 0, 3, None, None, (("floor lamp", "black", "", 1), ("mug", "blue", "", 2))),
    SeedOrder("34567", 3, "delivered", -9, -6, -8, -6, (("wool coat", "navy", "M", 1), ("scarf", "red", "", 1))),
    SeedOrder("45678", 5, "delayed", -8, 2, -6, None, (("rug", "beige", "", 1),)),
    SeedOrder("56789", 1, "delivered", -52, -49, -51, -48, (("trainers", "white", "39", 1), ("jeans", "blue", "38", 1))),
    SeedOrder("11223", 4, "delivered", -16, -11, -15, -10, (("hiking boots", "brown", "43", 1),)),
    SeedOrder("13579", 6, "cancelled", -12, -9, None, None, (("handbag", "black", "", 1),)),
    SeedOrder("16180", 2, "returned", -30, -27, -29, -27, (("cardigan", "green", "L", 1),)),
    SeedOrder("19283", 3, "shipped", -2, 2, 0, None, (("bookshelf", "white", "", 1),)),
    SeedOrder("20202", 5, "received", 0, 3, None, None, (("perfume", "", "", 1), ("hand cream", "", "", 3))),
    SeedOrder("24680", 6, "out_for_delivery", -3, 0, -1, None, (("wool blanket", "cream", "", 1),)),
    SeedOrder("27182", 1, "packing", -1, 2, None, None, (("rain jacket", "olive", "S", 1),)),
    SeedOrder("28461", 4, "out_for_delivery", -5, 0, -4, None, (("jumper", "grey", "L", 2),)),
    SeedOrder("31415", 2, "delivered", -7, -4, -6, -4, (("table lamp", "white", "", 1), ("vase", "green", "", 1))),
    SeedOrder("40404", 3, "received", 0, 2, None, None, (("hoodie", "black", "M", 1),)),
    SeedOrder("50505", 5, "cancelled", -5, -2, None, None, (("armchair", "grey", "", 1),)),
    SeedOrder("61803", 6, "delivered", -4, -2, -3, -1, (("jeans", "black", "42", 1), ("sandals", "tan", "39", 1))),
    SeedOrder("66778", 1, "returned", -25, -22, -24, -22, (("summer dress", "yellow", "38", 1),)),
    SeedOrder("70707", 4, "shipped", -4, 2, -2, None, (("backpack", "olive", "", 1), ("wool socks", "grey", "42", 3))),
    SeedOrder("77889", 2, "delivered", -29, -26, -28, -25, (("armchair", "teal", "", 1),)),
    SeedOrder("80808", 3, "packing", -1, 2, None, None, (("duvet cover", "white", "double", 2),)),
    SeedOrder("88990", 5, "delayed", -11, 1, -9, None, (("boots", "brown", "40", 1),)),
    SeedOrder("90909", 6, "delivered", -41, -38, -40, -38, (("table lamp", "white", "", 1),)),
    SeedOrder("99001", 4, "received", 0, 5, None, None, (("linen shirt", "blue", "S", 1), ("summer dress", "yellow", "40", 1))),
    SeedOrder("10203", 1, "returned", -20, -17, -19, -17, (("scented candle", "", "", 4),)),
)

RETURNS = (
    ("16180", "cardigan", "refund", "too small", -20, -16, -14),
    ("66778", "summer dress", "refund", "does not suit me", -8, -2, None),
    ("10203", "scented candle", "refund", "arrived damaged", -12, None, None),
)
"""Order, product, kind, reason, and the days it was registered, received and refunded."""

_ABROAD = {4}


def fill(database: sqlite3.Connection, day: date) -> None:
    """Makes the tables and puts the seed into them.

    Args:
        database: an empty database.
        day: the day that the seed's day 0 is.
    """
    database.executescript(SCHEMA)
    database.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", CUSTOMERS)
    database.executemany("INSERT INTO products VALUES (?, ?, ?)", PRODUCTS)
    database.executemany("INSERT INTO stock VALUES (?, ?, ?, ?)", _stock_rows())
    for order in ORDERS:
        _insert(database, order, day)
    for number, product, kind, reason, *days in RETURNS:
        row = (number, product, kind, reason, *(_iso(day, offset) for offset in days))
        database.execute(
            "INSERT INTO returns (order_number, product, kind, reason, registered_on, received_on, refunded_on)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )


def _stock_rows() -> list[tuple[str, str, str, int]]:
    return [(product, colour, size, quantity) for product, colour, sizes, quantity in STOCK for size in sizes.split() or [""]]


def _insert(database: sqlite3.Connection, order: SeedOrder, day: date) -> None:
    address = next(address for customer, _, _, address in CUSTOMERS if customer == order.customer)
    row = (order.number, order.customer, order.status, address, _iso(day, order.ordered), _iso(day, order.expected))
    database.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", row)
    database.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?)", [(order.number, *item) for item in order.items])
    if order.shipped is not None:
        carrier = "Alpenpost" if order.customer in _ABROAD else "Island Parcel"
        shipment = (order.number, carrier, f"BB{order.number}IE", _iso(day, order.shipped), _iso(day, order.delivered))
        database.execute("INSERT INTO shipments VALUES (?, ?, ?, ?, ?)", shipment)


def _iso(day: date, offset: int | None) -> str | None:
    return None if offset is None else (day + timedelta(days=offset)).isoformat()
