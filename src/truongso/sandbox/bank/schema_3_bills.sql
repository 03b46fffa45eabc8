-- Version 3: schools whose bill service the bank uses, and what payers paid for them.
CREATE TABLE billers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    school_code TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    key_id TEXT NOT NULL,
    secret TEXT NOT NULL,
    UNIQUE (url, key_id, school_code)
);
CREATE TABLE bill_payments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    biller INTEGER NOT NULL REFERENCES billers,
    payer TEXT NOT NULL REFERENCES accounts,
    invoice TEXT NOT NULL,
    account TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    paid_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sent', 'posted', 'refused')),
    receipt TEXT NOT NULL DEFAULT '',
    told TEXT NOT NULL DEFAULT '',
    paid_out INTEGER REFERENCES lines
);
CREATE INDEX bill_payments_held ON bill_payments (account) WHERE state = 'posted' AND paid_out IS NULL;
