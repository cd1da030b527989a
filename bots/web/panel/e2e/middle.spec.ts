/** In the middle of an answer: a model that still speaks, held at a gate until the test opens it. */
import type { Page } from '@playwright/test';
import { expect, GATED, NO_SECOND, openGate, pane, say, SECOND, signUp, test } from './person';

test.use({ baseURL: SECOND });
test.skip(SECOND === '', NO_SECOND);

const stop = (page: Page) => page.getByRole('button', { name: 'Stop' });
const answers = (page: Page) => page.locator('.said.assistant .bubble');

/** Says something whose answer stops in the middle, and waits until the beginning of it is read. */
async function begin(page: Page, words: string): Promise<void> {
  await page.getByLabel('Message').fill(words);
  await page.keyboard.press('Enter');
  await expect(answers(page).last()).toContainText('A fine idea. Small rooms');
  await expect(stop(page)).toBeVisible();
}

test('a reload in the middle of an answer shows the same text once, and its end', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'Jazz concert called Blue Hour on 9 May 2031 at 8 pm for 120 people');
  await expect(page).toHaveURL(/\/wizard\/[0-9a-f-]{36}/);
  await begin(page, GATED.reload);
  const half = await answers(page).last().innerText();
  expect(half).not.toContain('Tell me more.');
  await page.reload();
  await pane(page, 'Assistant');
  await expect(page.locator('.said.user')).toHaveCount(2);
  await expect(page.locator('.said.user').last()).toContainText(GATED.reload);
  await expect(answers(page).last()).toHaveText(half, { useInnerText: true });
  await expect(stop(page)).toBeVisible();

  await openGate('reload');
  await expect(answers(page).last()).toContainText('Tell me more.');
  await expect(stop(page)).toHaveCount(0);
  // The greeting and two answers, each once.
  await expect(answers(page)).toHaveCount(3);
  const texts = await answers(page).allInnerTexts();
  expect(new Set(texts).size).toBe(3);
  expect(texts[2]?.split('A fine idea.')).toHaveLength(2);
  expect(texts[2]).toContain('Tell me more.');
  await page.reload();
  await pane(page, 'Assistant');
  await expect(answers(page)).toHaveText(texts, { useInnerText: true });
  await page.getByRole('button', { name: /Tickets/ }).click();
  await expect(page.getByLabel('Ticket price')).toHaveValue('35');
});

test('stop ends an answer in its middle, what was said stays, and the conversation goes on', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'A meetup called Slow Talk');
  await begin(page, GATED.stop);
  const stopped = page.waitForResponse((response) => response.url().includes('/stop/'));
  await stop(page).click();
  expect(await (await stopped).json()).toMatchObject({ stopped: true });
  await expect(stop(page)).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(answers(page).last()).toContainText('A fine idea.');
  await say(page, 'In Toronto');
  await page.reload();
  await pane(page, 'Assistant');
  await expect(page.locator('.said.user')).toHaveCount(3);
  // The gate was never opened: the end of that answer was never said.
  await expect(page.getByRole('log')).toContainText('A fine idea.');
  await expect(page.getByRole('log')).not.toContainText('Tell me more.');
  await page.getByRole('button', { name: /Tickets/ }).click();
  await expect(page.getByLabel('Capacity')).toHaveValue('60');
});
