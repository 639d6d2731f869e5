# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import khbs_papers
from . import khbs_dtsen_import
from . import khbs_aid_list
from . import khbs_export
from . import khbs_subject
from . import khbs_what_if
