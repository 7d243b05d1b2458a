-- What the products group keeps, the same on every replica. Runs at every start: idempotent.
--
-- Apply reaches rows by primary key only. Every other index is there for a query in queries/.
-- Serials are drawn from state.counters during apply, since a PostgreSQL sequence would leave gaps
-- that differ between replicas. Times are group time in Unix milliseconds.

CREATE SCHEMA IF NOT EXISTS state;
-- Outside of `state`: the extension belongs to the server, the group does not replicate it.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE TABLE IF NOT EXISTS state.counters (
  name  text COLLATE "C" PRIMARY KEY,
  value bigint NOT NULL
);

-- quantity: units for sale. held: units reserved by purchases that are not settled yet; they have
-- left `quantity` and may come back. What its seller may edit moves `version`; sales do not.
-- folded_keywords and search_text are case-folded before ordering: no replica folds otherwise.
CREATE TABLE IF NOT EXISTS state.items (
  serial          bigint PRIMARY KEY,
  category        integer NOT NULL,
  seller_id       bigint NOT NULL,
  name            text COLLATE "C" NOT NULL,
  keywords        jsonb NOT NULL,
  folded_keywords jsonb NOT NULL,
  search_text     text COLLATE "C" NOT NULL,
  condition       text COLLATE "C" NOT NULL,
  price           bigint NOT NULL,
  quantity        bigint NOT NULL CHECK (quantity >= 0),
  held            bigint NOT NULL CHECK (held >= 0),
  up              bigint NOT NULL,
  down            bigint NOT NULL,
  version         bigint NOT NULL,
  created_at_ms   bigint NOT NULL
) WITH (fillfactor = 80);
-- No index names quantity, held, price, up or down, not even in a predicate: sales and votes stay
-- heap-only updates and never touch the trigram index.
CREATE INDEX IF NOT EXISTS items_by_category ON state.items (category, serial);
CREATE INDEX IF NOT EXISTS items_by_seller ON state.items (seller_id, serial);
-- fastupdate off: every search would read the list of pending entries, and searches are many times
-- more frequent than new items.
CREATE INDEX IF NOT EXISTS items_by_keyword ON state.items
  USING gin (folded_keywords) WITH (fastupdate = off);
CREATE INDEX IF NOT EXISTS items_by_trigram ON state.items
  USING gin (search_text public.gin_trgm_ops) WITH (fastupdate = off);

-- Rating and units sold, from the first vote or sale on; before that there is no row.
CREATE TABLE IF NOT EXISTS state.sellers (
  seller_id  bigint PRIMARY KEY,
  up         bigint NOT NULL,
  down       bigint NOT NULL,
  items_sold bigint NOT NULL
);

-- Never deleted: a late Reserve, Confirm or Release finds what became of its purchase. A tombstone
-- is a released reservation without buyer and lines.
-- lines: [{serial, category, sellerId, name, quantity, price}].
CREATE TABLE IF NOT EXISTS state.reservations (
  purchase_id   text COLLATE "C" PRIMARY KEY,
  state         text COLLATE "C" NOT NULL,
  buyer_id      bigint,
  lines         jsonb NOT NULL,
  changed_at_ms bigint NOT NULL
) WITH (fillfactor = 60); -- each is changed once, in place

-- sale_serial: the order in which units were sold. Group time is too coarse to order by.
CREATE TABLE IF NOT EXISTS state.sales (
  sale_serial bigint PRIMARY KEY,
  purchase_id text COLLATE "C" NOT NULL,
  serial      bigint NOT NULL,
  category    integer NOT NULL,
  seller_id   bigint NOT NULL,
  buyer_id    bigint NOT NULL,
  name        text COLLATE "C" NOT NULL,
  quantity    bigint NOT NULL,
  price       bigint NOT NULL,
  sold_at_ms  bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS sales_by_seller ON state.sales (seller_id, sale_serial);

-- Who has bought what, and how they voted (null: not yet). Decides who may vote.
CREATE TABLE IF NOT EXISTS state.bought (
  buyer_id bigint NOT NULL,
  serial   bigint NOT NULL,
  vote     text COLLATE "C",
  PRIMARY KEY (buyer_id, serial)
);
