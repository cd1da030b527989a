/**
 * How long until a page can be used: `BASE_URL=http://127.0.0.1:8080 npm run measure`, against a running server.
 * Each page is loaded in a fresh browser context (nothing cached), with the processor as it is and four times slower;
 * "usable" is the moment at which the first field takes a letter. The median of RUNS loads goes to docs/performance.md.
 * LATENCY_MS puts the server so far away.
 */
import { chromium } from '@playwright/test';

const BASE = process.env.BASE_URL ?? 'http://127.0.0.1:8080';
const RUNS = Number(process.env.RUNS ?? 5);
const LATENCY_MS = Number(process.env.LATENCY_MS ?? 0);
const PASSWORD = 'TestPass123!';
const PAGES = [
  { name: 'sign in', path: '/login', field: '[name=email]', signedIn: false },
  { name: 'the wizard’s form', path: '/wizard/new', field: '[name=event-name]', signedIn: true },
  { name: 'the assistant', path: '/wizard/new', field: '.composer textarea', signedIn: true },
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const first = await browser.newContext();
const page = await first.newPage();
await page.goto(`${BASE}/login?mode=up`);
await page.fill('[name=email]', `measure-${Date.now()}@example.com`);
await page.fill('[name=password]', PASSWORD);
await page.click('button[type=submit]');
await page.waitForURL('**/dashboard');
const signedIn = await first.storageState();
await first.close();

async function usable({ path, field, signedIn: needed }, slowdown) {
  const context = await browser.newContext(needed ? { storageState: signedIn } : {});
  const opened = await context.newPage();
  const cdp = await context.newCDPSession(opened);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  const bytes = { all: 0 };
  await cdp.send('Network.enable');
  if (LATENCY_MS > 0) await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: LATENCY_MS, downloadThroughput: -1, uploadThroughput: -1 });
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes.all += encodedDataLength));
  const begun = performance.now();
  await opened.goto(BASE + path, { waitUntil: 'commit' });
  await opened.locator(field).fill('a');
  const took = performance.now() - begun;
  await context.close();
  return { took, kb: bytes.all / 1024 };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
console.log('| page | processor as it is | 4 times slower | received until then |\n|---|---|---|---|');
for (const one of PAGES) {
  const cells = [];
  let kb = 0;
  for (const slowdown of [1, 4]) {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await usable(one, slowdown));
    kb = median(runs.map((run) => run.kb));
    cells.push(`${Math.round(median(runs.map((run) => run.took)))} ms`);
  }
  console.log(`| ${one.name} | ${cells.join(' | ')} | ${Math.round(kb)} KB |`);
}
await browser.close();
