/** What every test does first, and what every page must hold. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Locator, type Page, type Route } from '@playwright/test';
import type Axe from 'axe-core';

export const PASSWORD = 'TestPass123!';

/**
 * A second server: its limits are as they come, and its model speaks as slowly as a test wants. What it says to words of
 * `GATED` stops in the middle until the gate of that name is opened.
 */
export const SECOND = process.env.GATE_URL ? (process.env.SECOND_URL ?? '') : '';
export const GATED = { reload: 'Tickets are 35 dollars', stop: 'It is for 60 people' };
export const NO_SECOND = 'SECOND_URL and GATE_URL are not set: no real limit, and nothing in the middle of an answer';

/** Lets the model go on. */
export async function openGate(name: keyof typeof GATED): Promise<void> {
  await fetch(`${process.env.GATE_URL ?? ''}/open/${name}`, { method: 'POST' });
}

/** An address that nobody else has, in no other test either. */
export const ownAddress = () => `panel-${crypto.randomUUID()}@example.com`;

/** A new organizer, signed in and on the dashboard. */
export async function signUp(page: Page): Promise<string> {
  const email = ownAddress();
  await page.goto('/login?mode=up');
  await page.fill('[name=email]', email);
  await page.fill('[name=password]', PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForURL('**/dashboard');
  return email;
}

/** Signs in where the page asks for it. */
export async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.waitForURL('**/login**');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.click('button[type=submit]');
}

/** The form says that the server has everything. */
export const saved = (page: Page): Promise<void> => expect(page.getByText('Saved', { exact: true })).toBeVisible();

/** A draft that the form began, with a name and an address of its own. */
export async function begun(page: Page, name: string): Promise<void> {
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill(name);
  await saved(page);
  await expect(page).toHaveURL(/\/wizard\/[0-9a-f-]{36}/);
}

/** A draft that this browser alone has, seen on the dashboard; the way back to it, and what lets the server take it. */
export async function unsent(page: Page, name: string): Promise<{ resume: Locator; free: () => void }> {
  const free = await busy(page);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill(name);
  await page.goto('/dashboard');
  const resume = page.getByRole('link', { name: `Resume Draft: ${name}` });
  await expect(resume).toBeVisible();
  return { resume, free };
}

/** On a phone the form, the assistant and the preview stand behind tabs. */
export async function pane(page: Page, name: 'Form' | 'Assistant' | 'Preview'): Promise<void> {
  await page.getByRole('tablist').waitFor();
  const tab = page.getByRole('tab', { name });
  if (!(await tab.isVisible())) return;
  if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
  await expect(tab).toHaveAttribute('aria-selected', 'true');
}

/**
 * What is asked for there is answered this way until what is returned is called. The page is listened to until its end: what is
 * being fetched while Playwright leaves off listening may never arrive.
 */
export async function instead(page: Page, where: string | RegExp, answer: (route: Route) => Promise<void> | void): Promise<() => void> {
  let over = false;
  await page.route(where, (route) => (over ? route.continue() : answer(route)));
  return () => void (over = true);
}

/** The server is still answering what the form sends, until what is returned is called. */
export function busy(page: Page): Promise<() => void> {
  const answer = { success: false, error: { code: 'CONFLICT', message: 'This request is still being answered. Please ask again in a moment.' } };
  return instead(page, '**/functions/v1/**', (route) => route.fulfill({ status: 409, json: answer }));
}

/** Says something to the assistant and waits for the end of its answer. */
export async function say(page: Page, text: string): Promise<void> {
  await pane(page, 'Assistant');
  await answered(page, async () => {
    await page.getByLabel('Message').fill(text);
    await page.keyboard.press('Enter');
  });
}

/** Sends a message and waits until it is answered: what was said before it is no answer to it. */
export async function answered(page: Page, send: () => Promise<void>): Promise<void> {
  const said = page.getByRole('log').locator('.said');
  const own = page.getByRole('log').locator('.said.user');
  // While it answers nothing is sent.
  await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0);
  const before = await own.count();
  await send();
  await expect(own).toHaveCount(before + 1);
  await expect(said.last()).toHaveClass(/assistant/);
  await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0);
}

/** What the controls that are there say, or the one that one is at. */
function controls(at: string): string[] {
  return [...document.querySelectorAll<HTMLElement & { labels?: NodeListOf<HTMLLabelElement> }>(at)].map((one) =>
    (one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent ?? '').trim(),
  );
}

/** Goes to a control by Tab alone, as somebody without a mouse, who begins once it is there. */
export async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  await expect.poll(() => page.evaluate(controls, 'a[href], button, input, select, textarea, summary'), `nothing to press is ${String(name)}`).toContainEqual(expect.stringMatching(name));
  for (let press = 0; press < most; press += 1) {
    await page.keyboard.press('Tab');
    const [here = ''] = await page.evaluate(controls, ':focus');
    if (name.test(here)) return;
  }
  throw new Error(`Tab never came to ${String(name)}`);
}

/** No fault that a machine can find, by day and by night, and nothing wider than the screen. */
export async function isSound(page: Page): Promise<void> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
  // Colours that are on their way to others would be judged in the middle.
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  // What a preview shows is judged as a page of its own, where guests buy.
  const judge = new AxeBuilder({ page }).options({ runOnly: tags, resultTypes: ['violations'], iframes: false }).setLegacyMode();
  expect(words((await judge.analyze()).violations)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  expect(await page.evaluate(tooSmall)).toEqual([]);
  // By night nothing but the colours is another, and the judge is in the page already.
  await page.emulateMedia({ colorScheme: 'dark' });
  const night = await page.evaluate(() => {
    const { axe } = window as unknown as { axe: typeof Axe };
    return axe.run(document, { runOnly: ['color-contrast'], resultTypes: ['violations'], iframes: false });
  });
  expect(words(night.violations)).toEqual([]);
  await page.emulateMedia({ colorScheme: null });
}

/** What a finger on a phone would miss; links in the middle of a sentence are as high as its lines. */
function tooSmall(): string[] {
  if (!window.matchMedia('(pointer: coarse)').matches) return [];
  const small: string[] = [];
  for (const one of document.querySelectorAll<HTMLElement>('a[href], button, input:not([type=hidden]), select, textarea, summary, [role=menuitem]')) {
    const label = one.matches('[type=checkbox], [type=radio]') ? one.closest('label') : null;
    const box = (label ?? one).getBoundingClientRect();
    const style = getComputedStyle(one);
    const inSentence = style.display === 'inline' && (one.parentElement?.textContent ?? '').trim().length > (one.textContent ?? '').trim().length;
    if (box.width === 0 || style.visibility === 'hidden' || box.right < 0 || box.bottom < 0 || inSentence) continue;
    if (box.height < 43.5 || box.width < 24) small.push(`${one.tagName} ${(one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 30)} ${Math.round(box.width)}x${Math.round(box.height)}`);
  }
  return small;
}

function words(violations: Axe.Result[]): string[] {
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

/** What the signed-in person sends to the server without a page. */
export async function send<T>(page: Page, path: string, body: unknown): Promise<T> {
  return page.evaluate(
    async ([where, sent]) => {
      const { supabaseAnonKey } = (await (await fetch('/config.json')).json()) as { supabaseAnonKey: string };
      const kept = JSON.parse(localStorage.getItem('eventos.auth') ?? '{}') as { access_token: string };
      const headers = {
        apikey: supabaseAnonKey, authorization: `Bearer ${kept.access_token}`,
        'content-type': 'application/json', prefer: 'return=representation',
      };
      const answer = await fetch(where as string, { method: 'POST', headers, body: JSON.stringify(sent) });
      if (!answer.ok) throw new Error(`${where as string}: ${answer.status} ${await answer.text()}`);
      return (await answer.json().catch(() => null)) as unknown;
    },
    [path, body] as const,
  ) as Promise<T>;
}

const WALK = {
  name: 'Lantern Walk', type: 'festival', description: 'Along the river.', place: 'Old Mill', city: 'Toronto', capacity: 3,
  starts_local: '2031-05-05T20:00:00', duration: 90, timezone: 'America/Toronto', currency: 'CAD', price_cents: 0,
};

/** An event of the person who is signed in: a free one of May 2031, but for what is named. */
export async function drafted(page: Page, row: Record<string, unknown> = {}): Promise<{ id: string; slug: string }> {
  const [made] = await send<{ id: string; slug: string }[]>(page, '/rest/v1/events', { ...WALK, ...row });
  return { id: made?.id ?? '', slug: made?.slug ?? '' };
}

/** The same, published. */
export async function published(page: Page, row: Record<string, unknown> = {}): Promise<{ id: string; slug: string }> {
  const made = await drafted(page, row);
  await send(page, '/rest/v1/rpc/publish_event', { event_id: made.id });
  return made;
}

/** Orders free tickets on the event's page, and returns the first one's code. */
export async function order(page: Page, slug: string, guest: { name: string; email: string; seats?: number }): Promise<string> {
  await page.goto(`/e/${slug}/tickets`);
  if (guest.seats) await page.getByLabel('Admission').selectOption(String(guest.seats));
  await page.getByLabel('Your name').fill(guest.name);
  await page.getByLabel('Your e-mail address').fill(guest.email);
  await page.getByRole('button', { name: 'Get my tickets' }).click();
  await expect(page.getByRole('img', { name: /QR code/ }).first()).toBeVisible();
  return (await page.locator('.stub code').first().textContent()) ?? '';
}

/** A published event whose only seat is taken, at its till; `own` is the page of that order. */
export async function soldOut(page: Page, name: string): Promise<{ id: string; slug: string; own: string }> {
  const event = await published(page, { name, capacity: 1 });
  await order(page, event.slug, { name: 'Em Sorel', email: 'em@example.com' });
  const own = page.url();
  await page.goto(`/e/${event.slug}/tickets`);
  await expect(page.getByText('Sold out').first()).toBeVisible();
  return { ...event, own };
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
