/** @odoo-module **/
// Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/**
 * Prints the dialogue it stands in from the browser: the server keeps no code that
 * it could put on a paper of its own.
 */
export class PrintButton extends Component {
    static template = "khbs_edc.PrintButton";
    static props = {...standardWidgetProps};

    print() {
        window.print();
    }
}

registry.category("view_widgets").add("khbs_print_button", {component: PrintButton});
