// Reloads the page when the book was built again, and shows what is wrong when it could not be.
(() => {
  "use strict";
  const mine = document.currentScript.dataset.edition;
  let wait = 500;

  function listen() {
    const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/__live`);
    socket.onmessage = ({ data }) => {
      wait = 500;
      const { edition, broken } = JSON.parse(data);
      if (edition !== mine) location.reload();
      else show(broken);
    };
    // The workbook ended, or is being started again.
    socket.onclose = () => {
      setTimeout(listen, wait);
      wait = Math.min(wait * 2, 8000);
    };
  }

  function show(broken) {
    document.getElementById("wirebook-broken")?.remove();
    if (!broken) return;
    const box = document.createElement("div");
    box.id = "wirebook-broken";
    box.setAttribute("role", "alert");
    Object.assign(box.style, {
      position: "fixed", inset: "auto 0 0 0", zIndex: 1000, maxHeight: "60vh", overflow: "auto",
      padding: "1rem 1.5rem", background: "#300", color: "#fff", borderTop: "4px solid #f55",
    });
    const title = document.createElement("strong");
    title.textContent = "The book does not build. This page is from the last build that did.";
    const text = document.createElement("pre");
    text.textContent = broken;
    Object.assign(text.style, { whiteSpace: "pre-wrap", background: "none", color: "inherit", margin: "1rem 0 0" });
    box.append(title, text);
    document.body.append(box);
  }

  listen();
})();
