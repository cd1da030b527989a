/**
 * The panel in a real browser against a running server: BASE_URL names it, CHROMIUM the browser. SECOND_URL names another with
 * its limits as they come and a model that waits at the gates of GATE_URL (tests/it/browser.rs starts both).
 */
import { defineConfig, devices } from '@playwright/test';

const { SECOND_URL, GATE_URL, TEST_WORKER_INDEX } = process.env;
if ((!SECOND_URL || !GATE_URL) && TEST_WORKER_INDEX === undefined) {
  process.stderr.write('SKIPPED: what needs a real limit or the middle of an answer; SECOND_URL and GATE_URL are not set.\n');
}

export default defineConfig({
  testDir: './e2e',
  // Two people at two machines; every test makes its own account.
  fullyParallel: true,
  workers: 2,
  timeout: 300_000,
  // A machine may be slow; what never comes says so, and names its step, long before its test's time is over.
  expect: { timeout: 60_000 },
  // The caller ends a run after twenty minutes (.config/nextest.toml): it is told before that what was not done.
  globalTimeout: 18 * 60_000,
  reporter: [['list'], ['./e2e/lastWords.ts']],
  use: {
    baseURL: process.env.BASE_URL ?? 'http://127.0.0.1:8080',
    locale: 'en-US',
    timezoneId: 'America/Toronto',
    trace: 'retain-on-failure',
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
  projects: [
    { name: 'desktop', use: { viewport: { width: 1280, height: 860 } } },
    { name: 'phone', grep: /@phone/, use: { ...devices['Pixel 7'], viewport: { width: 360, height: 740 } } },
  ],
});
