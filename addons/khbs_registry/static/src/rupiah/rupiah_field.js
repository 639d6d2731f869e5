/** @odoo-module **/
// Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import { useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useInputField } from "@web/views/fields/input_field_hook";
import { IntegerField, integerField } from "@web/views/fields/integer/integer_field";
import { useNumpadDecimal } from "@web/views/fields/numpad_decimal_hook";
import { InvalidNumberError, parseFloat } from "@web/views/fields/parsers";

function parseRupiah(text) {
    const amount = parseFloat(text);
    if (!Number.isSafeInteger(amount)) {
        throw new InvalidNumberError(text);
    }
    return amount;
}

/** Whole rupiah: Odoo's own field for integers refuses more than Rp2,147,483,647. */
export class RupiahField extends IntegerField {
    setup() {
        this.state = useState({ hasFocus: false });
        useInputField({
            getValue: () => this.formattedValue,
            refName: "numpadDecimal",
            parse: parseRupiah,
        });
        useNumpadDecimal();
    }
}

registry.category("fields").add("rupiah", { ...integerField, component: RupiahField });
