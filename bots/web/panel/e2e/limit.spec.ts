/** The limit of turns as it comes: the server's own refusal, its countdown, and the words that go through afterwards. */
import type { Page } from '@playwright/test';
import { answered, expect, NO_SECOND, say, SECOND, signUp, test } from './person';

test.use({ baseURL: SECOND });
test.skip(SECOND === '', NO_SECOND);

/**
 * Talks, beside the page, until the server has had enough; tells for how many seconds. In several conversations at once: one alone
 * would be too slow on a slow machine to say too much within the limit's minute.
 */
async function talkTooMuch(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const kept = JSON.parse(localStorage.getItem('eventos.auth') ?? '{}') as { access_token: string };
    const headers = { authorization: `Bearer ${kept.access_token}`, 'content-type': 'application/json', accept: 'text/event-stream' };
    const talk = async () => {
      const threadId = crypto.randomUUID();
      for (let turn = 1; turn <= 100; turn += 1) {
        const messages = [{ id: `${threadId}-${turn}`, role: 'user', content: 'It is for 20 people' }];
        const body = JSON.stringify({ threadId, runId: `run-${turn}`, messages, state: {}, tools: [], context: [], forwardedProps: {} });
        const answer = await fetch('/api/copilotkit/agent/default/run', { method: 'POST', headers, body });
        await answer.text();
        if (answer.status === 429) return Number(answer.headers.get('retry-after'));
        if (!answer.ok) throw new Error(`${answer.status}`);
      }
      throw new Error('nobody refused');
    };
    return Math.max(...(await Promise.all(Array.from({ length: 4 }, talk))));
  });
}

test('the server refuses a turn too many: the chat counts down, and the words go through afterwards', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'A meetup called Quick Talk');
  const seconds = await talkTooMuch(page);
  expect(seconds).toBeGreaterThan(0);
  await page.getByLabel('Message').fill('For 120 people');
  await page.keyboard.press('Enter');
  const wait = page.getByText(/Please wait \d+ seconds?/);
  await expect(wait).toHaveCount(1);
  await expect(page.getByLabel('Message')).toHaveValue('For 120 people');
  await expect(page.locator('.said.user')).toHaveCount(1);
  const left = async () => Number(/\d+/.exec(await wait.innerText())?.[0]);
  const first = await left();
  expect(first).toBeLessThanOrEqual(seconds);
  await expect.poll(left).toBeLessThan(first);
  await expect(wait).toHaveCount(0, { timeout: 90_000 });
  await answered(page, () => page.getByLabel('Message').press('Enter'));
  await expect(page.getByLabel('Message')).toHaveValue('');
  await page.getByRole('button', { name: /Tickets/ }).click();
  await expect(page.getByLabel('Capacity')).toHaveValue('120');
});
