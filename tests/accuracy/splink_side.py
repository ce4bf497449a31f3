"""Splink's side of the harness: trains, predicts and clusters one set; runs in the harness's own environment.

    python splink_side.py ROWS.ndjson market|febrl

Unsupervised throughout, set up for the columns at hand: cleaned columns, several blocking rules, term frequencies,
u from random pairs, m by EM over several blockings, the prior from deterministic rules, connected components. Prints a
line of JSON: the seconds that it took, and for each threshold the cluster of every record in the order of the rows.
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

FIXED_THRESHOLD = 0.95
THRESHOLDS = (0.5, 0.8, FIXED_THRESHOLD, 0.99, 0.999, 0.9999, 0.99999)
RANDOM_PAIRS = 5e5
EM_ROUNDS = 10


class SetUp:
    """What is told Splink about a set: comparisons, blockings, and what is surely a match."""

    comparisons: list[Any]
    blocking: list[Any]
    training: list[Any]
    certain: list[Any]
    recall: float


class Febrl(SetUp):
    """Australian persons: name, birth date, address, and maybe a social security number."""

    def __init__(self, columns: set[str]) -> None:
        self.comparisons = [
            cl.ForenameSurnameComparison("given_name", "surname", forename_surname_concat_col_name="full_name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.JaroWinklerAtThresholds("address_1", [0.95, 0.88]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("suburb", [0.95, 0.88]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("state"),
        ]
        self.blocking = [
            block_on("given_name", "surname"),
            block_on("surname", "birth_date"),
            block_on("given_name", "birth_date"),
            block_on("birth_date", "postcode"),
            block_on("surname", "postcode"),
            block_on("given_name", "postcode"),
            block_on("address_1", "street_number"),
            block_on("address_1", "suburb"),
            block_on("birth_date", "suburb"),
            block_on("substr(given_name, 1, 3)", "substr(surname, 1, 3)", "state"),
        ]
        self.training = [block_on("birth_date"), block_on("given_name", "surname"), block_on("postcode", "suburb")]
        self.certain = [block_on("given_name", "surname", "birth_date"), block_on("surname", "birth_date", "postcode")]
        self.recall = 0.6
        if "soc_sec_id" in columns:
            self.comparisons.append(cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]))
            self.blocking.append(block_on("soc_sec_id"))
            self.training.append(block_on("soc_sec_id"))
            self.certain.append(block_on("soc_sec_id", "birth_date"))
            self.recall = 0.75


class Market(SetUp):
    """The Chinese car market: persons and organisations with phones and vehicles, several of each in a record."""

    def __init__(self, _columns: set[str]) -> None:
        self.comparisons = [
            _names(),
            _several("phone", "phones"),
            _several("vin", "vins"),
            _several("plate", "plates"),
            _documents(),
            cl.ExactMatch("wechat"),
            cl.LevenshteinAtThresholds("birth_date", [1, 2]),
            cl.ExactMatch("gender"),
            cl.EmailComparison("email"),
            cl.JaroWinklerAtThresholds("address", [0.95, 0.88]),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            _organisations(),
        ]
        self.blocking = [
            block_on("phones", arrays_to_explode=["phones"]),
            block_on("vins", arrays_to_explode=["vins"]),
            block_on("plates", arrays_to_explode=["plates"]),
            block_on("document"),
            block_on("wechat"),
            block_on("email"),
            block_on("org_core"),
            block_on("name_pinyin", "birth_date"),
            block_on("name_pinyin", "city"),
            block_on("name_pinyin", "substr(phone, 1, 10)"),
            block_on("name_pinyin", "right(phone, 4)"),
            block_on("address"),
        ]
        self.training = [
            block_on("phone"),
            block_on("name_pinyin"),
            block_on("vin"),
            block_on("birth_date"),
            block_on("org_core"),
        ]
        self.certain = [
            block_on("document"),
            block_on("wechat"),
            block_on("name_pinyin", "phone"),
            block_on("org_core", "phone"),
        ]
        self.recall = 0.6


def _names() -> Any:
    """Characters, then sound, then nearly the sound, then the surname of a title."""
    return cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.CustomLevel(
                "(name_l IS NULL AND surname_l IS NULL) OR (name_r IS NULL AND surname_r IS NULL)", "no name"
            ).configure(is_null_level=True),
            cll.ExactMatchLevel("name").configure(tf_adjustment_column="name"),
            cll.ExactMatchLevel("name_pinyin").configure(tf_adjustment_column="name_pinyin"),
            cll.JaroWinklerLevel("name_pinyin", 0.92),
            cll.CustomLevel("surname_l = surname_r AND (name_l IS NULL OR name_r IS NULL)", "title or mask fits"),
            cll.ExactMatchLevel("surname"),
            cll.ElseLevel(),
        ],
    )


def _several(first: str, every: str) -> Any:
    """Any value shared, else the first ones a slip apart."""
    return cl.CustomComparison(
        output_column_name=first,
        comparison_levels=[
            cll.NullLevel(first),
            cll.ArrayIntersectLevel(every, 1),
            cll.DamerauLevenshteinLevel(first, 1),
            cll.ElseLevel(),
        ],
    )


def _documents() -> Any:
    """Valid papers of one customer differ by slips only; EM would drive the rest to nothing, which Splink refuses."""
    return cl.CustomComparison(
        output_column_name="document",
        comparison_levels=[
            cll.NullLevel("document"),
            cll.ExactMatchLevel("document"),
            cll.DamerauLevenshteinLevel("document", 2),
            cll.ElseLevel().configure(m_probability=0.01, fix_m_probability=True),
        ],
    )


def _organisations() -> Any:
    return cl.CustomComparison(
        output_column_name="organisation",
        comparison_levels=[
            cll.CustomLevel("org_core_l IS NULL AND org_core_r IS NULL", "two persons").configure(is_null_level=True),
            cll.ExactMatchLevel("org_text").configure(tf_adjustment_column="org_text"),
            cll.ExactMatchLevel("org_core").configure(tf_adjustment_column="org_core"),
            cll.CustomLevel("org_core_l IS NULL OR org_core_r IS NULL", "one of the two has a firm's name"),
            cll.JaroWinklerLevel("org_core", 0.9),
            cll.ElseLevel(),
        ],
    )


SET_UPS = {"febrl": Febrl, "market": Market}


def link(rows: pd.DataFrame, set_up: SetUp) -> dict[float, list[int]]:
    """The cluster of every row at each threshold."""
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=set_up.comparisons,
        blocking_rules_to_generate_predictions=set_up.blocking,
        retain_matching_columns=False,
        max_iterations=EM_ROUNDS,
    )
    connection = duckdb.connect()
    connection.execute("SET lambda_syntax = 'ENABLE_SINGLE_ARROW'")  # what Splink 5 writes for arrays
    linker = Linker(DuckDBAPI(connection).register(rows), settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(set_up.certain, recall=set_up.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=1)
    for rule in set_up.training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)
    predicted = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    clusters: dict[float, list[int]] = {}
    for threshold in THRESHOLDS:
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
        by_record = found.as_pandas_dataframe().set_index("unique_id")["cluster_id"]
        clusters[threshold] = [int(by_record[number]) for number in rows["unique_id"]]
    return clusters


def main() -> None:
    """Read the rows, link them, print the result."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    file, columns = sys.argv[1:]
    rows = pd.DataFrame([json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()])
    start = time.perf_counter()
    clusters = link(rows, SET_UPS[columns](set(rows.columns)))
    print(json.dumps({"seconds": time.perf_counter() - start, "clusters": clusters}))


if __name__ == "__main__":
    main()
