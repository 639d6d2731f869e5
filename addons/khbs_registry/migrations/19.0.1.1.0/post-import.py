# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Carry over what this version keeps and the former one only implied."""
    # What accepted visits found was never overwritten; now a row says so.
    cr.execute(
        """
        INSERT INTO khbs_local_value (household_id, field_name, verified_on, source,
            source_model, source_id, current, create_uid, create_date, write_uid,
            write_date)
        SELECT visit.household_id, field_name,
            COALESCE(visit.captured_at, visit.submitted_at)::date, 'visit',
            'khbs.visit', visit.id, true, 1, now() AT TIME ZONE 'UTC', 1,
            now() AT TIME ZONE 'UTC'
        FROM (
            SELECT DISTINCT ON (household_id) * FROM khbs_visit
            WHERE state = 'accepted' AND result = 'found'
                AND COALESCE(captured_at, submitted_at) IS NOT NULL
            ORDER BY household_id, validated_at DESC, id DESC
        ) visit
        CROSS JOIN LATERAL unnest(
            CASE WHEN visit.latitude <> 0 OR visit.longitude <> 0
                THEN ARRAY['dwelling_kind', 'latitude', 'longitude']
                ELSE ARRAY['dwelling_kind'] END
        ) AS field_name
        ON CONFLICT DO NOTHING
        """
    )
    # Every family that came with a delivery was named by the latest one applied.
    cr.execute(
        """
        UPDATE khbs_household h
        SET dtsen_quarter = latest.year || '-' || latest.quarter
        FROM khbs_area area, LATERAL (
            SELECT i.year, i.quarter FROM khbs_dtsen_import i
            JOIN khbs_area scope ON scope.id = i.area_id
            WHERE i.state = 'applied'
                AND area.parent_path LIKE scope.parent_path || '%'
            ORDER BY i.year DESC, i.quarter DESC LIMIT 1
        ) latest
        WHERE h.dtsen_key IS NOT NULL AND h.dtsen_quarter IS NULL
            AND area.id = h.area_id
        """
    )
