/** @odoo-module **/
// Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onMounted, onWillStart, onWillUnmount, useRef, useState} from "@odoo/owl";
import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const CHANNEL = "khbs_card_monitor";
// Each process tells at most once a second; what it kept silent about is there by then.
const AFTER_MESSAGE = 1500;
// Rates and silences change without a message; and there may be no bus.
const INTERVAL = 15000;

/**
 * The personalisation as it goes on: runs, stations, rates, losses, expected end.
 */
export class CardMonitor extends Component {
    static template = "khbs_cards.CardMonitor";
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.root = useRef("root");
        this.state = useState({figures: null, offline: false, live: false, wall: false});
        this.waiting = null;
        this.onMessage = () => this.loadSoon();
        this.onConnect = () => (this.state.live = true);
        this.onDisconnect = () => (this.state.live = false);
        this.onFullscreen = () =>
            (this.state.wall = document.fullscreenElement === this.root.el);
        onWillStart(() => this.load());
        onMounted(() => this.listen());
        onWillUnmount(() => this.stop());
    }

    listen() {
        this.bus.subscribe(CHANNEL, this.onMessage);
        this.bus.addEventListener("BUS:CONNECT", this.onConnect);
        this.bus.addEventListener("BUS:RECONNECT", this.onConnect);
        this.bus.addEventListener("BUS:DISCONNECT", this.onDisconnect);
        this.bus.start();
        this.state.live = this.bus.workerState === "CONNECTED";
        document.addEventListener("fullscreenchange", this.onFullscreen);
        this.interval = setInterval(() => this.load(), INTERVAL);
    }

    stop() {
        this.stopped = true;
        this.bus.unsubscribe(CHANNEL, this.onMessage);
        this.bus.removeEventListener("BUS:CONNECT", this.onConnect);
        this.bus.removeEventListener("BUS:RECONNECT", this.onConnect);
        this.bus.removeEventListener("BUS:DISCONNECT", this.onDisconnect);
        document.removeEventListener("fullscreenchange", this.onFullscreen);
        clearInterval(this.interval);
        clearTimeout(this.waiting);
    }

    loadSoon() {
        this.state.live = true;
        if (!this.waiting) {
            this.waiting = setTimeout(() => {
                this.waiting = null;
                this.load();
            }, AFTER_MESSAGE);
        }
    }

    async load() {
        try {
            const figures = await this.orm.silent.call("khbs.card.monitor", "figures", []);
            if (!this.stopped) {
                this.state.figures = figures;
                this.state.offline = false;
            }
        } catch (error) {
            if (!this.state.figures) {
                throw error;
            }
            // What is shown stays, with its time; the next look may succeed.
            this.state.offline = true;
        }
    }

    get tiles() {
        const total = this.state.figures.total;
        return [
            {name: "waiting", label: _t("Waiting"), value: total.waiting},
            {name: "at_station", label: _t("At a station"), value: total.at_station},
            {name: "done_today", label: _t("Done today"), value: total.done_today},
            {name: "done", label: _t("Done in all"), value: total.done},
            {name: "spoiled_today", label: _t("Spoiled today"), value: total.spoiled_today},
            {name: "rate_lately", label: _t("An hour, lately"), value: total.rate_lately},
            {name: "rate_shift", label: _t("An hour, this shift"), value: total.rate_shift},
        ];
    }

    stationFigures(station) {
        return [
            {name: "done_today", label: _t("Done today"), value: station.done_today},
            {name: "spoiled_today", label: _t("Spoiled today"), value: station.spoiled_today},
            {name: "rate_lately", label: _t("An hour, lately"), value: station.rate_lately},
            {name: "rate_shift", label: _t("An hour, this shift"), value: station.rate_shift},
        ];
    }

    number(value) {
        return (value || 0).toLocaleString(document.documentElement.lang || undefined);
    }

    moment(text) {
        return text ? toLocaleDateTimeString(deserializeDateTime(text)) : "–";
    }

    clock(text) {
        return toLocaleDateTimeString(deserializeDateTime(text), {
            showDate: false,
            showSeconds: true,
        });
    }

    since(text) {
        const now = deserializeDateTime(this.state.figures.at);
        const minutes = Math.floor(now.diff(deserializeDateTime(text), "minutes").minutes);
        return minutes < 60
            ? _t("%s min", minutes)
            : _t("%(hours)s h %(minutes)s min", {
                  hours: Math.floor(minutes / 60),
                  minutes: minutes % 60,
              });
    }

    runName(run) {
        return run.name || _t("Single cards");
    }

    percent(run) {
        const whole = run.done + run.left;
        return whole ? Math.floor((100 * run.done) / whole) : 0;
    }

    cause(row) {
        return row.step ? _t("Step %(step)s: %(why)s", row) : row.why;
    }

    async toggleWall() {
        if (document.fullscreenElement) {
            await document.exitFullscreen();
        } else {
            await this.root.el.requestFullscreen();
        }
    }

    openRun(run) {
        if (run.id) {
            this.openRecord("khbs.card.run", run.id);
        }
    }

    openSpoiled() {
        this.action.doAction("khbs_cards.khbs_card_spoiled_action");
    }

    openStations() {
        this.action.doAction("khbs_cards.khbs_card_station_action");
    }

    openRecord(model, id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("khbs_card_monitor", CardMonitor);
