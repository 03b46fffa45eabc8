-- Tables of the sandbox bank. Money is whole đồng, moments are Unix seconds.
CREATE TABLE accounts (
    number TEXT PRIMARY KEY,
    bank_bin TEXT NOT NULL,
    holder TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('customer', 'receiver')),
    opening INTEGER NOT NULL CHECK (opening >= 0),
    balance INTEGER NOT NULL CHECK (balance >= 0),
    webhook_url TEXT NOT NULL DEFAULT '',
    webhook_secret TEXT NOT NULL DEFAULT '',
    notices_on INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE transfers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT UNIQUE,
    payer TEXT NOT NULL REFERENCES accounts,
    receiver TEXT NOT NULL REFERENCES accounts,
    amount INTEGER NOT NULL CHECK (amount > 0),
    typed_memo TEXT NOT NULL,
    channel TEXT NOT NULL
);
CREATE TABLE lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL REFERENCES accounts,
    booked_at INTEGER NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    balance INTEGER NOT NULL CHECK (balance >= 0),
    narrative TEXT NOT NULL,
    memo TEXT NOT NULL,
    reference TEXT NOT NULL,
    counter_account TEXT NOT NULL,
    counter_name TEXT NOT NULL,
    transfer INTEGER REFERENCES transfers
);
CREATE INDEX lines_of_account ON lines (account, booked_at, id);
CREATE INDEX lines_of_transfer ON lines (transfer);
CREATE TABLE counters (
    account TEXT NOT NULL REFERENCES accounts,
    day TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (account, day)
);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    line INTEGER NOT NULL REFERENCES lines,
    account TEXT NOT NULL REFERENCES accounts,
    body BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'gave_up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    status INTEGER,
    error TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    next_at REAL,
    delivered_at REAL
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_of_line ON deliveries (line);
