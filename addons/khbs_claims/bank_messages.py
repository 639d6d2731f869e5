# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What is wrong with a bank file, in the words of the user."""


def describe(env, error):
    """Return the sentence for a ``LayoutError``."""
    sentences = {
        "amount": env._("Row %(row)s: '%(text)s' is not an amount in whole rupiah."),
        "count": env._("Row %(row)s: '%(text)s' is not a number of lines."),
        "day": env._("Row %(row)s: '%(text)s' is not a date as YYYYMMDD."),
        "declared": env._(
            "%(count)s lines of %(total)s rupiah were declared, there are "
            "%(found_count)s of %(found_total)s."
        ),
        "mark": env._("The first row must begin with %(mark)s."),
        "version": env._("The first row must name version %(version)s of the layout."),
        "cells": env._("Row %(row)s has %(found)s cells instead of %(expected)s."),
        "columns": env._("The second row must name the columns: %(names)s."),
        "encoding": env._("The file is not text as the layout wants it (UTF-8)."),
        "csv": env._("Row %(row)s is not CSV: check its quotes and semicolons."),
        "workbook": env._("The file is not an XLSX workbook."),
        "number": env._(
            "Row %(row)s, column %(column)s is a number and may have lost digits. "
            "Format the column as text and enter it again."
        ),
        "text": env._("Row %(row)s, column %(column)s is not text."),
        "kind": env._("This layout carries transfers only. Choose another layout."),
        "account": env._("%(reference)s has no account number of digits only."),
    }
    return sentences[error.code] % error.values
