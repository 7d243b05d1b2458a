-- The customers group's state: accounts, sessions, carts, purchases. Creates what is missing.
-- Rows change by primary key only (apply/), except for what expires; indexes beyond the keys serve
-- queries.ts and the sweep. No sequences, no defaults that draw on time or chance.
-- Times are group time, Unix milliseconds. Money is minor units with a currency code.

CREATE SCHEMA IF NOT EXISTS state;

-- Where ids are drawn from, in apply: one row per thing that is numbered.
CREATE TABLE IF NOT EXISTS state.counters (
  name  text   COLLATE "C" PRIMARY KEY,
  value bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS state.accounts (
  role            text   COLLATE "C" NOT NULL CHECK (role IN ('seller', 'buyer')),
  id              bigint NOT NULL,
  username        text   COLLATE "C" NOT NULL,
  username_key    text   COLLATE "C" NOT NULL,
  name            text   COLLATE "C" NOT NULL,
  password_hash   text   COLLATE "C" NOT NULL,
  items_purchased bigint NOT NULL CHECK (items_purchased >= 0),
  created_at_ms   bigint NOT NULL,
  PRIMARY KEY (role, id)
);

-- What makes a username unique within its role, found by key.
CREATE TABLE IF NOT EXISTS state.usernames (
  role         text   COLLATE "C" NOT NULL,
  username_key text   COLLATE "C" NOT NULL,
  account_id   bigint NOT NULL,
  PRIMARY KEY (role, username_key)
);

-- Counts in a window, for rate limits: accounts created per address; failed logins per address, and
-- per username and address. Parts that do not apply are empty.
CREATE TABLE IF NOT EXISTS state.attempts (
  kind              text   COLLATE "C" NOT NULL,
  address           text   COLLATE "C" NOT NULL,
  role              text   COLLATE "C" NOT NULL,
  username_key      text   COLLATE "C" NOT NULL,
  count             bigint NOT NULL CHECK (count > 0),
  window_ends_at_ms bigint NOT NULL,
  PRIMARY KEY (kind, address, role, username_key)
);
CREATE INDEX IF NOT EXISTS attempts_by_end
  ON state.attempts (window_ends_at_ms, kind, address, role, username_key);

-- token_hash is the SHA-256 of the token, in hexadecimal.
CREATE TABLE IF NOT EXISTS state.sessions (
  token_hash           text    COLLATE "C" PRIMARY KEY,
  role                 text    COLLATE "C" NOT NULL,
  account_id           bigint  NOT NULL,
  idle_timeout_seconds integer NOT NULL,
  last_activity_ms     bigint  NOT NULL,
  expires_at_ms        bigint  NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_by_expiry ON state.sessions (expires_at_ms, token_hash);

-- A session without a row has an empty cart. lines: [{itemId, quantity, price: {amount, currency}}]
CREATE TABLE IF NOT EXISTS state.carts (
  token_hash text  COLLATE "C" PRIMARY KEY,
  lines      jsonb NOT NULL,
  locked_by  text  COLLATE "C"
);

-- A buyer without a row has nothing saved.
CREATE TABLE IF NOT EXISTS state.saved_carts (
  buyer_id bigint PRIMARY KEY,
  lines    jsonb  NOT NULL
);

-- lines: [{itemId, sellerId, quantity, ceiling, price, name}], transitions: [{state, atMs}].
-- serial: the order in which purchases were opened.
CREATE TABLE IF NOT EXISTS state.purchases (
  id                  text   COLLATE "C" PRIMARY KEY,
  serial              bigint NOT NULL,
  buyer_id            bigint NOT NULL,
  token_hash          text   COLLATE "C" NOT NULL,
  state               text   COLLATE "C" NOT NULL,
  lines               jsonb  NOT NULL,
  total               jsonb  NOT NULL,
  card_last4          text   COLLATE "C" NOT NULL,
  authorization_id    text   COLLATE "C",
  failure_code        text   COLLATE "C",
  failure_message     text   COLLATE "C",
  transitions         jsonb  NOT NULL,
  stepped_at_ms       bigint NOT NULL,
  claim               bigint NOT NULL,
  claimed_by          text   COLLATE "C" NOT NULL,
  claim_expires_at_ms bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS purchases_by_buyer ON state.purchases (buyer_id, serial);
CREATE INDEX IF NOT EXISTS purchases_standing ON state.purchases (stepped_at_ms, serial)
  WHERE state NOT IN ('completed', 'failed');
