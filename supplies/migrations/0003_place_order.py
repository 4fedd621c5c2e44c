"""The hot path of a sale as one statement: see docs/adr/0009-orders-and-pictures.md.

A change of the function is a migration of its own with CREATE OR REPLACE.
"""

from django.db import migrations

PLACE_ORDER = r"""
CREATE FUNCTION supplies_place_order(
    p_compound bigint, p_buy bigint, p_household bigint, p_home bigint,
    p_key text, p_cart jsonb, p_by text, p_via text, p_access bigint, p_member bigint,
    p_for_whom text, p_note text, p_now timestamptz, p_event text, p_data jsonb
) RETURNS TABLE (answer text, at_line bigint, placed_order bigint, placed_number int)
LANGUAGE plpgsql
-- Who waits longer is told to come back. Plans are kept by the session: one that was made while
-- the tables were empty must not read them whole when thousands of orders are in.
SET lock_timeout = '2s'
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_number int;
    v_order bigint;
    v_was_flagged boolean := false;
    v_is_flagged boolean;
    v_free boolean;
    v_cap int;
    v_line bigint;
    item record;
BEGIN
    -- A refusal takes back what this block wrote, and nothing else of the transaction.
    BEGIN
        -- First what is the household's own. A twin of this request that is under way is waited
        -- for; when it commits, the key is not ours, and nothing below happens twice.
        INSERT INTO supplies_orderrequest (compound_id, buy_id, household_id, key, cart, by, at)
        VALUES (p_compound, p_buy, p_household, p_key, p_cart, p_by, p_now)
        ON CONFLICT (compound_id, household_id, key) DO NOTHING;
        IF NOT FOUND THEN
            RETURN QUERY SELECT 'again', NULL::bigint, NULL::bigint, NULL::int;
            RETURN;
        END IF;
        IF p_event <> '' THEN
            INSERT INTO journal_entry (compound_id, at, event, member_id, by, household_id, data)
            VALUES (p_compound, p_now, p_event, p_member, p_by, p_household, p_data);
        END IF;
        SELECT EXISTS (
            SELECT 1 FROM households_careflag
            WHERE compound_id = p_compound AND household_id = p_household AND ended_at IS NULL
        ) INTO v_is_flagged;

        -- Then the hot rows, the round's first: carts in opposite order cannot lock each other
        -- out, two phones of a household come one after the other, and the cut-off, which locks
        -- the same row, has a before and an after.
        SELECT reserve_until IS NULL OR reserve_until <= p_now INTO v_free
        FROM supplies_groupbuy
        WHERE compound_id = p_compound AND id = p_buy AND state = 'open' AND closes_at > p_now
        FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RAISE SQLSTATE 'LD001' USING MESSAGE = 'closed';
        END IF;
        SELECT id, number, is_flagged INTO v_order, v_number, v_was_flagged
        FROM supplies_order
        WHERE compound_id = p_compound AND buy_id = p_buy AND household_id = p_household;
        IF FOUND THEN
            UPDATE supplies_order
            SET via = p_via, access_id = p_access, member_id = p_member, for_whom = p_for_whom,
                note = p_note, is_flagged = v_is_flagged, changed_at = p_now,
                withdrawn_at = CASE WHEN p_cart = '{}' THEN p_now END
            WHERE compound_id = p_compound AND id = v_order;
        ELSE
            UPDATE supplies_groupbuy SET next_number = next_number + 1
            WHERE compound_id = p_compound AND id = p_buy
            RETURNING next_number - 1 INTO v_number;
            INSERT INTO supplies_order (compound_id, buy_id, household_id, home_id, number, via,
                access_id, member_id, for_whom, note, is_flagged, placed_at, changed_at,
                withdrawn_at)
            VALUES (p_compound, p_buy, p_household, p_home, v_number, p_via, p_access, p_member,
                p_for_whom, p_note, v_is_flagged, p_now, p_now,
                CASE WHEN p_cart = '{}' THEN p_now END)
            RETURNING id INTO v_order;
            v_was_flagged := false;
        END IF;

        FOR item IN
            SELECT line_id, coalesce(w.quantity, 0) AS quantity, coalesce(w.up_to, 0) AS up_to,
                coalesce(w.quantity, 0) - coalesce(had.quantity, 0) AS change,
                coalesce(w.quantity, 0) * v_is_flagged::int
                    - coalesce(had.quantity, 0) * v_was_flagged::int AS flagged
            FROM (
                SELECT key::bigint AS line_id, (value ->> 0)::int AS quantity,
                    (value ->> 1)::int AS up_to
                FROM jsonb_each(p_cart)
            ) w
            FULL JOIN (
                SELECT line_id, quantity FROM supplies_orderline
                WHERE compound_id = p_compound AND order_id = v_order
            ) had USING (line_id)
            ORDER BY line_id
        LOOP
            v_line := item.line_id;
            UPDATE supplies_offerline l
            SET "left" = l."left" - item.change, ordered = l.ordered + item.change,
                ordered_flagged = l.ordered_flagged + item.flagged
            WHERE l.compound_id = p_compound AND l.id = item.line_id AND l.buy_id = p_buy
                AND (item.quantity = 0 OR (
                    item.quantity >= l.minimum
                    AND item.up_to <= coalesce(l.cap_household, item.up_to)
                    AND (l.tolerance OR item.up_to = item.quantity)
                ))
                AND (l."left" IS NULL OR item.change <= 0 OR l."left" - item.change >=
                    CASE WHEN v_is_flagged OR v_free THEN 0
                    ELSE greatest(l.reserved - l.ordered_flagged, 0) END)
            RETURNING l.cap_household INTO v_cap;
            IF NOT FOUND THEN
                RAISE SQLSTATE 'LD001' USING MESSAGE = 'line';
            END IF;
            INSERT INTO supplies_orderline
                (compound_id, order_id, line_id, quantity, up_to, cap_household)
            VALUES (p_compound, v_order, item.line_id, item.quantity, item.up_to, v_cap)
            ON CONFLICT (compound_id, order_id, line_id) DO UPDATE
            SET quantity = EXCLUDED.quantity, up_to = EXCLUDED.up_to;
        END LOOP;
    EXCEPTION
        WHEN SQLSTATE 'LD001' THEN
            RETURN QUERY SELECT SQLERRM, v_line, NULL::bigint, NULL::int;
            RETURN;
        WHEN lock_not_available OR deadlock_detected THEN
            RETURN QUERY SELECT 'busy', NULL::bigint, NULL::bigint, NULL::int;
            RETURN;
    END;
    RETURN QUERY SELECT 'placed', NULL::bigint, v_order, v_number;
END
$$
"""
DROP = "DROP FUNCTION supplies_place_order"


class Migration(migrations.Migration):
    dependencies = [
        ("supplies", "0002_walls"),
    ]

    operations = [migrations.RunSQL(PLACE_ORDER, DROP)]
