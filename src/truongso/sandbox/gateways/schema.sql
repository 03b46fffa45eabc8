-- Tables of the gateways. Money is whole đồng, moments are Unix seconds.
CREATE TABLE providers (
    name TEXT PRIMARY KEY,
    is_down INTEGER NOT NULL DEFAULT 0,
    slow_seconds REAL NOT NULL DEFAULT 0
);
CREATE TABLE merchants (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    keys TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    account TEXT NOT NULL,
    bank_bin TEXT NOT NULL,
    holder TEXT NOT NULL,
    fee_bp INTEGER NOT NULL CHECK (fee_bp BETWEEN 0 AND 10000),
    notice_delay REAL NOT NULL DEFAULT 0,
    notice_copies INTEGER NOT NULL DEFAULT 1,
    memo_limit INTEGER NOT NULL DEFAULT 25,
    UNIQUE (provider, code)
);
CREATE TABLE settlements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merchant INTEGER NOT NULL REFERENCES merchants,
    at REAL NOT NULL,
    gross INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    net INTEGER NOT NULL,
    memo TEXT NOT NULL,
    line INTEGER
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL UNIQUE,
    merchant INTEGER NOT NULL REFERENCES merchants,
    ref TEXT NOT NULL,
    request_id TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    info TEXT NOT NULL,
    details TEXT NOT NULL,
    return_url TEXT NOT NULL,
    cancel_url TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL,
    state TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',
    number TEXT NOT NULL DEFAULT '',
    paid INTEGER NOT NULL DEFAULT 0,
    ended_at REAL,
    settlement INTEGER REFERENCES settlements,
    UNIQUE (merchant, ref)
);
CREATE TABLE refunds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders,
    request_id TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    reason TEXT NOT NULL,
    number TEXT NOT NULL,
    at REAL NOT NULL,
    settlement INTEGER REFERENCES settlements
);
CREATE TABLE requests (
    merchant INTEGER NOT NULL REFERENCES merchants,
    request_id TEXT NOT NULL,
    asked TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (merchant, request_id)
);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders,
    provider TEXT NOT NULL,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    body BLOB,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'gave_up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    status INTEGER,
    error TEXT NOT NULL DEFAULT '',
    answer BLOB NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    next_at REAL,
    delivered_at REAL
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'waiting';
CREATE TABLE terminals (
    tid TEXT PRIMARY KEY,
    mid TEXT NOT NULL,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    bank_bin TEXT NOT NULL,
    next_trace INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tid TEXT NOT NULL REFERENCES terminals,
    number INTEGER NOT NULL,
    closed_at REAL,
    settled_on TEXT,
    memo TEXT NOT NULL DEFAULT '',
    line INTEGER,
    UNIQUE (tid, number)
);
CREATE TABLE sales (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch INTEGER NOT NULL REFERENCES batches,
    trace INTEGER NOT NULL,
    rrn TEXT NOT NULL UNIQUE,
    approval TEXT NOT NULL,
    brand TEXT NOT NULL,
    last4 TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    fee INTEGER NOT NULL,
    invoice TEXT NOT NULL,
    at REAL NOT NULL,
    is_void INTEGER NOT NULL DEFAULT 0,
    UNIQUE (batch, trace)
);
