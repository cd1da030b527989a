/** A published event is changed by talking: the old beside the new, and nothing before a yes. */
import { expect, isSound, say, signUp, test } from './person';

test('a published event is changed by talking on its page @phone', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'A free meetup called Late Change on 9 May 2031 at 6 pm in Toronto for 40 people at the Carlu');
  await say(page, 'Publish it');
  await page.getByRole('button', { name: 'Yes, publish' }).click();
  await page.waitForURL('**/dashboard/events/*');
  await page.getByRole('button', { name: 'Talk to the assistant' }).click();
  const talk = page.getByRole('region', { name: 'Change it by talking' });
  await talk.getByLabel('Message').fill('Make it 60 people');
  await page.keyboard.press('Enter');
  await talk.getByRole('button', { name: 'Yes, change it' }).click();
  await expect(page.getByText('60 places')).toBeVisible();
  await isSound(page);
  await page.reload();
  await expect(page.getByText('60 places')).toBeVisible();
});
