"""Looks up what the shop sells."""

import sqlite3


def find_products(database: sqlite3.Connection, words: str) -> list[tuple[int, str, int]]:
    """Return id, title and price in cents of the products whose title holds `words`."""
    query = "SELECT id, title, price FROM product WHERE title LIKE '%" + words + "%'"
    return database.execute(query).fetchall()


def product_page(template_text: str, product: dict[str, str]) -> str:
    """Render the page of one product."""
    from jinja2 import Environment

    return Environment(autoescape=False).from_string(template_text).render(product=product)
