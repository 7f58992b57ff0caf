"""The California schools of R's `survey`, whose answers everybody knows (see data/README.md beside it)."""

from pathlib import Path

import numpy as np
import pandas as pd

from gongmun.surveys.analysis.designs import Design
from gongmun.surveys.analysis.weighting import Margin, margin_codes, rake

_DATA = Path(__file__).parent / "data"
TYPES = Margin(column="stype", targets={"E": 4421, "H": 755, "M": 1018})
SCHOOL_WIDE = Margin(column="school_wide", targets={"No": 1072, "Yes": 5122})


def stratified() -> pd.DataFrame:
    return pd.read_csv(_DATA / "api_stratified.csv")


def clustered() -> pd.DataFrame:
    return pd.read_csv(_DATA / "api_clustered.csv")


def codes(values: pd.Series) -> np.ndarray:
    return np.unique(values.to_numpy(), return_inverse=True)[1].astype(np.int64)


def stratified_design(schools: pd.DataFrame, *, population: bool = True) -> Design:
    return Design(
        weights=schools["pw"].to_numpy(),
        strata=codes(schools["stype"]),
        population=schools["fpc"].to_numpy(dtype=float) if population else None,
    )


def clustered_design(schools: pd.DataFrame) -> Design:
    return Design(
        weights=schools["pw"].to_numpy(),
        clusters=codes(schools["dnum"]),
        population=schools["fpc"].to_numpy(dtype=float),
    )


def raked_design(schools: pd.DataFrame, *margins: Margin) -> Design:
    weights = rake(schools, margins, base=schools["pw"].to_numpy(), tolerance=1e-13)
    return Design(
        weights=weights.values,
        clusters=codes(schools["dnum"]),
        population=schools["fpc"].to_numpy(dtype=float),
        margins=margin_codes(schools, margins),
    )
