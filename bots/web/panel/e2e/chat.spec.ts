/** From a sentence to a published event by the conversation, with the form following. */
import { expect, pane, signUp, test } from './person';

const say = async (page: import('@playwright/test').Page, text: string) => {
  await pane(page, 'Assistant');
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0, { timeout: 30_000 });
};

test('fills the form from a sentence and publishes after a yes', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'Python workshop on 9 May 2031, 10 to 4, 25 people, $80');
  await expect(page.locator('.said.assistant .bubble').first()).toBeVisible({ timeout: 30_000 });
  await pane(page, 'Form');
  await page.getByRole('button', { name: /Basics/ }).click();
  await expect(page.getByLabel('Event Name')).not.toHaveValue('');
  await expect(page.getByLabel('Event Type')).toHaveValue('workshop');
  await say(page, 'Show me venues in Toronto');
  await page.locator('.chat-venues [data-venue-id]').first().click();
  await expect(page.locator('.chat-venues [aria-pressed=true]')).toHaveCount(1);
  await say(page, 'Publish it');
  await page.getByRole('button', { name: 'Yes, publish' }).click();
  await page.waitForURL('**/dashboard/events/*', { timeout: 30_000 });
  await expect(page.getByText('Event published successfully!')).toHaveCount(1);
});

test('shows the same conversation and draft after a reload', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'Jazz concert on 9 May 2031 at 8 pm for 120 people');
  await expect(page.locator('.said.assistant .bubble').first()).toBeVisible({ timeout: 30_000 });
  await expect(page).toHaveURL(/\/wizard\/[0-9a-f-]{36}/);
  await page.reload();
  await pane(page, 'Assistant');
  await expect(page.locator('.said.user .bubble')).toHaveCount(1);
  await pane(page, 'Form');
  await page.getByRole('button', { name: /Basics/ }).click();
  await expect(page.getByLabel('Event Type')).toHaveValue('concert');
});

test('does everything by the form when the assistant is away', async ({ page }) => {
  await page.route('**/api/copilotkit/**', (route) => route.fulfill({ status: 501, json: { error: 'NOT_BUILT', message: 'no' } }));
  await signUp(page);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill('Without Help');
  await page.getByRole('button', { name: 'Save Draft' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await pane(page, 'Assistant');
  await expect(page.getByText('The assistant is not available right now.')).toBeVisible();
});
