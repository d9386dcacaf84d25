// What the script of every lab begins with.
//
//     const { begin, element } = Labs;
//     begin("stun", "The STUN lab", (section, lab) => new Lab(section, lab));    // lab: its entry in /labs.json
//     element("p", { class: "lab-status", role: "status" }, "Nobody has asked yet.");
(() => {
    "use strict";

    // Starts the lab in each section that is for it. Without the server the page stays as it was built.
    function begin(id, name, start) {
        for (const section of document.querySelectorAll(`.lab[data-lab="${id}"]`)) open(section, id, name, start);
    }

    async function open(section, id, name, start) {
        if (!location.protocol.startsWith("http")) return;
        try {
            const response = await fetch("/labs.json", { cache: "no-store" });
            if (!response.ok) return;
            const { labs } = await response.json();
            const lab = labs.find(lab => lab.id === id);
            if (lab?.error) refuse(section, `${name} does not run: ${lab.error}`);
            else if (lab) await start(section, lab);
        } catch {
            section.dataset.state = "off";
        }
    }

    // The workbook runs, and this lab does not.
    function refuse(section, why) {
        section.dataset.state = "failed";
        section.append(element("p", { class: "lab-fail" }, why));
    }

    function element(name, attributes = {}, ...children) {
        const made = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        made.append(...children);
        return made;
    }

    globalThis.Labs = { begin, element };
})();
