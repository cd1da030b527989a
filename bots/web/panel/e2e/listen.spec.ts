/** By keyboard alone, and by listening: what a screen reader is told. */
import { answered, expect, ownAddress, PASSWORD, say, signUp, tabTo, test } from './person';

test('by keyboard alone: from signing up to a published event', async ({ page }) => {
  await page.goto('/login?mode=up');
  await tabTo(page, /^Email/);
  await page.keyboard.type(ownAddress());
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/dashboard');
  await tabTo(page, /^Create New Event/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/wizard/new');
  await tabTo(page, /^Event Name/);
  await page.keyboard.type('Hands On Keys');
  await tabTo(page, /^Event Type/);
  await page.keyboard.type('Meetup');
  await tabTo(page, /^Message/);
  const type = (words: string) =>
    answered(page, async () => {
      await page.keyboard.type(words);
      await page.keyboard.press('Enter');
    });
  await type('On 9 May 2031 at 6 pm, at the Carlu in Toronto, for 40 people, free');
  await page.getByLabel('Message').focus();
  await type('Publish it');
  // Asked twice, it is one question.
  await expect(page.getByRole('button', { name: 'Yes, publish' })).toHaveCount(1);
  await page.getByLabel('Message').focus();
  await page.keyboard.press('Shift+Tab');
  for (let press = 0; press < 12 && !(await page.getByRole('button', { name: 'Yes, publish' }).evaluate((one) => one === document.activeElement)); press += 1) {
    await page.keyboard.press('Shift+Tab');
  }
  await page.keyboard.press('Enter');
  await page.waitForURL('**/dashboard/events/*');
});

test('each answer is announced once, whole', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'A concert called Quiet Strings');
  const log = page.getByRole('log', { name: 'Conversation' });
  await expect(log).toHaveAttribute('aria-busy', 'false');
  const words = (await log.locator('.assistant .bubble').last().innerText()).split('\n')[0] ?? '';
  expect(words.length).toBeGreaterThan(10);
  await expect(page.locator('.chat [role=status].unseen')).toContainText(words);
});

test('what is heard of a page', async ({ page }) => {
  await page.goto('/login');
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Welcome back" [level=1]
    - text: Email
    - textbox "Email"
    - text: Password
    - textbox "Password"
    - button "Sign in"
  `);
  await signUp(page);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Your events" [level=1]
    - link "Create New Event"
    - heading "Nothing here yet" [level=2]
    - list "Or begin with one of these"
  `);
  await page.goto('/wizard/new');
  await expect(page.getByRole('tabpanel', { name: 'Assistant' })).toMatchAriaSnapshot(`
    - tabpanel "Assistant":
      - heading "Assistant" [level=2]
      - textbox "Message"
  `);
});
