"""Takes orders and tells the warehouse."""

import hashlib
import subprocess

import requests
import yaml


def load_prices(path: str) -> dict[str, int]:
    """Return price in cents by article, from the buyer's price list."""
    with open(path) as file:
        return yaml.load(file, Loader=yaml.Loader)


def receipt_number(order_id: int) -> str:
    """Return the number that is printed on the receipt."""
    return hashlib.md5(str(order_id).encode()).hexdigest()[:12]


def print_label(printer: str, order_id: int) -> None:
    """Send the parcel label to a printer of the warehouse."""
    subprocess.call(f"lp -d {printer} labels/{order_id}.pdf", shell=True)


def notify_warehouse(order: dict[str, object]) -> bool:
    """Tell the warehouse; true when it said yes."""
    answer = requests.post("https://warehouse.example/orders", json=order, verify=False, timeout=10)
    return answer.ok
