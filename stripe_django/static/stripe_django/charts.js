"use strict";

/* One stop of the Tab key for each chart; within it, arrow keys go from value to value. */
for (const chart of document.querySelectorAll(".stripe-plot")) {
    const slots = [...chart.querySelectorAll(".stripe-slot")];
    const stop = (chosen) => {
        for (const slot of slots) {
            slot.setAttribute("tabindex", slot === chosen ? "0" : "-1");
        }
    };
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -slots.length, End: slots.length };
    stop(slots.at(-1));
    // Not on the SVG itself: with a listener, Chromium would stop there as well.
    chart.addEventListener("focusin", (event) => stop(event.target));
    chart.addEventListener("keydown", (event) => {
        if (event.key in steps) {
            const place = slots.indexOf(event.target) + steps[event.key];
            slots[Math.min(Math.max(place, 0), slots.length - 1)].focus();
            event.preventDefault();
        }
    });
}
