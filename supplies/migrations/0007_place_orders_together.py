"""Several carts of one round in one transaction, for the moment when all order at once.

Each order has its own row, key, number and journal entry, as alone (0005); the round's row and
each item's row are locked and written once for all of them. It is all or nothing: where one of
the carts needs a second look (a key that is known, a round that is closed, an item that is not
enough for everybody) nothing is written, no row is returned, and the caller sends each alone.
"""

from django.db import migrations

PLACE_ORDERS = r"""
CREATE OR REPLACE FUNCTION supplies_place_orders(
    p_compound bigint, p_buy bigint, p_sent jsonb, p_now timestamptz
) RETURNS TABLE (household bigint, placed_order bigint, placed_number int)
LANGUAGE plpgsql
SET lock_timeout = '2s'
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    v_many int := jsonb_array_length(p_sent);
    v_claimed int;
    v_first int;
    v_next int;
    v_free boolean;
    v_fits boolean;
    v_order bigint;
    v_number int;
    v_was boolean;
    v_orders bigint[] := '{}';
    v_numbers int[] := '{}';
    v_before bigint[] := '{}';  -- orders that were there already
    v_wases boolean[] := '{}';
    v_flags boolean[] := '{}';
    sent record;
BEGIN
    BEGIN
        -- All keys first, in one order: whoever waits for a twin holds no row that others need.
        INSERT INTO supplies_orderrequest (compound_id, buy_id, household_id, key, cart, by, at)
        SELECT p_compound, p_buy, s.household, s.key, s.cart, s.by, p_now
        FROM jsonb_to_recordset(p_sent) s (household bigint, key text, cart jsonb, by text)
        ORDER BY s.household, s.key
        ON CONFLICT (compound_id, household_id, key) DO NOTHING;
        GET DIAGNOSTICS v_claimed = ROW_COUNT;
        IF v_claimed < v_many THEN
            RAISE SQLSTATE 'LD001';
        END IF;

        UPDATE supplies_groupbuy SET next_number = next_number + v_many
        WHERE compound_id = p_compound AND id = p_buy AND state = 'open' AND closes_at > p_now
        RETURNING next_number - v_many, reserve_until IS NULL OR reserve_until <= p_now
        INTO v_first, v_free;
        IF NOT FOUND THEN
            RAISE SQLSTATE 'LD001';
        END IF;

        v_next := v_first;
        FOR sent IN
            SELECT s.*, EXISTS (
                SELECT 1 FROM households_careflag f WHERE f.compound_id = p_compound
                AND f.household_id = s.household AND f.ended_at IS NULL
            ) AS is_flagged
            FROM jsonb_to_recordset(p_sent) s (
                household bigint, home bigint, cart jsonb, via text, access bigint,
                member bigint, for_whom text, note text
            )
        LOOP
            INSERT INTO supplies_order AS o (compound_id, buy_id, household_id, home_id, number,
                via, access_id, member_id, for_whom, note, is_flagged, placed_at, changed_at,
                withdrawn_at)
            VALUES (p_compound, p_buy, sent.household, sent.home, v_next, sent.via, sent.access,
                sent.member, sent.for_whom, sent.note, sent.is_flagged, p_now, p_now,
                CASE WHEN sent.cart = '{}' THEN p_now END)
            ON CONFLICT (compound_id, buy_id, household_id) DO UPDATE
            SET via = EXCLUDED.via, access_id = EXCLUDED.access_id,
                member_id = EXCLUDED.member_id, for_whom = EXCLUDED.for_whom,
                note = EXCLUDED.note, changed_at = EXCLUDED.changed_at,
                withdrawn_at = EXCLUDED.withdrawn_at
            RETURNING o.id, o.number, o.is_flagged INTO v_order, v_number, v_was;
            IF v_number = v_next THEN
                v_next := v_next + 1;
            ELSE
                v_before := v_before || v_order;
                IF v_was <> sent.is_flagged THEN
                    UPDATE supplies_order SET is_flagged = sent.is_flagged
                    WHERE compound_id = p_compound AND id = v_order;
                END IF;
            END IF;
            v_orders := v_orders || v_order;
            v_numbers := v_numbers || v_number;
            v_wases := v_wases || v_was;
            v_flags := v_flags || sent.is_flagged;
        END LOOP;
        IF v_next < v_first + v_many THEN
            -- The numbers that were not needed; the row is ours, so nobody has seen them.
            UPDATE supplies_groupbuy SET next_number = v_next
            WHERE compound_id = p_compound AND id = p_buy;
        END IF;

        WITH changes AS (
            SELECT order_id, line_id, coalesce(w.quantity, 0) AS quantity,
                coalesce(w.up_to, 0) AS up_to,
                coalesce(w.quantity, 0) - coalesce(had.quantity, 0) AS change,
                coalesce(w.quantity * w.flagged, 0) - coalesce(had.quantity * had.flagged, 0)
                    AS flagged
            FROM (
                SELECT n.id AS order_id, c.key::bigint AS line_id, (c.value ->> 0)::int AS quantity,
                    (c.value ->> 1)::int AS up_to, n.is_flagged::int AS flagged
                FROM unnest(v_orders, v_flags) WITH ORDINALITY n (id, is_flagged, at)
                CROSS JOIN LATERAL jsonb_each(p_sent -> (n.at - 1)::int -> 'cart') c
            ) w
            FULL JOIN (
                -- One look by its key for each, whatever the planner believes of the table.
                SELECT n.id AS order_id, l.line_id, l.quantity, n.was::int AS flagged
                FROM unnest(v_orders, v_wases) n (id, was)
                CROSS JOIN LATERAL (
                    SELECT line_id, quantity FROM supplies_orderline
                    WHERE order_id = n.id AND n.id = ANY (v_before) OFFSET 0
                ) l
            ) had USING (order_id, line_id)
        ), wanted AS (
            SELECT line_id, sum(change)::int AS change, sum(greatest(change, 0))::int AS more,
                sum(flagged)::int AS flagged, min(quantity) FILTER (WHERE quantity > 0) AS least,
                max(up_to) AS most, bool_and(up_to = quantity) AS is_exact
            FROM changes GROUP BY line_id
        ), taken AS (
            UPDATE supplies_offerline l
            SET "left" = l."left" - w.change, ordered = l.ordered + w.change,
                ordered_flagged = l.ordered_flagged + w.flagged
            FROM wanted w
            WHERE l.compound_id = p_compound AND l.id = w.line_id AND l.buy_id = p_buy
                AND (w.least IS NULL OR w.least >= l.minimum)
                AND w.most <= coalesce(l.cap_household, w.most)
                AND (l.tolerance OR w.is_exact)
                AND (l."left" IS NULL OR w.more = 0 OR l."left" - w.more >=
                    CASE WHEN v_free THEN 0 ELSE greatest(l.reserved - l.ordered_flagged, 0) END)
            RETURNING l.id, l.cap_household
        ), kept AS (
            INSERT INTO supplies_orderline
                (compound_id, order_id, line_id, quantity, up_to, cap_household)
            SELECT p_compound, c.order_id, c.line_id, c.quantity, c.up_to, t.cap_household
            FROM changes c JOIN taken t ON t.id = c.line_id
            ON CONFLICT (compound_id, order_id, line_id) DO UPDATE
            SET quantity = EXCLUDED.quantity, up_to = EXCLUDED.up_to
        )
        SELECT (SELECT count(*) FROM wanted) = (SELECT count(*) FROM taken) INTO v_fits;
        IF NOT v_fits THEN
            RAISE SQLSTATE 'LD001';
        END IF;

        INSERT INTO journal_entry (compound_id, at, event, member_id, by, household_id, data)
        SELECT p_compound, p_now, s.event, s.member, s.by, s.household, s.data
        FROM jsonb_to_recordset(p_sent)
            s (household bigint, event text, member bigint, by text, data jsonb)
        WHERE s.event <> '';
    EXCEPTION
        WHEN SQLSTATE 'LD001' OR lock_not_available OR deadlock_detected THEN
            RETURN;
    END;
    RETURN QUERY
    SELECT (p_sent -> (n.at - 1)::int ->> 'household')::bigint, n.id, n.number
    FROM unnest(v_orders, v_numbers) WITH ORDINALITY n (id, number, at);
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("supplies", "0006_lean_keys"),
    ]

    operations = [
        migrations.RunSQL(
            PLACE_ORDERS,
            "DROP FUNCTION IF EXISTS supplies_place_orders(bigint, bigint, jsonb, timestamptz)",
        )
    ]
