// Peers in JavaScript: cockatiel and p-retry, from the folder NODE_MODULES.
// Measures a call, and a retry as soon as their timers allow, once each.
// SPDX-License-Identifier: MIT
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const RETRIES = 3;
const base = path.resolve(process.env.NODE_MODULES || 'node_modules');
const require = createRequire(path.join(base, 'x.js'));
const failed = new Error('failed');
let left = 0;

const operation = async () => {
  if (left > 0) {
    left--;
    throw failed;
  }
  return 1;
};

const loop = async () => {
  for (let i = 0; ; i++) {
    try {
      return await operation();
    } catch (e) {
      if (i === 4) throw e;
    }
  }
};

const makers = {
  cockatiel: async () => {
    const c = require('cockatiel');
    const p = c.retry(c.handleAll, {
      maxAttempts: 5,
      backoff: new c.ConstantBackoff(0),
    });
    return () => p.execute(operation);
  },
  'p-retry': async () => {
    const url = pathToFileURL(path.join(base, 'p-retry/index.js'));
    const m = await import(url);
    const options = { retries: 5, minTimeout: 0, maxTimeout: 0, factor: 1 };
    return () => m.default(operation, options);
  },
};

async function cost(call, fails, calls) {
  const start = process.cpuUsage();
  for (let i = 0; i < calls; i++) {
    left = fails;
    await call();
  }
  const used = process.cpuUsage(start);
  return ((used.user + used.system) * 1000) / calls;
}

async function row(name, call) {
  await cost(call, 0, 2000);
  const first = await cost(call, 0, 50000);
  const more = await cost(call, RETRIES, 300);
  console.log(`call: ${name}\t${first.toFixed(2)}`);
  console.log(`retry: ${name}\t${((more - first) / RETRIES).toFixed(2)}`);
}

await row('Node, bare loop', loop);
for (const [name, make] of Object.entries(makers)) {
  let call;
  try {
    call = await make();
  } catch {
    console.log(`# ${name} (Node): not installed, not measured`);
    continue;
  }
  await row(name, call);
}
