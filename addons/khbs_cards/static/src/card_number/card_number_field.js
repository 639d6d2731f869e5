/** @odoo-module **/
// Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {CharField, charField} from "@web/views/fields/char/char_field";
import {scanBarcode} from "@web/core/barcode/barcode_dialog";
import {isBarcodeScannerSupported} from "@web/core/barcode/barcode_video_scanner";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/**
 * The number of a card: read from its QR code by the camera, or typed.
 */
export class CardNumberField extends CharField {
    static template = "khbs_cards.CardNumberField";

    setup() {
        super.setup();
        this.notification = useService("notification");
        this.canScan = isBarcodeScannerSupported();
    }

    async scan() {
        try {
            const text = await scanBarcode(this.env);
            await this.props.record.update({[this.props.name]: text.trim()});
        } catch {
            this.notification.add(
                _t("The camera cannot be used. Type the number of the card."),
                {type: "warning"}
            );
        }
    }
}

registry.category("fields").add("khbs_card_number", {
    ...charField,
    component: CardNumberField,
});
