# In the shop: two checks, a copy of the log after each, and then one byte of it changed.
assay check > /dev/null && cp -a .assay ../monday &&
git commit --quiet --allow-empty --message "Go on" &&
assay check > /dev/null && cp -a .assay ../tuesday &&
python3 - <<'END'
import sqlite3

with sqlite3.connect(".assay/log.sqlite") as log:
    [envelope] = log.execute("SELECT envelope FROM entries WHERE number = 3").fetchone()
    middle = len(envelope) // 2
    changed = envelope[:middle] + bytes([envelope[middle] ^ 1]) + envelope[middle + 1 :]
    log.execute("UPDATE entries SET envelope = ? WHERE number = 3", (changed,))
END
