"""The shop's database: orders, their items and shipments, returns and stock, in one SQLite file made on first use."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from . import seed

RETURN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order. colour and size empty: it comes in one only."""

    product: str
    category: str
    colour: str
    size: str
    quantity: int
    price_cents: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its shipment.

    Attributes:
        status: received, packing, shipped, out_for_delivery, delayed, delivered, cancelled or returned.
        carrier, tracking: empty while it has not been shipped.
        shipped_on, delivered_on: None while it has not happened.
    """

    number: str
    status: str
    email: str
    address: str
    ordered_on: date
    expected_on: date
    carrier: str
    tracking: str
    shipped_on: date | None
    delivered_on: date | None
    items: tuple[Item, ...]

    @property
    def is_open(self) -> bool:
        """Whether it may still be cancelled or sent elsewhere: nobody has begun to pack it."""
        return self.status == "received"

    @property
    def return_by(self) -> date | None:
        """The last day for a return; None while it has not been delivered."""
        return self.delivered_on + timedelta(days=RETURN_DAYS) if self.delivered_on else None

    @property
    def total_cents(self) -> int:
        """What the items cost together."""
        return sum(item.price_cents * item.quantity for item in self.items)


@dataclass(frozen=True, slots=True)
class Return:
    """A registered return. received_on, refunded_on: None while it has not happened."""

    id: int
    product: str
    received_on: date | None
    refunded_on: date | None

    @property
    def label(self) -> str:
        """The number on the parcel's label."""
        return f"R-{self.id:05d}"


@dataclass(frozen=True, slots=True)
class Stock:
    """How many of a product there are in one colour and size."""

    product: str
    colour: str
    size: str
    quantity: int


class Shop:
    """Reads and changes the database. Each call has a connection of its own, so that any thread may call.

    Args:
        path: the database; it must exist, see open_shop.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def order(self, number: str) -> Order | None:
        """Returns the order of that number, or None when there is none."""
        with closing(self._connect()) as database:
            row = database.execute(
                "SELECT o.*, c.email, s.carrier, s.tracking, s.shipped_on, s.delivered_on FROM orders o"
                " JOIN customers c ON c.id = o.customer LEFT JOIN shipments s ON s.order_number = o.number WHERE o.number = ?",
                (number,),
            ).fetchone()
            return None if row is None else _order(row, self._items(database, number))

    @staticmethod
    def _items(database: sqlite3.Connection, number: str) -> tuple[Item, ...]:
        rows = database.execute(
            "SELECT i.product, p.category, i.colour, i.size, i.quantity, p.price_cents FROM items i"
            " JOIN products p ON p.name = i.product WHERE i.order_number = ? ORDER BY i.rowid",
            (number,),
        )
        return tuple(Item(*row) for row in rows)

    def cancel(self, number: str) -> bool:
        """Cancels an order that is not being packed yet, and returns whether it did."""
        return self._change("UPDATE orders SET status = 'cancelled' WHERE number = ? AND status = 'received'", number)

    def change_address(self, number: str, address: str) -> bool:
        """Gives a new address to an order that is not being packed yet, and returns whether it did."""
        return self._change("UPDATE orders SET address = ? WHERE number = ? AND status = 'received'", address, number)

    def _change(self, statement: str, *values: str) -> bool:
        with closing(self._connect()) as database, database:
            return database.execute(statement, values).rowcount == 1

    def register_return(self, number: str, product: str, kind: str, reason: str) -> Return:
        """Registers a return and returns it; one that is registered already is returned as it is."""
        with closing(self._connect()) as database, database:
            database.execute(
                "INSERT INTO returns (order_number, product, kind, reason, registered_on) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (number, product, kind, reason, today().isoformat()),
            )
        return next(registered for registered in self.returns(number) if registered.product == product)

    def returns(self, number: str) -> tuple[Return, ...]:
        """Returns what is registered for an order, the oldest first."""
        with closing(self._connect()) as database:
            rows = database.execute(
                "SELECT id, product, received_on, refunded_on FROM returns WHERE order_number = ? ORDER BY id", (number,)
            )
            return tuple(Return(row[0], row[1], _day(row[2]), _day(row[3])) for row in rows)

    def products(self) -> dict[str, str]:
        """Returns the category of each product by its name."""
        with closing(self._connect()) as database:
            return dict(database.execute("SELECT name, category FROM products ORDER BY name").fetchall())

    def stock(self, product: str) -> tuple[Stock, ...]:
        """Returns what there is of a product, sold-out sizes and colours included."""
        with closing(self._connect()) as database:
            rows = database.execute(
                "SELECT product, colour, size, quantity FROM stock WHERE product = ? ORDER BY rowid", (product,)
            )
            return tuple(Stock(*row) for row in rows)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=5)


def open_shop() -> Shop:
    """Returns the shop, whose database is made first where there is none yet.

    It is the file ``shop.db`` in the folder that the environment variable ASSISTANT_STATE_DIR names, else in ``.assistant``.
    """
    path = Path(os.environ.get("ASSISTANT_STATE_DIR") or ".assistant") / "shop.db"
    if not path.exists():
        _create(path)
    return Shop(path)


def _create(path: Path) -> None:
    """Makes the database beside its place and moves it there when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".shop-", suffix=".db", dir=path.parent)
    os.close(handle)
    try:
        with closing(sqlite3.connect(name)) as database, database:
            seed.fill(database, today())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def today() -> date:
    """Returns the day it is here."""
    return datetime.now(tz=UTC).astimezone().date()


def _order(row: tuple[str, ...], items: tuple[Item, ...]) -> Order:
    number, _, status, address, ordered, expected, email, carrier, tracking, shipped, delivered = row
    return Order(
        number=number,
        status=status,
        email=email,
        address=address,
        ordered_on=date.fromisoformat(ordered),
        expected_on=date.fromisoformat(expected),
        carrier=carrier or "",
        tracking=tracking or "",
        shipped_on=_day(shipped),
        delivered_on=_day(delivered),
        items=items,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
