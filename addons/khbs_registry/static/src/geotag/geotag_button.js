/** @odoo-module **/
// Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const {DateTime} = luxon;

/**
 * Takes the phone's position into latitude, longitude, accuracy_m and captured_at.
 */
export class GeotagButton extends Component {
    static template = "khbs_registry.GeotagButton";
    static props = {...standardWidgetProps};

    setup() {
        this.notification = useService("notification");
        this.state = useState({waiting: false});
    }

    take() {
        if (!navigator.geolocation) {
            this.fail(_t("This device cannot tell its position."));
            return;
        }
        this.state.waiting = true;
        navigator.geolocation.getCurrentPosition(
            (position) => this.keep(position),
            () =>
                this.fail(
                    _t("No position. Switch location on and step into the open.")
                ),
            {enableHighAccuracy: true, timeout: 30000, maximumAge: 0}
        );
    }

    async keep({coords, timestamp}) {
        this.state.waiting = false;
        await this.props.record.update({
            latitude: Number(coords.latitude.toFixed(6)),
            longitude: Number(coords.longitude.toFixed(6)),
            accuracy_m: Math.ceil(coords.accuracy),
            captured_at: DateTime.fromMillis(timestamp).startOf("second"),
        });
    }

    fail(message) {
        this.state.waiting = false;
        this.notification.add(message, {type: "warning"});
    }
}

registry.category("view_widgets").add("khbs_geotag", {component: GeotagButton});
