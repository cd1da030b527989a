/** What every test does first, and what every page must hold. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';

export const PASSWORD = 'TestPass123!';

let made = 0;

/** A new organizer, signed in and on the dashboard. */
export async function signUp(page: Page): Promise<string> {
  made += 1;
  const email = `panel-${Date.now()}-${made}@example.com`;
  await page.goto('/login?mode=up');
  await page.fill('[name=email]', email);
  await page.fill('[name=password]', PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForURL('**/dashboard');
  return email;
}

/** On a phone the form, the assistant and the preview stand behind tabs. */
export async function pane(page: Page, name: 'Form' | 'Assistant' | 'Preview'): Promise<void> {
  await page.getByRole('tablist').waitFor();
  const tab = page.getByRole('tab', { name });
  if ((await tab.isVisible()) && (await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
}

/** Says something to the assistant and waits for the end of its answer. */
export async function say(page: Page, text: string): Promise<void> {
  await pane(page, 'Assistant');
  const replies = page.getByRole('log').locator('.said.assistant');
  const before = await replies.count();
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
  await expect.poll(() => replies.count()).toBeGreaterThan(before);
  await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0);
}

/** No fault that a machine can find, and nothing wider than the screen. */
export async function isSound(page: Page): Promise<void> {
  const judge = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']);
  // Frames are judged one by one and added up in a page of its own; without any that costs time and finds nothing.
  const { violations } = await judge.setLegacyMode(page.frames().length === 1).analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
}

/** Every test also fails on a request that leaves the server, on a script error and on a broken policy. */
export const test = base.extend<{ watched: undefined }>({
  watched: [
    async ({ page, baseURL }, use) => {
      const faults: string[] = [];
      const origin = new URL(baseURL ?? '').origin;
      page.on('request', (request) => {
        if (/^https?:/.test(request.url()) && !request.url().startsWith(origin)) faults.push(`outside: ${request.url()}`);
      });
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
      });
      await use(undefined);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
