"""Standardises stored records anew, and replaces the index entries of those that come out different."""

from collections.abc import Sequence
from datetime import datetime

from customer_master import intake_tables as tables
from customer_master.connection import Connection
from customer_master.intake import CurrentRecord, incoming
from customer_master.resolver import queue
from entity_resolution.model import MatchModel
from isthmus.contracts.customer_records import CustomerRecord

_RECORDS = """
SELECT record_no, source, record_id, revision, received_at, body, standard, keys,
       (SELECT count(*) FROM unnest(keys) AS held(hash) JOIN record_keys USING (hash)
        WHERE record_keys.record_no = records.record_no) AS indexed
FROM records
WHERE record_no = ANY($1::bigint[])
ORDER BY source, record_id
FOR NO KEY UPDATE
"""


async def reindex(connection: Connection, record_nos: Sequence[int], model: MatchModel, at: datetime) -> list[int]:
    """Bring index entries in line with code and model; returns the records whose entries differed.

    Those that lost keys are queued, so that these are judged anew.
    """
    different = []
    for row in await connection.fetch(_RECORDS, record_nos):
        version = incoming(CustomerRecord.model_validate(row["body"]), row["received_at"], model)
        index = version.index
        is_same = index.standard.to_json() == row["standard"] and index.hashes == row["keys"]
        if not is_same or row["indexed"] != len(index.hashes):
            # Entries that are there although the record does not say so go too.
            hashes = frozenset(row["keys"]).union(index.hashes)
            different.append(CurrentRecord(row["record_no"], row["revision"] + 1, None, hashes, version))
    await tables.update_records(connection, different)
    await tables.replace_index(connection, different)
    lost = {record.record_no: record.lost_keys for record in different if record.lost_keys}
    await queue.enqueue(connection, list(lost), queue.Cause.MODEL_CHANGED, at, lost)
    return [record.record_no for record in different]
