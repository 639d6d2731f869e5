/** @odoo-module **/
// Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {useAutofocus, useService} from "@web/core/utils/hooks";
import {isBarcodeScannerSupported} from "@web/core/barcode/barcode_video_scanner";
import {registry} from "@web/core/registry";
import {scanBarcode} from "@web/core/barcode/barcode_dialog";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

/**
 * The number of a card, by camera, by a scanner that types, or by hand: it opens the
 * card's page at once, or says why there is none.
 */
export class ScanCard extends Component {
    static template = "khbs_cards.ScanCard";
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.input = useAutofocus({refName: "box", mobile: true});
        this.hasCamera = isBarcodeScannerSupported();
        this.state = useState({
            message: "",
            isVoid: false,
            mayReport: false,
            noted: "",
            searching: false,
        });
        this.env.config.setDisplayName(this.props.action.name);
    }

    async scan() {
        let text = "";
        try {
            text = await scanBarcode(this.env);
        } catch (error) {
            this.state.message = error.message;
            return;
        }
        this.input.el.value = text;
        await this.find();
    }

    async find() {
        const text = this.input.el.value;
        Object.assign(this.state, {
            message: "",
            isVoid: false,
            mayReport: false,
            noted: "",
        });
        if (!text.trim()) {
            return;
        }
        this.state.searching = true;
        try {
            const found = await this.orm.call("khbs.card", "find_scanned", [text]);
            if (found.id) {
                await this.open(found.id);
                return;
            }
            this.state.message = found.message;
            this.state.isVoid = Boolean(found.void);
            // A number of nobody is noted already.
            this.state.mayReport = Boolean(found.report);
        } finally {
            this.state.searching = false;
        }
        // The next scan replaces what was typed.
        this.input.el.select();
    }

    open(cardId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "khbs.card",
            res_id: cardId,
            views: [[false, "form"]],
        });
    }

    async report() {
        this.state.noted = await this.orm.call("khbs.card", "report_campaign", []);
    }
}

registry.category("actions").add("khbs_scan_card", ScanCard);
