"""An order finds the household's earlier one by its key, not by a plan.

The function of 0003 looked for it with a SELECT. A session keeps its plan, and one that was made
while the table was empty, or small, read every order of the compound for each new one. Now the
key itself decides (ON CONFLICT), and the round's number is taken in the statement that locks it.
"""

from django.db import migrations

PLACE_ORDER = r"""
CREATE OR REPLACE FUNCTION supplies_place_order(
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
    v_next int;
    v_is_new boolean;
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

        -- Then the hot rows, the round's first: carts in opposite order cannot lock each other
        -- out, two phones of a household come one after the other, and the cut-off, which locks
        -- the same row, has a before and an after.
        UPDATE supplies_groupbuy SET next_number = next_number + 1
        WHERE compound_id = p_compound AND id = p_buy AND state = 'open' AND closes_at > p_now
        RETURNING next_number - 1, reserve_until IS NULL OR reserve_until <= p_now, EXISTS (
            SELECT 1 FROM households_careflag
            WHERE compound_id = p_compound AND household_id = p_household AND ended_at IS NULL
        ) INTO v_next, v_free, v_is_flagged;
        IF NOT FOUND THEN
            RAISE SQLSTATE 'LD001' USING MESSAGE = 'closed';
        END IF;
        -- The household's order by its key, whatever the planner believes of an empty table.
        INSERT INTO supplies_order AS o (compound_id, buy_id, household_id, home_id, number, via,
            access_id, member_id, for_whom, note, is_flagged, placed_at, changed_at,
            withdrawn_at)
        VALUES (p_compound, p_buy, p_household, p_home, v_next, p_via, p_access, p_member,
            p_for_whom, p_note, v_is_flagged, p_now, p_now,
            CASE WHEN p_cart = '{}' THEN p_now END)
        ON CONFLICT (compound_id, buy_id, household_id) DO UPDATE
        SET via = EXCLUDED.via, access_id = EXCLUDED.access_id, member_id = EXCLUDED.member_id,
            for_whom = EXCLUDED.for_whom, note = EXCLUDED.note, changed_at = EXCLUDED.changed_at,
            withdrawn_at = EXCLUDED.withdrawn_at
        RETURNING o.id, o.number, o.is_flagged INTO v_order, v_number, v_was_flagged;
        v_is_new := v_number = v_next;
        IF NOT v_is_new THEN
            -- It has its number already; the row is ours, so nobody has seen the next one.
            UPDATE supplies_groupbuy SET next_number = v_next
            WHERE compound_id = p_compound AND id = p_buy;
        END IF;
        IF v_was_flagged <> v_is_flagged THEN
            UPDATE supplies_order SET is_flagged = v_is_flagged
            WHERE compound_id = p_compound AND id = v_order;
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
                -- Without the compound, which the policy sees to: so no plan walks all its lines.
                SELECT line_id, quantity FROM supplies_orderline
                WHERE NOT v_is_new AND order_id = v_order
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


class Migration(migrations.Migration):
    dependencies = [
        ("supplies", "0004_lean_orders"),
    ]

    # Backwards it may stay: it has the same parameters and answers.
    operations = [migrations.RunSQL(PLACE_ORDER, migrations.RunSQL.noop)]
