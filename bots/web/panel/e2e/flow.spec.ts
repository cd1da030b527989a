/** The whole way: an account, a conversation, a venue from a card, the form beside it, a yes, the public page. */
import { expect, pane, saved, say, signUp, test } from './person';

test('from signing up to the public page @phone', async ({ page }) => {
  await signUp(page);
  await page.getByRole('link', { name: 'Create New Event' }).click();
  await say(page, 'Python workshop called Snakes and Ladders on 9 May 2031 in Toronto, 10 to 4, 25 people, $80');
  await expect(page.getByRole('log').locator('.assistant .bubble').last()).toBeVisible();

  await say(page, 'Show me venues in Toronto');
  // A venue may stand in two answers: wherever it stands it is the chosen one, and no other is.
  const card = page.locator('.chat-venues').last().locator('[data-venue-id]').first();
  const venue = (await card.getAttribute('data-venue-id')) ?? '';
  await card.click();
  await expect(card).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator(`.chat-venues [data-venue-id="${venue}"][aria-pressed=false]`)).toHaveCount(0);
  await expect(page.locator(`.chat-venues [aria-pressed=true]:not([data-venue-id="${venue}"])`)).toHaveCount(0);

  // A field is edited in the form while the chat answers: both arrive.
  await pane(page, 'Form');
  await page.getByRole('button', { name: /Basics/ }).click();
  await expect(page.getByLabel('Event Name')).toHaveValue('Snakes and Ladders');
  await pane(page, 'Assistant');
  await page.getByLabel('Message').fill('Make it 40 people');
  await page.keyboard.press('Enter');
  await pane(page, 'Form');
  await page.getByRole('button', { name: /Basics/ }).click();
  await page.getByLabel('Description').fill('A day of Python by the lake.');
  await saved(page);
  await page.getByRole('button', { name: /Tickets/ }).click();
  await expect(page.getByLabel('Capacity')).toHaveValue('40');
  await page.getByRole('button', { name: /Basics/ }).click();
  await expect(page.getByLabel('Description')).toHaveValue('A day of Python by the lake.');

  // The preview is the public page, and follows.
  await pane(page, 'Preview');
  const preview = page.frameLocator('iframe.front');
  await expect(preview.getByRole('heading', { name: 'Snakes and Ladders' })).toBeVisible();
  await expect(preview.getByText('A day of Python by the lake.')).toBeVisible();

  await say(page, 'Publish it');
  await page.getByRole('button', { name: 'Yes, publish' }).click();
  await page.waitForURL('**/dashboard/events/*');
  await expect(page.getByText('Event published successfully!')).toHaveCount(1);
  await page.getByRole('link', { name: 'View public page' }).click();
  await page.waitForURL('**/e/snakes-and-ladders*');
  await expect(page.getByRole('heading', { level: 1, name: 'Snakes and Ladders' })).toBeVisible();
  await expect(page.getByText('Room for 40 people')).toBeVisible();
  await expect(page.getByText('A day of Python by the lake.')).toBeVisible();
});
