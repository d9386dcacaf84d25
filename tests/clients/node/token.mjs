// npm's agora-token builds, reads and verifies tokens: token.mjs, a JSON question a line in, a JSON answer a line out.
//
// {"read": TOKEN, "certificate"}                                 -> {"verified", "app_id", "issued", "expire", "salt", "services"}, or null
// {"build": {…as above…}, "certificate"}                         -> {"token"}
// {"builder": NAME, "method": NAME, "args": […]}                 -> {"token"}; null in args is an Rtm2Permissions
//
// A service is [type, privileges, texts, role or permissions].

import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const builders = require("agora-token");
const package2 = require("agora-token/src/AccessToken2");
const { AccessToken2, Rtm2Permissions, Service } = package2;

// The members of each service's class that hold its texts.
const TEXTS = {
  1: ["__channel_name", "__uid"],
  2: ["__user_id"],
  3: ["__channel_name", "__account"],
  4: [],
  5: ["__user_id"],
  6: ["__channel_name", "__account"],
  7: ["__room_uuid", "__user_uuid"],
  8: ["__user_id"],
  9: [],
  10: [],
};

function build({ app_id, issued, expire, salt, services }, certificate) {
  const token = new AccessToken2(app_id, certificate, issued, expire);
  // 0 would be now, and a random one.
  Object.assign(token, { issueTs: issued, salt });
  for (const [type, privileges, texts, more] of services) {
    const known = AccessToken2.kServices[type];
    const service = known ? new known() : new Service(type);
    for (const [number, seconds] of Object.entries(privileges)) service.add_privilege(number, seconds);
    (TEXTS[type] ?? []).forEach((member, at) => (service[member] = texts[at]));
    if (type === 7) service.__role = more;
    if (type === 8) {
      const permissions = new Rtm2Permissions();
      for (const [kind, map] of Object.entries(more)) for (const [permission, names] of Object.entries(map)) permissions.add(kind, permission, names);
      service.__permissions = permissions;
    }
    token.add_service(service);
  }
  return token.build();
}

function read(text, certificate) {
  const token = new AccessToken2("", "", 0, 0);
  if (!token.from_string(text)) return null;
  const services = token.services.map((service) => {
    const type = service.service_type();
    const more = type === 7 ? service.__role : type === 8 ? service.__permissions.details : null;
    return [type, service.__privileges, TEXTS[type].map((member) => service[member].toString()), more];
  });
  const { appId, issueTs: issued, expire, salt } = token;
  return { verified: token.verifySignature(certificate), app_id: appId.toString(), issued, expire, salt, services };
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  let answer;
  if ("read" in question) answer = read(question.read, question.certificate);
  else if ("build" in question) answer = { token: build(question.build, question.certificate) };
  else {
    const permissions = new Rtm2Permissions();
    permissions.add(Rtm2Permissions.kUsers, Rtm2Permissions.kRead, ["bob"]);
    const args = question.args.map((argument) => argument ?? permissions);
    answer = { token: builders[question.builder][question.method](...args) };
  }
  console.log(JSON.stringify(answer));
}
