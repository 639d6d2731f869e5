/** @odoo-module **/
// Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {useAutofocus, useService} from "@web/core/utils/hooks";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

/**
 * One box for a name and village, a NIK, a KK, a household or a card.
 *
 * What is typed is sent when asked for, not letter by letter, and is kept nowhere: not
 * in the address, not among the filters, not in the browser's history.
 */
export class FindFamily extends Component {
    static template = "khbs_registry.FindFamily";
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.input = useAutofocus({refName: "box", mobile: true});
        this.state = useState({families: [], hint: false, searching: false});
        this.env.config.setDisplayName(this.props.action.name);
    }

    async find() {
        const text = this.input.el.value;
        this.state.searching = true;
        try {
            const found = await this.orm.call("khbs.household", "find_families", [text]);
            Object.assign(this.state, found);
        } finally {
            this.state.searching = false;
        }
    }

    open(family) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "khbs.household",
            res_id: family.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("khbs_find_family", FindFamily);
