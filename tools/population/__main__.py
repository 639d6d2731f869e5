# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write a synthetic DTSEN delivery into a folder.

A household's fault stands in ``answers.csv`` with the line of each row that carries it;
the other rows of that household are not listed.
"""

import argparse
import sys
from pathlib import Path

from .generator import Request, generate


def _focus(text):
    code, _colon, number = text.partition(":")
    if not number.isdigit():
        raise argparse.ArgumentTypeError("write it as 62.06.01:200")
    return code, int(number)


def _share(text):
    share = float(text)
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError("a share lies between 0 and 1")
    return share


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.population", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--households", type=int, default=2000)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--errors",
        type=_share,
        default=0,
        metavar="SHARE",
        help="share of the households for each class of planted error",
    )
    parser.add_argument(
        "--focus",
        type=_focus,
        metavar="CODE:N",
        help="put N of the households into the first village of district CODE",
    )
    parser.add_argument("--format", choices=("csv", "xlsx"), default="csv")
    parser.add_argument("--bom", action="store_true", help="begin the CSV with a BOM")
    parser.add_argument(
        "--registered",
        type=Path,
        metavar="FOLDER",
        help="earlier delivery of another seed: plant NIK_DUPLICATE_REGISTRY with it",
    )
    parser.add_argument(
        "--mixed-codes",
        type=_share,
        default=0,
        metavar="SHARE",
        help="share of the households with BPS area codes: AREA_NO_CROSSWALK",
    )
    parser.add_argument(
        "--outside",
        default="",
        metavar="CODE",
        help="regency without families: plant AREA_OUT_OF_SCOPE with its villages",
    )
    parser.add_argument(
        "--merged", action="store_true", help="merge cells of a workbook: CELL_MERGED"
    )
    return parser.parse_args(arguments)


def main(arguments=None):
    given = vars(parse(arguments))
    folder = given.pop("out")
    try:
        summary = generate(Request(**given), folder)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    print(
        f"{summary.households} households, {summary.persons} persons, "
        f"{summary.aid} lines of other aid, "
        f"{summary.faulty_households} faulty households in {folder}"
    )


if __name__ == "__main__":
    main()
