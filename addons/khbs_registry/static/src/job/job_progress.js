/** @odoo-module **/
// Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onWillUnmount, useEffect} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const INTERVAL = 2000;

/**
 * Shows how far the work on a delivery is and reads the record anew while it goes on.
 */
export class JobProgress extends Component {
    static template = "khbs_registry.JobProgress";
    static props = {...standardWidgetProps};

    setup() {
        this.timer = null;
        useEffect(
            (working) => {
                if (working) {
                    this.timer = setInterval(() => this.refresh(), INTERVAL);
                }
                return () => this.stop();
            },
            () => [this.isWorking]
        );
        onWillUnmount(() => this.stop());
    }

    get data() {
        return this.props.record.data;
    }

    get isWorking() {
        return ["queued", "running"].includes(this.data.job_state);
    }

    get percent() {
        const {job_processed: processed, job_total: total} = this.data;
        return total ? Math.min(100, Math.floor((100 * processed) / total)) : null;
    }

    label(name) {
        const value = this.data[name];
        const options = this.props.record.fields[name].selection;
        const found = options.find((option) => option[0] === value);
        return found ? found[1] : "";
    }

    async refresh() {
        const record = this.props.record;
        if (!(await record.isDirty())) {
            await record.load();
        }
    }

    stop() {
        clearInterval(this.timer);
        this.timer = null;
    }
}

registry.category("view_widgets").add("khbs_job_progress", {
    component: JobProgress,
    fieldDependencies: [
        {name: "job_state", type: "selection"},
        {name: "job_phase", type: "selection"},
        {name: "job_processed", type: "integer"},
        {name: "job_total", type: "integer"},
    ],
});
