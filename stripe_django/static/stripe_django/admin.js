"use strict";

{
    /* A line stays while it, or something in it, has the text; what has it is unfolded. */
    const filter = (list, text) => {
        let found = false;
        for (const line of list.children) {
            const folded = line.querySelector(":scope > details");
            const own = (folded ? folded.querySelector("summary") : line).textContent;
            const has = own.toLowerCase().includes(text);
            const within = folded ? filter(folded.querySelector("ul"), has ? "" : text) : false;
            line.hidden = !(has || within);
            if (folded) {
                folded.open = text !== "" && within && !has;
            }
            found = found || has || within;
        }
        return found;
    };

    /* For the middleware that shows times in the zone of the browser. */
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `stripe_django_time_zone=${zone}; path=/; samesite=lax${secure}`;

    for (const tree of document.querySelectorAll("[data-stripe-tree]")) {
        const search = tree.querySelector("input[type=search]");
        if (search) {
            search.addEventListener("input", () => {
                filter(tree.querySelector("ul"), search.value.toLowerCase());
            });
        }
    }

    /* Where a row is a card, its values have their headings, and what is empty is left out. */
    for (const table of document.querySelectorAll("#result_list, .stripe-cards")) {
        const headings = [...table.tHead.rows[0].cells].map((cell) => {
            return (cell.querySelector(".text") ?? cell).textContent.trim();
        });
        for (const row of table.tBodies[0].rows) {
            for (const cell of row.cells) {
                cell.dataset.label = headings[cell.cellIndex];
                cell.classList.toggle("stripe-none", !/[\p{L}\p{N}]/u.test(cell.textContent));
            }
        }
    }

    /* Escape closes a tooltip, which opens again when it is entered anew. */
    const helps = document.querySelectorAll(".stripe-help");
    document.addEventListener("keydown", (event) => {
        if (event.key === "Escape") {
            for (const help of helps) {
                help.toggleAttribute("data-dismissed", help.matches(":hover, :focus-within"));
            }
        }
    });
    for (const help of helps) {
        for (const name of ["mouseenter", "focusin"]) {
            help.addEventListener(name, () => help.removeAttribute("data-dismissed"));
        }
    }
}
