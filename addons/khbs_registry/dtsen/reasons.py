# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Why a row of a delivery is refused, in the words that the sender reads.

The codes are shared with tools/population, which plants them. A code of the family
(KK, head, area, decile) stands in every row of the family; a code of a person in that
person's row. A family with one refused row is refused whole: its other rows carry
HOUSEHOLD_REJECTED.
"""

HOUSEHOLD_REJECTED = "HOUSEHOLD_REJECTED"

# code -> (label on the screen, sentence in the reject file)
REASONS = {
    "ROW_UNREADABLE": (
        "Row cannot be read",
        "Jumlah sel tidak sama dengan judul kolom, atau ada karakter yang tidak sah.",
    ),
    "CELL_EMPTY": (
        "Required cell empty",
        "Sel wajib kosong (nomor KK, hubungan, jenis kelamin, atau kode wilayah).",
    ),
    "CELL_MERGED": (
        "Merged cells",
        "Sel digabung dengan baris atau kolom lain. Pisahkan dan isi tiap baris.",
    ),
    "KK_FORM": (
        "KK number malformed",
        "Nomor KK bukan 16 angka yang sah. Perbaiki sesuai Kartu Keluarga.",
    ),
    "KK_FLOAT": (
        "KK number became a float",
        "Nomor KK diubah menjadi bilangan oleh Excel. Isi ulang sebagai teks.",
    ),
    "KK_DUPLICATE": (
        "KK number of two families",
        "Nomor KK dipakai lebih dari satu keluarga, dalam berkas atau dalam registri.",
    ),
    "NIK_FORM": (
        "NIK malformed",
        "NIK bukan 16 angka yang sah. Perbaiki sesuai KTP-el atau Kartu Keluarga.",
    ),
    "NIK_FLOAT": (
        "NIK became a float",
        "NIK diubah menjadi bilangan oleh Excel. Isi ulang sebagai teks.",
    ),
    "NIK_DUPLICATE_FILE": (
        "NIK twice in the family",
        "NIK yang sama tercatat lebih dari sekali pada keluarga ini.",
    ),
    "NIK_TWO_KK": (
        "NIK in two families of the file",
        "NIK yang sama tercatat pada dua KK dalam berkas ini; kedua keluarga ditahan.",
    ),
    "NIK_DUPLICATE_REGISTRY": (
        "NIK of another family",
        "NIK sudah tercatat pada keluarga lain dalam registri. Bila keluarga ini "
        "pindah dari kabupaten/kota lain, catat dahulu kepindahannya di sana.",
    ),
    "HEAD_NONE": (
        "No head of family",
        "Keluarga tidak mempunyai kepala keluarga (hubungan 1).",
    ),
    "HEAD_TWO": (
        "Two heads of family",
        "Keluarga mempunyai lebih dari satu kepala keluarga (hubungan 1).",
    ),
    "FAMILY_INCONSISTENT": (
        "Rows of one family disagree",
        "Baris-baris satu keluarga berbeda nomor KK atau kode wilayah.",
    ),
    "AREA_UNKNOWN": (
        "Unknown village",
        "Kode wilayah bukan kode desa/kelurahan yang dikenal.",
    ),
    "AREA_NO_CROSSWALK": (
        "BPS code without crosswalk",
        "Kode wilayah BPS belum mempunyai padanan kode Kemendagri.",
    ),
    "AREA_OUT_OF_SCOPE": (
        "Outside the delivery's area",
        "Desa/kelurahan berada di luar wilayah kiriman ini.",
    ),
    "DECILE_RANGE": (
        "Decile outside 1 to 10",
        "Desil harus 1 sampai 10, atau kosong bila belum berdesil.",
    ),
    "DATE_IMPOSSIBLE": (
        "Impossible date of birth",
        "Tanggal lahir tidak mungkin. Tulis TTTT-BB-HH atau HH/BB/TTTT.",
    ),
    "NAME_EMPTY": ("Name is empty", "Nama kosong."),
    "RELATION_UNKNOWN": (
        "Unknown relation",
        "Kode hubungan keluarga tidak dikenal: SHDK 1 sampai 11, atau DTSEN 1 "
        "sampai 8 bila sumbernya demikian.",
    ),
    "SEX_UNKNOWN": (
        "Unknown sex",
        "Jenis kelamin harus 1 (laki-laki) atau 2 (perempuan).",
    ),
    "RT_RW_FORM": ("RT or RW malformed", "RT dan RW paling banyak tiga angka."),
    "DWELLING_UNKNOWN": (
        "Unknown status of the house",
        "Status rumah harus 1 sampai 5, none (tanpa rumah), atau kosong.",
    ),
    "COORDINATE_FORM": (
        "Coordinates malformed",
        "Lintang dan bujur harus derajat desimal, diisi keduanya atau kosong.",
    ),
    HOUSEHOLD_REJECTED: (
        "Another row of the family is refused",
        "Baris lain dari keluarga ini ditolak; keluarga diterima atau ditolak utuh.",
    ),
}


# Remarks on numbers that are accepted: recorded and counted, never a cause to refuse.
WARNINGS = {
    "NIK_SEX_DIFFERS": "NIK tells the other sex",
    "NIK_DATE_DIFFERS": "NIK tells another date of birth",
    "NIK_DATE_IMPOSSIBLE": "NIK tells a day that its month has not",
    "NIK_REGION_UNKNOWN": "NIK of no present district of the province",
    "KK_REGION_UNKNOWN": "KK number of no present district of the province",
}


def sentence(codes):
    """Return the Indonesian text of *codes* for the reject file."""
    return " ".join(REASONS[code][1] for code in codes)
