// Grades a site of this machine: node scan.js HOST HTTP_PORT HTTPS_PORT, with NODE_EXTRA_CA_CERTS naming who signed its certificate.
//
// The Observatory asks a host name on ports 80 and 443. Here every connection to them goes to 127.0.0.1 and the ports named; nothing
// else of it is changed, and nobody outside is asked.

import net from "node:net";

import { scan } from "@mdn/mdn-http-observatory";

const [host, httpPort, httpsPort] = process.argv.slice(2);
const ports = { 80: Number(httpPort), 443: Number(httpsPort) };
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (options.host !== host || !(options.port in ports)) throw new Error(`the Observatory asks ${options.host}:${options.port}`);
  Object.assign(options, { host: "127.0.0.1", port: ports[options.port], autoSelectFamily: false });
  return connect.apply(this, args);
};

const { scan: found, tests } = await scan(host);
const failed = Object.entries(tests).filter(([, test]) => !test.pass);
console.log(JSON.stringify({ grade: found.grade, score: found.score, failed: failed.map(([name, test]) => `${name}: ${test.result}`) }));
