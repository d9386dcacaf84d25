// Drives the page of examples/webrtc in any browser, without a driver: tests/examples/webrtc_interop.rs serves the page
// with this behind it. Reports each step that holds.

(async () => {
  const report = (step) => fetch("/report", { method: "POST", body: step });
  const until = async (step, holds) => {
    while (!(await holds())) await new Promise((woken) => setTimeout(woken, 50));
    await report(step);
  };
  const inbound = async (kind) => {
    const reports = [...(await connection.getStats()).values()];
    return reports.find((report) => report.type === "inbound-rtp" && report.kind === kind) ?? {};
  };
  try {
    if (location.search === "?rsa") {
      const certificate = await RTCPeerConnection.generateCertificate({
        name: "RSASSA-PKCS1-v1_5",
        hash: "SHA-256",
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
      });
      const Plain = RTCPeerConnection;
      window.RTCPeerConnection = function (configuration) {
        return new Plain({ ...configuration, certificates: [certificate] });
      };
    }
    at("media").checked = true;
    at("call").click();
    await until("open", () => channel?.readyState === "open");

    at("text").value = "gr\u00fc\u00df dich";
    at("send").click();
    await until("text", () => at("log").textContent.includes("echo:gr\u00fc\u00df dich"));

    const bytes = Uint8Array.from({ length: 60_000 }, (_, at) => at % 251);
    let back;
    channel.addEventListener("message", ({ data }) => (back = new Uint8Array(data)));
    channel.send(bytes);
    await until("binary", () => back?.length === bytes.length && back.every((byte, at) => byte === bytes[at]));

    await until("audio", async () => (await inbound("audio")).packetsReceived > 20);
    await until("video", async () => (await inbound("video")).framesDecoded > 10);
    at("hangup").click();
    await report("close");
  } catch (error) {
    await report(`${error.name}: ${error.message}`);
  }
})();
